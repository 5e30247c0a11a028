/** 8800 → ¥88.00; by digits, for a fraction of a yuan is no exact number. */
export function toYuan(fen: number): string {
  const digits = String(fen).padStart(3, '0');
  return `¥${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

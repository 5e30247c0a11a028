/** Fen as a person reads them: 123456 → ¥1,234.56. */
export function toYuan(amountFen: number): string {
  const yuan = Math.trunc(amountFen / 100).toLocaleString('en-US');
  return `¥${yuan}.${String(amountFen % 100).padStart(2, '0')}`;
}

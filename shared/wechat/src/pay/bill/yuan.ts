const yuan = /^(-?)([0-9]{1,13})(?:\.([0-9]{1,2})0*)?$/;

/** An amount of a bill, `18.8` or `-0.10`, in fen; undefined where it is none, or has parts of a fen. By text: 0.29 × 100 is no integer. */
export function parseYuan(text: string): number | undefined {
  const [whole, sign, integer = '', fraction = ''] = yuan.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const fen = Number(integer) * 100 + Number(fraction.padEnd(2, '0'));
  return sign === '-' && fen !== 0 ? -fen : fen;
}

/** Fen as yuan with two decimals, as in a bill: 1880 → `18.80`. */
export function toYuanText(fen: number): string {
  const digits = String(Math.abs(fen)).padStart(3, '0');
  return `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

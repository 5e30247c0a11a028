/** 1880 → 18.80, -5 → -0.05. */
export function toYuan(fen: number): string {
  const cents = Math.abs(fen) % 100;
  const whole = (Math.abs(fen) - cents) / 100;
  return `${fen < 0 ? '-' : ''}${whole}.${cents < 10 ? '0' : ''}${cents}`;
}

/** Fees have five decimals: 11 → 0.11000. */
export function toFeeYuan(fen: number): string {
  return `${toYuan(fen)}000`;
}

/** What WeChat Pay takes, as the bill writes it (费率). */
export const feeRate = '0.60%';

/** What WeChat Pay takes of a payment: `feeRate` of it, in whole fen. */
export function toFeeFen(fen: number): number {
  return Math.round((fen * 6) / 1_000);
}

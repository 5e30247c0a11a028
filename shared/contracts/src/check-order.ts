/** Begins the number of every order that `npm run verify-callback` makes. */
const checkPrefix = 'HUIDIAO-CHECK-';

/** The out_trade_no of a merchant's nth check. It stays the same, so that a check which was broken off is found. */
export function toCheckOrderNo(count: number): string {
  return `${checkPrefix}${count}`;
}

/**
 * Whether an order only checks the way of its callbacks: 1 fen, bought by the operator and given back at once. It is
 * paid like any other, but nobody delivers it and no shop is told of it. Shops cannot make orders of such numbers.
 */
export function isCheckOrder(outTradeNo: string): boolean {
  return outTradeNo.startsWith(checkPrefix);
}

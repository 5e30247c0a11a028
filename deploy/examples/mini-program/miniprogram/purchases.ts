import type { PaymentParameters } from './api/orders';
import type { Checkout } from './api/shop';

/*
 * What this phone remembers of its purchases. Whether an order is paid is never among it: only the server knows.
 */

const lastOrderKey = 'last-order';
const openedKey = (outTradeNo: string) => `payment-opened-${outTradeNo}`;

/** As long as WeChat may take to tell the server of a payment, but for rare cases that a query settles. */
const confirmsWithinMs = 3 * 60_000;

let checkout: Checkout | undefined;

/** An order was just made; its page pays it at once. */
export function keepCheckout(made: Checkout): void {
  checkout = made;
  wx.setStorageSync(lastOrderKey, made.out_trade_no);
}

/** The parameters of a payment that nobody has begun, once. */
export function takePayment(outTradeNo: string): PaymentParameters | undefined {
  if (checkout?.out_trade_no !== outTradeNo) return undefined;
  const { payment } = checkout;
  checkout = undefined;
  return payment;
}

/** The out_trade_no of the order that was made last on this phone; '' where there is none. */
export function getLastOrder(): string {
  return wx.getStorageSync<string>(lastOrderKey);
}

/**
 * WeChat's payment sheet is about to open. Its callback may never come, as when the phone loses its network or the
 * mini-program is closed: then this is what tells that the user may have paid.
 */
export function markPaymentOpened(outTradeNo: string): void {
  wx.setStorageSync(openedKey(outTradeNo), Date.now());
}

/** The user has certainly not paid, or the server knows of it. */
export function unmarkPaymentOpened(outTradeNo: string): void {
  wx.removeStorageSync(openedKey(outTradeNo));
}

/** Whether the user may have paid without the server knowing it yet. */
export function mayBePaid(outTradeNo: string): boolean {
  const openedAt = wx.getStorageSync<number | ''>(openedKey(outTradeNo));
  return openedAt !== '' && Date.now() - openedAt < confirmsWithinMs;
}

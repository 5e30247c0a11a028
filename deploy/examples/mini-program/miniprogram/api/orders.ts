import { merchantApiUrl } from '../config';
import type { Answer } from './request';
import { requestAsUser } from './session';

/** Parameters of wx.requestPayment; the app's own server never sees them again. */
export interface PaymentParameters {
  readonly timeStamp: string;
  readonly nonceStr: string;
  readonly package: string;
  readonly signType: 'RSA';
  readonly paySign: string;
}

/** What is shown of an order. */
export interface Order {
  readonly out_trade_no: string;
  readonly status: 'created' | 'paid' | 'accepted' | 'fulfilled' | 'closed';
  readonly description: string;
  /** In fen (分). */
  readonly amount: { readonly total: number };
  readonly held?: string;
}

const toUrl = (outTradeNo: string) => `${merchantApiUrl}/v1/orders/${encodeURIComponent(outTradeNo)}`;

/** An order of this user as the server knows it: this says whether it is paid, never the payment sheet. */
export function readOrder(outTradeNo: string): Promise<Answer<Order>> {
  return requestAsUser({ url: toUrl(outTradeNo) });
}

/** Fresh parameters for an order that is not paid yet: its prepay_id lives for two hours. */
export function signPayment(outTradeNo: string): Promise<Answer<{ readonly payment: PaymentParameters }>> {
  return requestAsUser({ url: `${toUrl(outTradeNo)}/payment`, method: 'POST' });
}

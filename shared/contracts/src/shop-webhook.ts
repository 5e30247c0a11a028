/**
 * What the shop's webhook receives (Standard Webhooks 1.0: `type`, `timestamp`, `data`). Keys are WeChat's.
 * The `webhook-id` header is stable over retries: `order.paid_<mchid>_<out_trade_no>`.
 */
export interface OrderPaidWebhook {
  readonly type: 'order.paid';
  /** When the event happened, ISO 8601. */
  readonly timestamp: string;
  readonly data: {
    readonly mchid: string;
    readonly appid: string;
    readonly out_trade_no: string;
    readonly transaction_id: string;
    readonly amount: { readonly total: number; readonly payer_total?: number; readonly currency: string };
    readonly payer?: { readonly openid: string };
    readonly attach?: string;
    readonly success_time?: string;
  };
}

/** A payment whose order nobody registered, for merchants with `unknown_order: forward`. */
export interface PaymentUnmatchedWebhook {
  readonly type: 'payment.unmatched';
  readonly timestamp: string;
  readonly data: OrderPaidWebhook['data'];
}

export type ShopWebhook = OrderPaidWebhook | PaymentUnmatchedWebhook;

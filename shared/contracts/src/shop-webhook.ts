/**
 * What the shop's webhook receives (Standard Webhooks 1.0: `type`, `timestamp`, `data`). Keys are WeChat's.
 * The `webhook-id` header is stable over retries: `order.paid_<mchid>_<out_trade_no>`.
 */
export interface OrderPaidWebhook {
  readonly type: 'order.paid';
  /** When the event happened, ISO 8601. */
  readonly timestamp: string;
  readonly data: {
    /** Of a service provider's merchant the provider's (sp_mchid), of a combined payment combine_mchid. */
    readonly mchid: string;
    readonly appid: string;
    /** 子商户号: whose order it is, where that is not `mchid`. */
    readonly sub_mchid?: string;
    readonly out_trade_no: string;
    /** 合单商户订单号: the combined order that this is a part of; the others come in webhooks of their own. */
    readonly combine_out_trade_no?: string;
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

/**
 * What WeChat said, in its own words, for shops whose filter names the type: `refund.succeeded`, `complaint.created`, …,
 * or `callback.unhandled` for what nothing here knows.
 */
export interface ForwardedEventWebhook {
  readonly type: string;
  readonly timestamp: string;
  readonly data: {
    /** Whose callback it was. */
    readonly mchid?: string;
    readonly appid?: string;
    /** event_type, Event or MsgType. */
    readonly event_type: string;
    /** The opened resource of API v3, the fields of API v2 or the pushed event; ids beyond 2^53 are text. */
    readonly content: unknown;
  };
}

/** A user could not be told by message: of an order, or what was asked for by `POST /v1/messages`. */
export interface MessageUndeliverableWebhook {
  readonly type: 'message.undeliverable';
  readonly timestamp: string;
  readonly data: {
    readonly mchid: string;
    readonly appid: string;
    /** Of the order that asked for it. */
    readonly out_trade_no?: string;
    /** Of one that no order asked for, as the answer to its request named it. */
    readonly message_id?: string;
    readonly idempotency_key?: string;
    readonly openid?: string;
    readonly template_id: string;
    /** refused, expired or unknown. One that is refused because its job became a dead letter may still be sent by a replay. */
    readonly state: string;
    /** Our code of the last refusal, such as MESSAGE_NOT_SUBSCRIBED. */
    readonly reason?: string;
  };
}

export type ShopWebhook =
  | OrderPaidWebhook
  | PaymentUnmatchedWebhook
  | ForwardedEventWebhook
  | MessageUndeliverableWebhook;

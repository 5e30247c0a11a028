import type { RefundState } from '@huidiao/contracts';

/** Goods of an order that are given back (退款商品), as WeChat Pay wants them told. */
export interface RefundedGoods {
  merchantGoodsId: string;
  goodsName?: string;
  wechatpayGoodsId?: string;
  unitPriceFen: number;
  refundFen: number;
  refundQuantity: number;
}

/** A refund that was asked for here. What WeChat Pay said of it is in `refunds` of its order. */
export interface OrderRefundRequest {
  /** 商户退款单号; one and the same for ever, with the same content. */
  outRefundNo: string;
  /** Of the payment that is given back: the order's own, or one of its `otherPayments`. */
  transactionId: string;
  refundFen: number;
  /** What that payment came to. */
  totalFen: number;
  currency: string;
  /** 子商户号, where a service provider's merchant was paid. */
  subMchId?: string;
  /** Told to the buyer. */
  reason?: string;
  goods?: RefundedGoods[];
  /** WeChat's own word for where the money is taken from. */
  fundsAccount?: string;
  /** Where WeChat announces what became of it; without it at the address of the merchant platform. */
  notifyUrl?: string;
  /** Who asked: `api`, `late_payment`, or what else the caller says. */
  requestedBy: string;
  requestedAt: Date;
  state: RefundState;
  /** How often WeChat Pay was asked to make it. */
  attempts: number;
  /** When it was asked last. */
  submittedAt?: Date;
  /** How often it was put off in this state. */
  waits: number;
  /** How often it was put off at all: the round of its effect. */
  rounds: number;
  /** 微信支付退款单号, once WeChat Pay accepted it. */
  refundId?: string;
  /** WeChat's code for why it is `insufficient_funds` or `refused`; or ours. */
  errorCode?: string;
  /** When `state` was recorded. */
  stateAt: Date;
}

/** A payment under an order's number that did not pay it: a second one, or one of another amount, app or merchant. */
export interface OtherPayment {
  transactionId: string;
  amountFen: number;
  currency: string;
  subMchId?: string;
  /** When it was made, as far as WeChat said; else when we learned of it. */
  at: Date;
}

/** What the one who asks for a refund says. */
export interface NewRefundRequest {
  outRefundNo: string;
  refundFen: number;
  /** Which payment is given back; default: the one that paid the order. */
  transactionId?: string | undefined;
  reason?: string | undefined;
  goods?: readonly RefundedGoods[] | undefined;
  fundsAccount?: string | undefined;
  notifyUrl?: string | undefined;
  requestedBy: string;
}

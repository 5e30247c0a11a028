import type { EffectJobName, Lane, LogisticsType, OrderStatus, PrepayOptions } from '@huidiao/contracts';
import type { OrderRefundRequest, OtherPayment } from './refund-request.ts';
import type { OrderShipment } from './shipment.ts';

/** A payment as it is kept in the order that it paid. */
export interface OrderPayment {
  transactionId: string;
  /** RFC 3339, as WeChat wrote it. */
  successTime?: string;
  payerTotalFen?: number;
  bankType?: string;
  tradeType: string;
  openId?: string;
  /** 子商户号, where a service provider's merchant was paid. */
  subMchId?: string;
}

/**
 * Something that has to happen because of a transition. It lives inside the order, written by the update that
 * made it necessary, and leaves the order only when its result is recorded.
 */
export interface Effect {
  /** Also the id of its job: see toEffectId. */
  id: string;
  job: EffectJobName;
  /** From then on a reconciler may add its job again. */
  dueAt: Date;
  /** The request that caused it. */
  requestId: string;
  /** The lane of its job; absent is `live`. It is written down so that the job's id is never in two lanes. */
  lane?: Lane;
  /**
   * How often it was put off or brought forward; absent is 0. Each round's job has an id of its own (toEffectJobId),
   * for the one that put it off has completed, and BullMQ would swallow an add under its id.
   */
  round?: number;
  /** When its job was first due and not done, once a reconciler has added it again in this round. */
  dueSince?: Date;
}

/** SUCCESS and CLOSED are final; ABNORMAL may still become one of them. */
export type RefundStatus = 'SUCCESS' | 'ABNORMAL' | 'CLOSED';

/** What became of a refund of the order, ours or one that was made in the merchant platform's console. */
export interface OrderRefund {
  /** WeChat Pay's number of it (微信支付退款单号). */
  refundId: string;
  /** The merchant's number of it (商户退款单号). */
  outRefundNo: string;
  /** Of the payment that it gives back; absent: the one that paid the order. */
  transactionId?: string;
  status: RefundStatus;
  /** What the buyer gets back of the order's amount. */
  refundFen: number;
  /** RFC 3339, as WeChat wrote it. */
  successTime?: string;
  /** When this status was recorded. */
  at: Date;
}

/** What WeChat's order management (发货管理) says of the delivery; beside the status, never a status. */
export interface OrderShipping {
  /** WeChat reminded the merchant to ship. */
  remindedAt?: Date;
  /** Everything was shipped. */
  shippedAt?: Date;
  estimatedSettlementAt?: Date;
  /** The express company says that a parcel was signed for. */
  signedAt?: Date;
  /** WeChat was asked to remind the buyer of the receipt, which it does once. */
  receiptRemindedAt?: Date;
}

/** What WeChat says of receipt and settlement. */
export interface OrderSettlement {
  settledAt: Date;
  confirmReceivedAt?: Date;
  /** As WeChat wrote it. */
  confirmReceiveMethod?: string;
}

export type Fact = string | number | boolean | Date;

/** What happened to an order; the oldest of very many entries are dropped. */
export interface TimeLineEntry {
  at: Date;
  event: string;
  [fact: string]: Fact;
}

/** A time line entry before the store dates it. Facts that are undefined are left out. */
export interface TimeLineEvent {
  event: string;
  [fact: string]: Fact | undefined;
}

/**
 * Why a paid order is not delivered. `refund_seen`: WeChat Pay told of a refund, of whatever size, before we delivered;
 * a person decides. `refunded`: all of it was given back before the shop accepted it.
 * `check`: the command verify-callback bought it, and gives it back itself. `late`: it was paid after it was closed, by a
 * merchant that refunds such payments; its refund was asked for by the same update.
 */
export type HoldReason = 'refund_seen' | 'refunded' | 'check' | 'late';

/** An order as read. Amounts are safe integers, in fen. */
export interface Order {
  /** toOrderId(mchId, outTradeNo). */
  id: string;
  mchId: string;
  appId: string;
  /** 子商户号: whose order it is, where a service provider's number is `mchId` and the order says so. */
  subMchId?: string;
  /** The app of that merchant. */
  subAppId?: string;
  /** The service provider's app, where the buyer pays in that merchant's, which `appId` then is. */
  spAppId?: string;
  outTradeNo: string;
  /** 合单商户订单号: the combined order that this is a part of, and paid, signed and closed with only. */
  combineOutTradeNo?: string;
  openId?: string;
  description: string;
  amountFen: number;
  currency: string;
  attach?: string;
  /** In WeChat's own words, to be sent again as they came. */
  prepayOptions?: PrepayOptions;
  logisticsType: LogisticsType;
  timeExpire: Date;
  /** Where WeChat announces the payment; fixed with the order, because each prepay must have the same body. */
  notifyUrl?: string;
  /** Whether we asked WeChat for the prepay_id, or the merchant's own system did. */
  prepay: boolean;
  prepayId?: string;
  prepayIdExpiresAt?: Date;
  /** Tells a repeated registration from one with other content under the same number. */
  contentHash: string;
  status: OrderStatus;
  /** Counts every change: what was read as version n is still so only while the version is n. */
  version: number;
  /** The payment's; unique over the merchant's orders. */
  transactionId?: string;
  payment?: OrderPayment;
  /** Keys of callbacks that were applied or noted; bounded. */
  appliedEvents: string[];
  effects: Effect[];
  timeLine: TimeLineEntry[];
  /** By refundId, in the order in which we learned of them. */
  refunds: OrderRefund[];
  /** What was asked for here, in the order in which it was; see requestRefund. */
  refundRequests: OrderRefundRequest[];
  /** Payments under its number that did not pay it. */
  otherPayments: OtherPayment[];
  /** What was shipped, in the order in which it was said; see addShipment. */
  shipments: OrderShipment[];
  shipping?: OrderShipping;
  settlement?: OrderSettlement;
  /** Paid, yet nothing follows from it: see OrderStore.release. */
  held?: HoldReason;
  /** From then on WeChat may be asked about it (查单). Absent: never by itself, for it is paid, closed or given up. */
  nextQueryAt?: Date;
  /** How often WeChat answered what became of it. */
  queries: number;
  /** When it was paid, while WeChat's order management was told of no whole shipment; see listFrozenOrders. */
  frozenSince?: Date;
  /** When people were last told of that. */
  frozenAlarmedAt?: Date;
  /** WeChat's success_time, or when we learned of the payment if that is missing. */
  paidAt?: Date;
  createdAt: Date;
  updatedAt: Date;
}

/** What the one who registers an order must know of it. */
export interface NewOrder {
  mchId: string;
  appId: string;
  subMchId?: string | undefined;
  subAppId?: string | undefined;
  spAppId?: string | undefined;
  outTradeNo: string;
  combineOutTradeNo?: string | undefined;
  openId?: string | undefined;
  description: string;
  amountFen: number;
  currency: string;
  attach?: string | undefined;
  prepayOptions?: PrepayOptions | undefined;
  logisticsType: LogisticsType;
  timeExpire: Date;
  notifyUrl?: string | undefined;
  prepay: boolean;
  contentHash: string;
}

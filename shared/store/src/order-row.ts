import { orderStatuses, refundStates } from '@huidiao/contracts';
import { Schema } from 'mongoose';
import type { Order, OrderRefund } from './order.ts';
import type { OrderRefundRequest, OtherPayment } from './refund-request.ts';
import { rowOptions } from './row-options.ts';
import { type OrderShipment, shipmentSchema } from './shipment.ts';

/** An order as it lies in MongoDB. */
export interface OrderRow
  extends Omit<Order, 'id' | 'queries' | 'refunds' | 'refundRequests' | 'otherPayments' | 'shipments'> {
  _id: string;
  /** Absent is 0: a row from before there were queries. */
  queries?: number;
  /** Absent is none. */
  refunds?: OrderRefund[];
  refundRequests?: OrderRefundRequest[];
  otherPayments?: OtherPayment[];
  shipments?: OrderShipment[];
  /** The Redis whose loss before its time has brought all effects of this order back; see sweepEffects. */
  effectsSweptFor?: string;
  /** Likewise its query; see sweepOpenOrders. */
  querySweptFor?: string;
  /** Until then somebody is asking WeChat for a prepay_id. */
  prepayTurnUntil: Date;
}

const effectSchema = new Schema(
  {
    id: String,
    job: String,
    dueAt: Date,
    requestId: String,
    lane: String,
    round: Number,
    dueSince: Date,
  },
  { _id: false },
);

const paymentSchema = new Schema(
  {
    transactionId: String,
    successTime: String,
    payerTotalFen: Number,
    bankType: String,
    tradeType: String,
    openId: String,
    subMchId: String,
  },
  { _id: false, strict: 'throw' },
);

const refundSchema = new Schema(
  {
    refundId: String,
    outRefundNo: String,
    transactionId: String,
    status: String,
    refundFen: Number,
    successTime: String,
    at: Date,
  },
  { _id: false, strict: 'throw' },
);

const refundedGoodsSchema = new Schema(
  {
    merchantGoodsId: String,
    goodsName: String,
    wechatpayGoodsId: String,
    unitPriceFen: Number,
    refundFen: Number,
    refundQuantity: Number,
  },
  { _id: false, strict: 'throw' },
);

const refundRequestSchema = new Schema(
  {
    outRefundNo: String,
    transactionId: String,
    refundFen: Number,
    totalFen: Number,
    currency: String,
    subMchId: String,
    reason: String,
    goods: { type: [refundedGoodsSchema], default: undefined },
    fundsAccount: String,
    notifyUrl: String,
    requestedBy: String,
    requestedAt: Date,
    state: { type: String, enum: refundStates },
    attempts: Number,
    submittedAt: Date,
    waits: Number,
    rounds: Number,
    refundId: String,
    errorCode: String,
    stateAt: Date,
  },
  { _id: false, strict: 'throw' },
);

const otherPaymentSchema = new Schema(
  { transactionId: String, amountFen: Number, currency: String, subMchId: String, at: Date },
  { _id: false, strict: 'throw' },
);

const shippingSchema = new Schema(
  {
    remindedAt: Date,
    shippedAt: Date,
    estimatedSettlementAt: Date,
    signedAt: Date,
    receiptRemindedAt: Date,
  },
  { _id: false, strict: 'throw' },
);

const settlementSchema = new Schema(
  { settledAt: Date, confirmReceivedAt: Date, confirmReceiveMethod: String },
  { _id: false, strict: 'throw' },
);

export const orderSchema = new Schema<OrderRow>(
  {
    _id: String,
    mchId: String,
    appId: String,
    subMchId: String,
    subAppId: String,
    spAppId: String,
    outTradeNo: String,
    combineOutTradeNo: String,
    openId: String,
    description: String,
    amountFen: Number,
    currency: String,
    attach: String,
    prepayOptions: Schema.Types.Mixed,
    logisticsType: Number,
    timeExpire: Date,
    notifyUrl: String,
    prepay: Boolean,
    prepayId: String,
    prepayIdExpiresAt: Date,
    prepayTurnUntil: Date,
    contentHash: String,
    status: { type: String, enum: orderStatuses },
    version: Number,
    transactionId: String,
    payment: paymentSchema,
    appliedEvents: [String],
    effects: [effectSchema],
    timeLine: [Schema.Types.Mixed],
    refunds: [refundSchema],
    refundRequests: [refundRequestSchema],
    otherPayments: [otherPaymentSchema],
    shipments: { type: [shipmentSchema], default: undefined },
    shipping: shippingSchema,
    frozenSince: Date,
    frozenAlarmedAt: Date,
    settlement: settlementSchema,
    held: String,
    nextQueryAt: Date,
    queries: Number,
    effectsSweptFor: String,
    querySweptFor: String,
    paidAt: Date,
    createdAt: Date,
    updatedAt: Date,
  },
  { ...rowOptions, collection: 'orders' },
);

/** A row as the rest of the system sees it. */
export function toOrder(row: OrderRow): Order {
  const { _id: id, prepayTurnUntil: _turn, effectsSweptFor: _effects, querySweptFor: _query, ...order } = row;
  return {
    id,
    ...order,
    queries: row.queries ?? 0,
    refunds: row.refunds ?? [],
    refundRequests: row.refundRequests ?? [],
    otherPayments: row.otherPayments ?? [],
    shipments: row.shipments ?? [],
  };
}

import { orderStatuses } from '@huidiao/contracts';
import { Schema } from 'mongoose';
import type { Order, OrderRefund } from './order.ts';
import { rowOptions } from './row-options.ts';

/** An order as it lies in MongoDB. */
export interface OrderRow extends Omit<Order, 'id' | 'queries' | 'refunds'> {
  _id: string;
  /** Absent is 0: a row from before there were queries. */
  queries?: number;
  /** Absent is none. */
  refunds?: OrderRefund[];
  /** The Redis whose loss before its time has brought all effects of this order back; see sweepEffects. */
  effectsSweptFor?: string;
  /** Likewise its query; see sweepOpenOrders. */
  querySweptFor?: string;
  /** Until then somebody is asking WeChat for a prepay_id. */
  prepayTurnUntil: Date;
}

const effectSchema = new Schema(
  { id: String, job: String, dueAt: Date, requestId: String, lane: String, round: Number },
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
  },
  { _id: false, strict: 'throw' },
);

const refundSchema = new Schema(
  {
    refundId: String,
    outRefundNo: String,
    status: String,
    refundFen: Number,
    successTime: String,
    at: Date,
  },
  { _id: false, strict: 'throw' },
);

const shippingSchema = new Schema(
  { remindedAt: Date, shippedAt: Date, estimatedSettlementAt: Date },
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
    outTradeNo: String,
    openId: String,
    description: String,
    amountFen: Number,
    currency: String,
    attach: String,
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
    shipping: shippingSchema,
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
  return { id, ...order, queries: row.queries ?? 0, refunds: row.refunds ?? [] };
}

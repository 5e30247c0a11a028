import type { Context } from '../../context.ts';
import type { JsonObject } from '../../write-json.ts';
import type { Parcel, Shipping, Trade } from './trade-book.ts';

/** 待发货, 已发货, 确认收货, 交易完成, 已退款, 资金待结算. */
export const orderStates = {
  toShip: 1,
  shipped: 2,
  received: 3,
  done: 4,
  refunded: 5,
  awaitingSettlement: 6,
} as const;
export type OrderState = (typeof orderStates)[keyof typeof orderStates];

/** order_state. Received money that a complaint holds back is 资金待结算: no page says more about that state. */
export function toOrderState(context: Context, trade: Trade): OrderState {
  if (toRefundedFen(context, trade) >= trade.order.totalFen) return orderStates.refunded;
  if (trade.settlementTime !== undefined) return orderStates.done;
  if (trade.receipt !== undefined) {
    return trade.isInComplaint ? orderStates.awaitingSettlement : orderStates.received;
  }
  return trade.shipping?.isFinished === true ? orderStates.shipped : orderStates.toShip;
}

/** What went back to the buyer; a refund that is on its way does not count yet. */
export function toRefundedFen({ refunds }: Context, { order }: Trade): number {
  return refunds
    .ofOrder(order)
    .reduce((sum, { state, refundFen }) => (state === 'SUCCESS' ? sum + refundFen : sum), 0);
}

/** A payment's money, which adds up: what is neither refunded nor settled is frozen. A refund comes out of either. */
export interface TradeView {
  readonly appid: string;
  readonly mchid: string;
  readonly out_trade_no: string;
  readonly transaction_id: string;
  readonly openid: string;
  readonly order_state: OrderState;
  readonly total: number;
  readonly frozen: number;
  readonly settled: number;
  readonly refunded: number;
  readonly finish_shipping_count: number;
  readonly in_complaint: boolean;
}

/**
 * One payment as the control API shows it; amounts in fen, and what was refunded counts as neither frozen nor
 * settled.
 */
export function toTradeView(context: Context, trade: Trade): TradeView {
  const { order, settlementTime } = trade;
  const refunded = toRefundedFen(context, trade);
  const kept = order.totalFen - refunded;
  const isSettled = settlementTime !== undefined;
  return {
    appid: trade.appId,
    mchid: order.mchId,
    out_trade_no: order.outTradeNo,
    transaction_id: trade.transactionId,
    openid: trade.openId,
    order_state: toOrderState(context, trade),
    total: order.totalFen,
    frozen: isSettled ? 0 : kept,
    settled: isSettled ? kept : 0,
    refunded,
    finish_shipping_count: trade.shipping?.finishCount ?? 0,
    in_complaint: trade.isInComplaint,
  };
}

/** An app under shipping management, and the pages that WeChat opens in it. */
export interface AppTradeView {
  readonly managed: boolean;
  readonly confirmed: boolean;
  readonly has_shipped: boolean;
  readonly msg_jump_path: string;
  readonly order_detail_path: string;
}

/** An app as the control API shows it; one that nobody named is known from now on. */
export function toAppTradeView({ trades }: Context, appId: string): AppTradeView {
  const { isManaged, isConfirmed, hasShipped, msgJumpPath, orderDetailPath } = trades.ofApp(appId);
  return {
    managed: isManaged,
    confirmed: isConfirmed,
    has_shipped: hasShipped,
    msg_jump_path: msgJumpPath,
    order_detail_path: orderDetailPath,
  };
}

/** The members that name a payment in answers and events. */
export function toTradeIds({ transactionId, order }: Trade): JsonObject {
  return {
    transaction_id: transactionId,
    merchant_id: order.mchId,
    sub_merchant_id: order.sub?.mchId ?? '',
    merchant_trade_no: order.outTradeNo,
  };
}

/** `order` of get_order. https://developers.weixin.qq.com/miniprogram/dev/server/API/order_shipping/api_getorder */
export function toOrder(context: Context, trade: Trade): JsonObject {
  const { order, payTime, shipping } = trade;
  return {
    ...toTradeIds(trade),
    description: toDescription(order.description),
    paid_amount: order.totalFen,
    openid: trade.openId,
    trade_create_time: payTime,
    pay_time: payTime,
    order_state: toOrderState(context, trade),
    in_complaint: trade.isInComplaint,
    shipping: shipping === undefined ? {} : toShipping(shipping),
  };
}

const longestDescription = 120;

function toDescription(description: string): string {
  const characters = [...description];
  return characters.length <= longestDescription
    ? description
    : `${characters.slice(0, longestDescription).join('')}...`;
}

function toShipping(shipping: Shipping): JsonObject {
  return {
    delivery_mode: shipping.deliveryMode,
    logistics_type: shipping.logisticsType,
    finish_shipping: shipping.isFinished,
    finish_shipping_count: shipping.finishCount,
    // What was entered in the console; of the API each parcel has its own.
    goods_desc: '',
    shipping_list: shipping.parcels.map(toParcel),
  };
}

function toParcel({ consignorContact, receiverContact, ...parcel }: Parcel): JsonObject {
  const hasContact = consignorContact !== undefined || receiverContact !== undefined;
  return {
    tracking_no: parcel.trackingNo,
    express_company: parcel.expressCompany,
    goods_desc: parcel.itemDesc,
    upload_time: parcel.uploadTime,
    contact: hasContact
      ? { consignor_contact: consignorContact, receiver_contact: receiverContact }
      : undefined,
  };
}

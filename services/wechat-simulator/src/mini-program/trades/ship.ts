import { isDeepStrictEqual } from 'node:util';
import type { Context } from '../../context.ts';
import { MiniProgramRefusal } from '../api-error.ts';
import { announceTrade, unixNow } from './announce-trade.ts';
import { confirmReceipt } from './settle-trade.ts';
import { mostParcels, type Shipment } from './shipping-request.ts';
import type { Parcel, Shipping, Trade } from './trade-book.ts';
import { orderStates, toOrderState } from './trade-state.ts';

/** What becomes of a payment's shipping. */
export interface ShippingPlan {
  readonly shipping: Shipping;
  readonly isReshipment: boolean;
}

/**
 * What an upload makes of a payment: the first, one more parcel of a split delivery, or the only re-shipment (重新发货),
 * which is any upload after the last parcel and any change of mode or type. Throws MiniProgramRefusal.
 */
export function planShipping(
  context: Context,
  trade: Trade,
  { shipment, uploadedAtMs }: { readonly shipment: Shipment; readonly uploadedAtMs: number },
): ShippingPlan {
  const state = toOrderState(context, trade);
  if (state !== orderStates.toShip && state !== orderStates.shipped) {
    throw new MiniProgramRefusal(10060004, '支付单处于不可发货的状态');
  }
  const { shipping: known } = trade;
  if (known === undefined) return { shipping: toShipping(shipment, uploadedAtMs, 1), isReshipment: false };
  assertNewer(context, known, shipment, uploadedAtMs);

  const isOtherWay =
    known.deliveryMode !== shipment.deliveryMode || known.logisticsType !== shipment.logisticsType;
  // WeChat does not say when it answers the one or the other: here a further parcel of what was complete is 10060002.
  if (known.isFinished && !isOtherWay && !shipment.isAllDelivered) {
    throw new MiniProgramRefusal(10060002, '支付单已完成发货，无法继续发货');
  }
  const isReshipment = known.isFinished || isOtherWay;
  if (isReshipment && trade.isReshipped) throw new MiniProgramRefusal(10060003, '支付单已使用重新发货机会');
  const parcels = isReshipment ? shipment.parcels : mergeParcels(known.parcels, shipment.parcels);
  if (parcels.length > mostParcels) throw new MiniProgramRefusal(10060024, '物流信息列表太长');
  const finishCount = isReshipment || trade.isReshipped ? 2 : 1;
  return { shipping: toShipping({ ...shipment, parcels }, uploadedAtMs, finishCount), isReshipment };
}

function assertNewer({ faults }: Context, known: Shipping, shipment: Shipment, uploadedAtMs: number): void {
  const isNewer = uploadedAtMs > known.uploadedAtMs;
  const isSame = saysTheSame(known, shipment);
  if (isSame && (!isNewer || faults.settings.repeated_shipping === 'unchanged')) {
    throw new MiniProgramRefusal(10060023, '发货信息未更新');
  }
  if (!isNewer) throw new MiniProgramRefusal(10060014, '参数错误: 上传时间必须比之前的请求更新');
}

function saysTheSame(known: Shipping, shipment: Shipment): boolean {
  const { logisticsType, deliveryMode, isFinished } = known;
  const isKnown = shipment.parcels.every((one) => known.parcels.some((other) => isSameParcel(one, other)));
  return (
    logisticsType === shipment.logisticsType &&
    deliveryMode === shipment.deliveryMode &&
    isFinished === shipment.isAllDelivered &&
    isKnown
  );
}

function isSameParcel(one: Parcel, other: Parcel): boolean {
  return isDeepStrictEqual({ ...one, uploadTime: 0 }, { ...other, uploadTime: 0 });
}

/** A tracking number that is there already is said anew. */
function mergeParcels(known: readonly Parcel[], added: readonly Parcel[]): Parcel[] {
  const isReplaced = ({ trackingNo, expressCompany }: Parcel): boolean =>
    added.some((one) => one.trackingNo === trackingNo && one.expressCompany === expressCompany);
  return [...known.filter((one) => !isReplaced(one)), ...added];
}

function toShipping(shipment: Shipment, uploadedAtMs: number, finishCount: number): Shipping {
  const { logisticsType, deliveryMode, parcels, isAllDelivered: isFinished } = shipment;
  return {
    logisticsType,
    deliveryMode,
    parcels,
    uploadedAtMs,
    isFinished,
    finishCount: isFinished ? finishCount : finishCount - 1,
  };
}

const dayMs = 24 * 3_600_000;
/** Express confirms itself after ten days (T+10), everything else after two. */
const receiptDays = (logisticsType: number): number => (logisticsType === 1 ? 10 : 2);

/** Writes it down. Complete, it is announced, and its receipt confirms itself some days later. */
export function ship(context: Context, trade: Trade, { shipping, isReshipment }: ShippingPlan): void {
  trade.shipping = shipping;
  trade.isReshipped ||= isReshipment;
  trade.cancelReceipt();
  if (!shipping.isFinished) return;
  context.trades.ofApp(trade.appId).hasShipped = true;
  trade.shippedTime = unixNow();
  const waitMs = receiptDays(shipping.logisticsType) * dayMs;
  announceTrade(context, trade, 'trade_manage_order_settlement:shipped', {
    shipped_time: trade.shippedTime,
    estimated_settlement_time: trade.shippedTime + waitMs / 1_000,
  });
  trade.cancelReceipt = context.clock.schedule(context.clock.now() + waitMs, () =>
    confirmReceipt(context, trade, 2),
  );
}

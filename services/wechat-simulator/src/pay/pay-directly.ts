import type { Context } from '../context.ts';
import { ControlRefusal } from '../control-refusal.ts';
import type { Deliveries } from '../delivery/notification.ts';
import type { CombinedOrder, Order } from './order-book.ts';
import { type Payment, settlePayment } from './settle-payment.ts';

/** A payment of an order that this simulator has no prepay of. */
export interface DirectPayment {
  readonly mchId: string;
  readonly appId: string;
  readonly openId: string;
  readonly outTradeNo: string;
  readonly totalFen: number;
  readonly currency?: string | undefined;
  readonly attach?: string | undefined;
  readonly notifyUrl: string;
  /** 服务商: `mchId` and `appId` are then sp_mchid and sp_appid. */
  readonly sub?:
    | { readonly mchId: string; readonly appId?: string | undefined; readonly openId?: string | undefined }
    | undefined;
}

/** Pays an order that was prepaid elsewhere, and announces it. Throws ControlRefusal. */
export function payDirectly(context: Context, payment: DirectPayment, deliveries?: Deliveries): Payment {
  assertNew(context, payment);
  const order = toPaidElsewhere(payment);
  context.orders.add(order);
  return settlePayment(context, order, deliveries);
}

/** A combined payment (合单) that this simulator has no prepay of. */
export interface CombinedPayment {
  /** combine_mchid, combine_appid. */
  readonly mchId: string;
  readonly appId: string;
  readonly openId: string;
  readonly combineOutTradeNo: string;
  readonly notifyUrl: string;
  /** 1 to 50. */
  readonly subOrders: readonly {
    /** Default: that of the whole. */
    readonly mchId?: string | undefined;
    readonly outTradeNo: string;
    readonly totalFen: number;
    readonly attach?: string | undefined;
    readonly subMchId?: string | undefined;
  }[];
}

/** Pays a combined order that was prepaid elsewhere, and announces it as a whole. Throws ControlRefusal. */
export function payCombined(context: Context, payment: CombinedPayment, deliveries?: Deliveries): Payment {
  const { mchId, appId, openId, notifyUrl, combineOutTradeNo: outTradeNo, subOrders } = payment;
  if (subOrders.length < 1 || subOrders.length > 50) {
    throw new ControlRefusal(400, 'SUB_ORDERS_WRONG', 'a combined payment has 1 to 50 orders');
  }
  assertNew(context, { mchId, appId, outTradeNo });
  const orders = subOrders.map((sub) => {
    const order = { mchId: sub.mchId ?? mchId, outTradeNo: sub.outTradeNo };
    if (context.orders.find(order.mchId, order.outTradeNo) !== undefined) throw known();
    const paid = toPaidElsewhere({
      ...order,
      appId,
      openId,
      notifyUrl,
      totalFen: sub.totalFen,
      attach: sub.attach,
      sub: sub.subMchId === undefined ? undefined : { mchId: sub.subMchId },
    });
    return { ...paid, isSubOrder: true };
  });
  const combined: CombinedOrder = {
    mchId,
    appId,
    payerAppId: appId,
    openId,
    outTradeNo,
    notifyUrl,
    expiresAtMs: Number.POSITIVE_INFINITY,
    content: '',
    prepays: [],
    state: 'NOTPAY',
    subOrders: orders,
  };
  context.orders.addCombined(combined);
  return settlePayment(context, combined, deliveries);
}

function assertNew(
  context: Context,
  { mchId, appId, outTradeNo }: { mchId: string; appId: string; outTradeNo: string },
): void {
  const merchant = context.merchants.get(mchId);
  if (merchant === undefined)
    throw new ControlRefusal(404, 'MERCHANT_UNKNOWN', 'no such mchid in the settings');
  if (!merchant.appIds.includes(appId)) {
    throw new ControlRefusal(409, 'APPID_NOT_BOUND', 'the appid is not bound to this mchid');
  }
  const { find, findCombined } = context.orders;
  if ((find(mchId, outTradeNo) ?? findCombined(mchId, outTradeNo)) !== undefined) throw known();
}

function known(): ControlRefusal {
  return new ControlRefusal(409, 'ORDER_KNOWN', 'it was prepaid here: pay by its prepay_id');
}

function toPaidElsewhere({ currency, attach, sub, ...payment }: DirectPayment): Order {
  return {
    ...payment,
    payerAppId: payment.appId,
    currency: currency ?? 'CNY',
    attach,
    ...(sub && { sub }),
    tradeType: 'JSAPI',
    description: 'prepaid elsewhere',
    expiresAtMs: Number.POSITIVE_INFINITY,
    content: '',
    prepays: [],
    state: 'NOTPAY',
  };
}

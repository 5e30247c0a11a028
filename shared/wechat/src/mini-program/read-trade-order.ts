import { z } from 'zod';
import type { ShippingUpload, UploadedItem } from './to-upload-body.ts';

const listed = z.looseObject({
  tracking_no: z.string().nullish(),
  express_company: z.string().nullish(),
  goods_desc: z.string().nullish(),
});

const shippingShape = z.looseObject({
  logistics_type: z.number().optional(),
  delivery_mode: z.number().optional(),
  finish_shipping: z.boolean().default(false),
  finish_shipping_count: z.number().default(0),
  shipping_list: z.array(listed).nullish(),
});

/** `order` of get_order. https://developers.weixin.qq.com/miniprogram/dev/server/API/order_shipping/api_getorder */
const orderShape = z.looseObject({
  // Digits beyond 2^53, which come as text whatever WeChat wrote.
  transaction_id: z.string(),
  openid: z.string().nullish(),
  order_state: z.number().int(),
  shipping: shippingShape.nullish(),
});

/** order_state: 待发货, 已发货, 确认收货, 交易完成, 已退款, 资金待结算. */
const refundedState = 5;

/** What WeChat's order management knows of a payment. */
export interface TradeOrder {
  readonly openId: string | undefined;
  readonly isRefunded: boolean;
  readonly logisticsType: number | undefined;
  /** Everything was shipped. */
  readonly isFinished: boolean;
  /** 0, 1, or 2 once it was shipped anew (重新发货). */
  readonly finishCount: number;
  readonly items: readonly Pick<UploadedItem, 'trackingNo' | 'expressCompany'>[];
  /** What is said to be in the parcels, as far as WeChat tells it. */
  readonly descriptions: readonly string[];
}

/** Undefined for what is no order, or that of another payment. */
export function readTradeOrder(order: unknown, transactionId: string): TradeOrder | undefined {
  const parsed = orderShape.safeParse(order);
  if (!parsed.success || parsed.data.transaction_id !== transactionId) return undefined;
  const { openid, order_state, shipping } = parsed.data;
  const list = shipping?.shipping_list ?? [];
  return {
    openId: openid || undefined,
    isRefunded: order_state === refundedState,
    logisticsType: shipping?.logistics_type,
    isFinished: shipping?.finish_shipping ?? false,
    finishCount: shipping?.finish_shipping_count ?? 0,
    items: list.map(({ tracking_no, express_company }) => ({
      trackingNo: tracking_no || undefined,
      expressCompany: express_company || undefined,
    })),
    descriptions: list.flatMap(({ goods_desc }) => (goods_desc ? [goods_desc] : [])),
  };
}

/** What an upload is recognised by. */
export type UploadTrace = Pick<ShippingUpload, 'logisticsType' | 'isAllDelivered' | 'items'> & {
  /** It took the place of what was shipped before. */
  readonly isReplacement: boolean;
};

/**
 * Whether WeChat has what an upload said. Pure. A parcel of an express company is known by its number; what is sent in
 * another way by its description, where WeChat tells one, and else by being shipped at all.
 */
export function hasUpload(order: TradeOrder, trace: UploadTrace): boolean {
  const { logisticsType, isAllDelivered, isReplacement, items } = trace;
  if (order.logisticsType !== logisticsType) return false;
  if (isAllDelivered && !order.isFinished) return false;
  if (isReplacement && isAllDelivered && order.finishCount < 2) return false;
  return items.every((item) => hasItem(order, item));
}

function hasItem(order: TradeOrder, item: UploadedItem): boolean {
  const { trackingNo, expressCompany, itemDesc } = item;
  if (trackingNo === undefined) {
    return order.descriptions.length === 0 || order.descriptions.includes(itemDesc);
  }
  return order.items.some(
    (known) => known.trackingNo === trackingNo && known.expressCompany === expressCompany,
  );
}

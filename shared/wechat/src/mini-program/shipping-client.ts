import type { App } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { AppCaller, AppCallResult } from './app-caller.ts';
import { readTradeOrder, type TradeOrder } from './read-trade-order.ts';
import type { ShippingApi } from './shipping-error-codes.ts';
import { type ShippingUpload, toUploadBody } from './to-upload-body.ts';

/** A call that brought nothing. */
export type ShippingFailure =
  /** WeChat certainly did nothing; `error.kind` says whether to try again. */
  | { readonly kind: 'refused'; readonly error: AppError }
  /** It may have done what was asked. */
  | { readonly kind: 'unknown'; readonly error: AppError };

/** An express company (运力). */
export interface Carrier {
  /** delivery_id: what express_company of a parcel names. */
  readonly deliveryId: string;
  readonly deliveryName: string;
}

/** 特殊发货报备. https://developers.weixin.qq.com/miniprogram/dev/server/API/order_shipping/api_opspecialorder */
export type SpecialOrder =
  /** 预售: `until` lies 15 to 330 days after the payment. */
  | { readonly kind: 'presale'; readonly orderId: string; readonly until: Date }
  | { readonly kind: 'test'; readonly orderId: string };

/**
 * WeChat's order management (发货信息管理), which freezes the money of an app's orders until they are shipped and
 * received. Nothing here throws. What is asked for with a call whose answer is missing must be looked up before it is
 * asked for again, but for what changes nothing.
 * https://developers.weixin.qq.com/miniprogram/dev/platform-capabilities/business-capabilities/order-shipping/order-shipping.html
 */
export interface ShippingClient {
  /** 发货信息录入 and 发货信息合单录入, once. */
  upload(app: App, upload: ShippingUpload): Promise<{ readonly kind: 'uploaded' } | ShippingFailure>;
  /** 查询订单发货状态: what WeChat knows of a payment. @param transactionId WeChat Pay's order number */
  findOrder(
    app: App,
    transactionId: string,
  ): Promise<{ readonly kind: 'found'; readonly order: TradeOrder } | ShippingFailure>;
  /** Whether the app's orders are managed (是否已开通发货信息管理服务). */
  isTradeManaged(app: App): Promise<{ readonly kind: 'done'; readonly isManaged: boolean } | ShippingFailure>;
  /** 确认收货提醒: for a parcel sent by express, once for each payment; asking again does nothing more. */
  remindReceipt(
    app: App,
    reminder: { readonly transactionId: string; readonly receivedAt: Date },
  ): Promise<{ readonly kind: 'done' } | ShippingFailure>;
  /** 获取运力id列表. */
  listCarriers(app: App): Promise<{ readonly kind: 'done'; readonly carriers: Carrier[] } | ShippingFailure>;
  /** 特殊发货报备: an order that is shipped late, or never. */
  declareSpecial(app: App, order: SpecialOrder): Promise<{ readonly kind: 'done' } | ShippingFailure>;
}

const paths: Readonly<Record<ShippingApi, string>> = {
  upload_shipping_info: '/wxa/sec/order/upload_shipping_info',
  upload_combined_shipping_info: '/wxa/sec/order/upload_combined_shipping_info',
  get_order: '/wxa/sec/order/get_order',
  is_trade_managed: '/wxa/sec/order/is_trade_managed',
  notify_confirm_receive: '/wxa/sec/order/notify_confirm_receive',
  get_delivery_list: '/cgi-bin/express/delivery/open_msg/get_delivery_list',
  opspecialorder: '/wxa/sec/order/opspecialorder',
};

/** Calls through `caller`, and keeps the payer's openid out of what failures say. */
export function createShippingClient(caller: Pick<AppCaller, 'call'>): ShippingClient {
  const call = async (app: App, api: ShippingApi, body: unknown, secrets: readonly string[] = []) =>
    notCertain(api, await caller.call(app, { api, path: paths[api], body, secrets }));

  return {
    async upload(app, upload) {
      const { api, body } = toUploadBody(upload);
      const result = await call(app, api, body, [upload.openId]);
      return result.kind === 'done' ? { kind: 'uploaded' } : result;
    },
    async findOrder(app, transactionId) {
      const result = await call(app, 'get_order', { transaction_id: transactionId });
      if (result.kind !== 'done') return result;
      const order = readTradeOrder(result.answer.json.order, transactionId);
      return order === undefined ? notUnderstood('get_order') : { kind: 'found', order };
    },
    async isTradeManaged(app) {
      const result = await call(app, 'is_trade_managed', { appid: app.appId });
      if (result.kind !== 'done') return result;
      const { is_trade_managed: isManaged } = result.answer.json;
      return typeof isManaged === 'boolean' ? { kind: 'done', isManaged } : notUnderstood('is_trade_managed');
    },
    async remindReceipt(app, { transactionId, receivedAt }) {
      const received_time = Math.floor(receivedAt.getTime() / 1_000);
      const body = { transaction_id: transactionId, received_time };
      const result = await call(app, 'notify_confirm_receive', body);
      return result.kind === 'done' ? { kind: 'done' } : result;
    },
    async listCarriers(app) {
      const result = await call(app, 'get_delivery_list', {});
      if (result.kind !== 'done') return result;
      const carriers = readCarriers(result.answer.json.delivery_list);
      return carriers === undefined ? notUnderstood('get_delivery_list') : { kind: 'done', carriers };
    },
    async declareSpecial(app, order) {
      const result = await call(app, 'opspecialorder', toSpecialBody(order));
      return result.kind === 'done' ? { kind: 'done' } : result;
    },
  };
}

/**
 * "System busy" and "too often" may be said of a call that was carried out; only a refusal for good, and 10060001, say
 * that nothing was done. Without an answer of this very API (no token, breaker open) the call has not left.
 */
function notCertain(api: ShippingApi, result: AppCallResult): AppCallResult {
  if (result.kind !== 'refused') return result;
  const { error } = result;
  const isAnswer = error.details.api === api && error.details.remoteCode !== undefined;
  const isCertain = error.kind === 'permanent' || error.code === 'SHIPMENT_PAYMENT_UNKNOWN';
  return isAnswer && !isCertain ? { kind: 'unknown', error } : result;
}

function notUnderstood(api: ShippingApi): ShippingFailure {
  const details = { api, reason: 'answer_not_understood' };
  return { kind: 'unknown', error: new AppError('WECHAT_SYSTEM_ERROR', { details }) };
}

function readCarriers(list: unknown): Carrier[] | undefined {
  if (!Array.isArray(list)) return undefined;
  return list.flatMap((one: { delivery_id?: unknown; delivery_name?: unknown } | null) =>
    typeof one?.delivery_id === 'string' && typeof one.delivery_name === 'string'
      ? [{ deliveryId: one.delivery_id, deliveryName: one.delivery_name }]
      : [],
  );
}

function toSpecialBody(order: SpecialOrder): Record<string, unknown> {
  if (order.kind === 'test') return { order_id: order.orderId, type: 2 };
  return { order_id: order.orderId, type: 1, delay_to: Math.floor(order.until.getTime() / 1_000) };
}

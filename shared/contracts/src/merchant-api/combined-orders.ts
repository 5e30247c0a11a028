import { z } from 'zod';
import { appId, mchId, openId, outTradeNo } from '../ids.ts';
import { amount, attach, description, shopOutTradeNo, timeExpire } from './create-order-request.ts';
import { toEndpoint } from './endpoint.ts';
import { logisticsType } from './logistics-type.ts';
import { orderResource, orderStatuses, requestPaymentParameters, signPaymentResponse } from './orders.ts';
import { combinedSceneInfo, goodsTag, orderDetail, settleInfo } from './prepay-options.ts';

/** One of the orders of a combined payment (子单): an order of ours in full. */
const combinedPart = z.strictObject({
  /** 商户号 of the part. Default: the merchant of the API key, which takes the payment. */
  mchid: mchId.optional(),
  /** 子商户号, where a service provider is `mchid`. */
  sub_mchid: mchId.optional(),
  /** The app of that merchant. */
  sub_appid: appId.optional(),
  out_trade_no: shopOutTradeNo,
  description,
  amount,
  /** WeChat Pay demands one of each part; default: the out_trade_no. */
  attach: attach.optional(),
  goods_tag: goodsTag.optional(),
  detail: orderDetail.optional(),
  settle_info: settleInfo.optional(),
  logistics_type: logisticsType,
});

/**
 * Body of `POST /v1/combined-orders`. The merchant of the API key is combine_mchid.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012556982
 */
export const createCombinedOrderRequest = z
  .strictObject({
    combine_appid: appId,
    combine_out_trade_no: shopOutTradeNo,
    scene_info: combinedSceneInfo,
    sub_orders: z.array(combinedPart).min(2).max(10),
    combine_payer_info: z.strictObject({ openid: openId }),
    time_expire: timeExpire.optional(),
  })
  .superRefine(({ sub_orders }, context) => {
    const numbers = sub_orders.map((part) => part.out_trade_no);
    for (const [at, number] of numbers.entries()) {
      if (numbers.indexOf(number) === at) continue;
      const path = ['sub_orders', at, 'out_trade_no'];
      context.addIssue({ code: 'custom', path, message: 'is the number of another part' });
    }
    for (const [at, part] of sub_orders.entries()) {
      if (part.sub_appid === undefined || part.sub_mchid !== undefined) continue;
      const path = ['sub_orders', at, 'sub_appid'];
      context.addIssue({ code: 'custom', path, message: 'wants a sub_mchid' });
    }
  });
export type CreateCombinedOrderRequest = z.infer<typeof createCombinedOrderRequest>;

/** A combined order (合单) with its parts. */
export const combinedOrderResource = z.strictObject({
  mchid: z.string(),
  combine_appid: z.string(),
  combine_out_trade_no: z.string(),
  /** `created` until it is paid or closed as a whole; what becomes of a part since is in its order. */
  status: z.enum(orderStatuses).extract(['created', 'paid', 'closed']),
  /** Of all parts together. */
  amount: z.strictObject({ total: z.number().int(), currency: z.string() }),
  time_expire: z.string().datetime(),
  created_at: z.string().datetime(),
  orders: z.array(orderResource),
});
export type CombinedOrderResource = z.infer<typeof combinedOrderResource>;

export const createCombinedOrderResponse = z.strictObject({
  combined_order: combinedOrderResource,
  payment: requestPaymentParameters,
});
export type CreateCombinedOrderResponse = z.infer<typeof createCombinedOrderResponse>;

const combinedPath = z.strictObject({ combine_out_trade_no: outTradeNo });
const unknownPath = 'COMBINED_ORDER_NOT_FOUND';

export const combinedOrderEndpoints = {
  createCombinedOrder: toEndpoint({
    method: 'POST',
    path: '/v1/combined-orders',
    auth: ['api_key'],
    summary:
      'Registers 2 to 10 orders that are paid at once (合单) and starts their payment. The same request may be repeated.',
    body: createCombinedOrderRequest,
    answers: { 201: createCombinedOrderResponse, 200: createCombinedOrderResponse },
    problems: [
      'ORDER_CONFLICT',
      'ORDER_NOT_PAYABLE',
      'ORDER_NUMBER_USED',
      'WECHAT_REFUSED',
      'ORDER_PREPAY_UNDER_WAY',
    ],
  }),
  readCombinedOrder: toEndpoint({
    method: 'GET',
    path: '/v1/combined-orders/{combine_out_trade_no}',
    auth: ['api_key'],
    summary: 'A combined order with its parts.',
    params: combinedPath,
    unknownPath,
    answers: { 200: z.strictObject({ combined_order: combinedOrderResource }) },
    problems: ['COMBINED_ORDER_NOT_FOUND'],
  }),
  closeCombinedOrder: toEndpoint({
    method: 'POST',
    path: '/v1/combined-orders/{combine_out_trade_no}/close',
    auth: ['api_key'],
    summary: 'Closes a combined order as a whole (合单关单). A paid one stays as it is. May be repeated.',
    params: combinedPath,
    unknownPath,
    answers: { 200: z.strictObject({ combined_order: combinedOrderResource }) },
    problems: [
      'COMBINED_ORDER_NOT_FOUND',
      'ORDER_PAID',
      'ORDER_NOT_CLOSED',
      'ORDER_PREPAY_UNDER_WAY',
      'ORDER_CHANGED_MEANWHILE',
      'QUERY_RATE_EXCEEDED',
      'WECHAT_REFUSED',
    ],
  }),
  signCombinedPayment: toEndpoint({
    method: 'POST',
    path: '/v1/combined-orders/{combine_out_trade_no}/payment',
    auth: ['api_key', 'session'],
    summary:
      'Fresh parameters of wx.requestPayment for a combined order that is not paid yet. A session pays only its own.',
    params: combinedPath,
    unknownPath,
    answers: { 200: signPaymentResponse },
    problems: [
      'COMBINED_ORDER_NOT_FOUND',
      'ORDER_NOT_PAYABLE',
      'ORDER_NUMBER_USED',
      'WECHAT_REFUSED',
      'ORDER_PREPAY_UNDER_WAY',
    ],
  }),
} as const;

import { z } from 'zod';
import { appId, mchId, openId, outTradeNo } from '../ids.ts';
import { amount } from './amount.ts';
import { closedCombinedOrder } from './combined-order-example.ts';
import { combinedOrderResource, combineOutTradeNo } from './combined-order-resource.ts';
import { attach, description, shopOutTradeNo, timeExpire } from './create-order-request.ts';
import { toEndpoint } from './endpoint.ts';
import { logisticsType } from './logistics-type.ts';
import { combinedSceneInfo, goodsTag, orderDetail, settleInfo } from './prepay-options.ts';
import { prepayProblems, requestPaymentParameters, signPaymentResponse } from './request-payment.ts';

const combinedPart = z
  .strictObject({
    mchid: mchId
      .optional()
      .describe(
        '商户号 of the part; by default the merchant of the API key, which takes the payment. Another one has to be configured here too, for it signs the refunds of its part itself.',
      ),
    sub_mchid: mchId.optional().describe('子商户号, where a service provider is `mchid`.'),
    sub_appid: appId.optional().describe('The app of that merchant; wants a `sub_mchid`.'),
    out_trade_no: shopOutTradeNo,
    description,
    amount,
    attach: attach
      .optional()
      .describe(
        'Comes back with the payment. WeChat Pay demands one of each part; by default the out_trade_no.',
      ),
    goods_tag: goodsTag.optional(),
    detail: orderDetail.optional(),
    settle_info: settleInfo.optional(),
    logistics_type: logisticsType,
  })
  .meta({
    id: 'CombinedPart',
    description: 'One of the orders of a combined payment (子单): an order of its own in full.',
  });

/**
 * Body of `POST /v1/combined-orders`. The merchant of the API key is combine_mchid.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012556982
 */
export const createCombinedOrderRequest = z
  .strictObject({
    combine_appid: appId.describe('The app that the buyer pays in.'),
    combine_out_trade_no: shopOutTradeNo.describe(
      'The number of the whole (合单商户订单号): 6 to 32 of the characters 0-9 A-Z a-z _ - | *',
    ),
    scene_info: combinedSceneInfo,
    sub_orders: z.array(combinedPart).min(2).max(10).describe('The parts, each with a number of its own.'),
    combine_payer_info: z
      .strictObject({ openid: openId.describe('The buyer in `combine_appid`.') })
      .meta({ id: 'CombinedPayer', description: 'Who pays.' }),
    time_expire: timeExpire.optional(),
  })
  .superRefine(({ sub_orders }, context) => {
    const total = sub_orders.reduce((sum, part) => sum + part.amount.total, 0);
    if (!Number.isSafeInteger(total)) {
      const message = `come to more than ${Number.MAX_SAFE_INTEGER} fen`;
      context.addIssue({ code: 'custom', path: ['sub_orders'], message });
    }
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
  })
  .meta({
    id: 'CreateCombinedOrderRequest',
    description: 'Orders that are paid at once. The merchant of the API key is combine_mchid.',
    examples: [
      {
        combine_appid: 'wx8888888888888888',
        combine_out_trade_no: 'cart-20270105-0001',
        scene_info: { payer_client_ip: '203.0.113.7' },
        sub_orders: [
          {
            out_trade_no: 'tea-20270105-0001',
            description: '龙井茶 250g ×2',
            amount: { total: 8800 },
            logistics_type: 1,
          },
          {
            mchid: '1900000002',
            out_trade_no: 'cup-20270105-0001',
            description: '青瓷茶杯',
            amount: { total: 3600 },
            logistics_type: 1,
          },
        ],
        combine_payer_info: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
      },
    ],
  });
export type CreateCombinedOrderRequest = z.infer<typeof createCombinedOrderRequest>;

export const createCombinedOrderResponse = z
  .strictObject({ combined_order: combinedOrderResource, payment: requestPaymentParameters })
  .meta({ id: 'CreatedCombinedOrder', description: 'The combined order, and what the buyer pays it with.' });
export type CreateCombinedOrderResponse = z.infer<typeof createCombinedOrderResponse>;

const readCombinedOrderResponse = z
  .strictObject({ combined_order: combinedOrderResource })
  .meta({ id: 'FoundCombinedOrder', description: 'The combined order as it is now.' });

const combinedPath = z.strictObject({
  combine_out_trade_no: outTradeNo.meta(combineOutTradeNo.meta() ?? {}),
});
const unknownPath = 'COMBINED_ORDER_NOT_FOUND';

export const combinedOrderEndpoints = {
  createCombinedOrder: toEndpoint({
    method: 'POST',
    path: '/v1/combined-orders',
    auth: ['api_key'],
    summary: 'Registers a combined order and starts its payment (合单)',
    description:
      'Of 2 to 10 orders that are paid at once. The same request may be repeated. After ORDER_CONFLICT ask with new numbers, also for the whole: where the number of a part was taken at the same moment by another request, that of the whole is spent.',
    body: createCombinedOrderRequest,
    largestBodyBytes: 8 * 1_024 * 1_024,
    answers: { 201: createCombinedOrderResponse, 200: createCombinedOrderResponse },
    location: true,
    problems: ['ORDER_CONFLICT', 'COMBINED_PART_NOT_CONFIGURED', ...prepayProblems],
  }),
  readCombinedOrder: toEndpoint({
    method: 'GET',
    path: '/v1/combined-orders/{combine_out_trade_no}',
    auth: ['api_key'],
    summary: 'A combined order with its parts',
    description: 'Each part is an order of its own, which readOrder shows with its callbacks.',
    params: combinedPath,
    unknownPath,
    answers: { 200: readCombinedOrderResponse },
    problems: ['COMBINED_ORDER_NOT_FOUND'],
  }),
  closeCombinedOrder: toEndpoint({
    method: 'POST',
    path: '/v1/combined-orders/{combine_out_trade_no}/close',
    auth: ['api_key'],
    summary: 'Closes a combined order (合单关单)',
    description: 'As a whole. A paid one stays as it is. It may be repeated.',
    params: combinedPath,
    unknownPath,
    answers: { 200: readCombinedOrderResponse },
    answerExamples: { 200: { combined_order: closedCombinedOrder } },
    problems: [
      'COMBINED_ORDER_NOT_FOUND',
      'ORDER_PAID',
      'ORDER_NOT_CLOSED',
      'ORDER_PREPAY_UNDER_WAY',
      'QUERY_RATE_EXCEEDED',
      'WECHAT_REFUSED',
    ],
  }),
  signCombinedPayment: toEndpoint({
    method: 'POST',
    path: '/v1/combined-orders/{combine_out_trade_no}/payment',
    auth: ['api_key', 'session'],
    summary: 'Fresh parameters of wx.requestPayment for a combined order',
    description: 'For one that is not paid yet. A session pays only the combined orders of its user.',
    params: combinedPath,
    unknownPath,
    answers: { 200: signPaymentResponse },
    problems: ['COMBINED_ORDER_NOT_FOUND', ...prepayProblems],
  }),
} as const;

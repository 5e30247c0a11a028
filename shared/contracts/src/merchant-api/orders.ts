import { z } from 'zod';
import { outTradeNo, transactionId } from '../ids.ts';
import { toldAmount } from './amount.ts';
import { createOrderRequest } from './create-order-request.ts';
import { toEndpoint } from './endpoint.ts';
import { listQuery, nextCursor, timeFilter } from './list-query.ts';
import { acceptedOrder, closedOrder, createdOrder, paidCallback } from './order-example.ts';
import { holdReason, orderCallback, orderResource, orderStatus } from './order-resource.ts';
import { prepayProblems, requestPaymentParameters, signPaymentResponse } from './request-payment.ts';
import { told, wechatTime } from './told.ts';

/** Body of `GET /v1/orders/{out_trade_no}`. */
export const readOrderResponse = orderResource
  .extend({
    callbacks: z
      .array(orderCallback)
      .describe('What WeChat said about it, oldest first; kept for 30 days by default.'),
  })
  .meta({
    id: 'OrderWithCallbacks',
    description: 'An order and what WeChat said about it.',
    examples: [{ ...acceptedOrder, callbacks: [paidCallback] }],
  });
export type ReadOrderResponse = z.infer<typeof readOrderResponse>;

export const createOrderResponse = z
  .strictObject({
    order: orderResource,
    payment: requestPaymentParameters
      .optional()
      .describe('What the mini-program passes on to wx.requestPayment; absent with `prepay: false`.'),
  })
  .meta({ id: 'CreatedOrder', description: 'The order, and what the buyer pays it with.' });
export type CreateOrderResponse = z.infer<typeof createOrderResponse>;

export const queriedTransaction = z
  .strictObject({
    trade_state: z.string().meta({
      description:
        "WeChat's own word: NOTPAY, SUCCESS, REFUND, CLOSED, USERPAYING, …; ORDER_NOT_EXIST where it has none of this number.",
      examples: ['SUCCESS'],
    }),
    transaction_id: told(transactionId).optional(),
    amount: toldAmount.optional().describe('What was paid.'),
    success_time: wechatTime('When it was paid.').optional(),
  })
  .meta({ id: 'QueriedTransaction', description: 'What WeChat Pay says of an order (查单).' });
export type QueriedTransactionResource = z.infer<typeof queriedTransaction>;

const queryOutcome = z
  .enum(['open', 'healed', 'refund_seen', 'closed', 'known', 'left_to_a_person', 'later', 'overtaken'])
  .meta({
    id: 'QueryOutcome',
    description:
      'What followed. `open`: nothing, it is not paid. `healed`: a payment whose callback is missing goes the way that the callback would have gone; `refund_seen` likewise, and WeChat Pay tells of a refund of it. `closed`: nobody can pay it any more. `known`: its payment was applied before. `left_to_a_person`: it is a case that waits for a decision. `later`: the payment is applied once Redis takes jobs again. `overtaken`: the order changed meanwhile.',
    examples: ['healed'],
  });

export const queryOrderResponse = z
  .strictObject({
    order: orderResource.describe('As it is now; a payment that was found is applied a moment later.'),
    wechat_pay: queriedTransaction,
    outcome: queryOutcome,
  })
  .meta({ id: 'QueriedOrder', description: 'What WeChat Pay says of the order, and what followed.' });
export type QueryOrderResponse = z.infer<typeof queryOrderResponse>;

export const closeOrderResponse = z
  .strictObject({ order: orderResource })
  .meta({ id: 'ClosedOrder', description: 'The order, which nobody can pay any more.' });

export const listOrdersQuery = z.strictObject({
  status: orderStatus.optional(),
  held: holdReason.optional(),
  created_from: timeFilter.optional().describe('Registered at that time or later; RFC 3339 with offset.'),
  created_until: timeFilter.optional().describe('Registered at that time or earlier; RFC 3339 with offset.'),
  ...listQuery,
});

const { time_line: _timeLine, ...untimedOrder } = createdOrder;
const listedOrder = orderResource
  .omit({ time_line: true })
  .meta({ id: 'ListedOrder', description: 'An order without its time line.', examples: [untimedOrder] });

export const listOrdersResponse = z
  .strictObject({
    orders: z.array(listedOrder).describe('The newest first.'),
    next_cursor: nextCursor,
  })
  .meta({ id: 'OrderList', description: 'A page of orders.' });
export type ListOrdersResponse = z.infer<typeof listOrdersResponse>;

const orderPath = z.strictObject({ out_trade_no: outTradeNo });

export const orderEndpoints = {
  createOrder: toEndpoint({
    method: 'POST',
    path: '/v1/orders',
    auth: ['api_key'],
    summary: 'Registers an order and starts its payment',
    description:
      'Unless `prepay` is false the order is prepaid at WeChat Pay (JSAPI 下单). The order is stored before WeChat Pay hears of it. The same request may be repeated, also at the same moment: it makes one prepay.',
    body: createOrderRequest,
    largestBodyBytes: 1_024 * 1_024,
    answers: { 201: createOrderResponse, 200: createOrderResponse },
    location: true,
    problems: ['ORDER_CONFLICT', ...prepayProblems],
  }),
  readOrder: toEndpoint({
    method: 'GET',
    path: '/v1/orders/{out_trade_no}',
    auth: ['api_key', 'session'],
    summary: 'An order with its time line and its callbacks',
    description:
      'How far the order is, what it waits for, what happened to it, and what WeChat said about it. A session sees only the orders of its user, and of those what a buyer may know: no callbacks, no facts of the time line, nothing of `attach`, `held`, `settlement` and `pending`, and of a refund whether it is `processing`, `succeeded` or `closed`, not why.',
    params: orderPath,
    unknownPath: 'ORDER_NOT_FOUND',
    answers: { 200: readOrderResponse },
    problems: ['ORDER_NOT_FOUND'],
  }),
  listOrders: toEndpoint({
    method: 'GET',
    path: '/v1/orders',
    auth: ['api_key'],
    summary: 'The orders of the merchant',
    description: 'The newest first, by pages; orders that come meanwhile do not move the pages.',
    query: listOrdersQuery,
    answers: { 200: listOrdersResponse },
    problems: [],
  }),
  queryOrder: toEndpoint({
    method: 'POST',
    path: '/v1/orders/{out_trade_no}/query',
    auth: ['api_key'],
    summary: 'Asks WeChat Pay what became of an order (查单)',
    description:
      "Now, within the merchant's rate. A payment whose callback is missing goes the way that the callback would have gone.",
    params: orderPath,
    unknownPath: 'ORDER_NOT_FOUND',
    answers: { 200: queryOrderResponse },
    problems: ['ORDER_NOT_FOUND', 'QUERY_RATE_EXCEEDED', 'WECHAT_REFUSED'],
  }),
  closeOrder: toEndpoint({
    method: 'POST',
    path: '/v1/orders/{out_trade_no}/close',
    auth: ['api_key'],
    summary: 'Closes an order (关单)',
    description:
      'WeChat Pay is asked, told to close, and asked again: the order is closed only when it says so, and nobody can pay it any more. A paid one stays as it is. It may be repeated.',
    params: orderPath,
    unknownPath: 'ORDER_NOT_FOUND',
    answers: { 200: closeOrderResponse },
    answerExamples: { 200: { order: closedOrder } },
    problems: [
      'ORDER_NOT_FOUND',
      'ORDER_PAID',
      'ORDER_PREPAID_ELSEWHERE',
      'ORDER_IS_COMBINED',
      'ORDER_NOT_CLOSED',
      'ORDER_PREPAY_UNDER_WAY',
      'QUERY_RATE_EXCEEDED',
      'WECHAT_REFUSED',
    ],
  }),
  signPayment: toEndpoint({
    method: 'POST',
    path: '/v1/orders/{out_trade_no}/payment',
    auth: ['api_key', 'session'],
    summary: 'Fresh parameters of wx.requestPayment',
    description:
      'For an order that is not paid yet: the prepay_id is signed again while it lives, else the order is prepaid again. A session pays only the orders of its user.',
    params: orderPath,
    unknownPath: 'ORDER_NOT_FOUND',
    answers: { 200: signPaymentResponse },
    problems: ['ORDER_NOT_FOUND', 'ORDER_PREPAID_ELSEWHERE', 'ORDER_IS_COMBINED', ...prepayProblems],
  }),
} as const;

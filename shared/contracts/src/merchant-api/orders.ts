import { z } from 'zod';
import { outTradeNo } from '../ids.ts';
import { createOrderRequest } from './create-order-request.ts';
import { toEndpoint } from './endpoint.ts';
import { logisticsType } from './logistics-type.ts';
import { refundResource } from './refunds.ts';
import { shipmentResource } from './shipment-resource.ts';

/** Parameters of wx.requestPayment, as the mini-program passes them on. */
export const requestPaymentParameters = z.strictObject({
  timeStamp: z.string(),
  nonceStr: z.string(),
  package: z.string(),
  signType: z.literal('RSA'),
  paySign: z.string(),
});
export type RequestPaymentParameters = z.infer<typeof requestPaymentParameters>;

export const orderStatuses = ['created', 'paid', 'accepted', 'fulfilled', 'closed'] as const;
export type OrderStatus = (typeof orderStatuses)[number];

/** Why a paid order is not delivered; see orderResource. */
export const holdReasons = ['refund_seen', 'refunded', 'check', 'late'] as const;

/** What happened to an order, oldest first. */
export const timeLineEntry = z.object({ at: z.string().datetime(), event: z.string() }).loose();

/** An order: `order` in the answer of `POST /v1/orders`, and most of that of `GET /v1/orders/{out_trade_no}`. */
export const orderResource = z.strictObject({
  mchid: z.string(),
  appid: z.string(),
  /** 子商户号 and its app, of a service provider's order. */
  sub_mchid: z.string().optional(),
  sub_appid: z.string().optional(),
  out_trade_no: z.string(),
  /** 合单商户订单号: the combined order that this is a part of. */
  combine_out_trade_no: z.string().optional(),
  status: z.enum(orderStatuses),
  description: z.string(),
  amount: z.strictObject({ total: z.number().int(), currency: z.string() }),
  logistics_type: logisticsType,
  attach: z.string().optional(),
  time_expire: z.string(),
  transaction_id: z.string().optional(),
  paid_at: z.string().datetime().optional(),
  created_at: z.string().datetime(),
  /**
   * Paid, but not delivered: `refund_seen` until a person decides, `refunded` because all of it was given back, `check`
   * because verify-callback bought it, `late` because it was paid after it was closed, and is being refunded.
   */
  held: z.enum(holdReasons).optional(),
  /** What became of its refunds, also of those made in the merchant platform's console. */
  refunds: z.array(
    z.strictObject({
      refund_id: z.string(),
      out_refund_no: z.string(),
      /** Of the payment that it gives back, where that is not the one that paid the order. */
      transaction_id: z.string().optional(),
      /** ABNORMAL is not final: the money could not be returned so far. */
      status: z.enum(['SUCCESS', 'ABNORMAL', 'CLOSED']),
      amount: z.strictObject({ refund: z.number().int() }),
      success_time: z.string().optional(),
      recorded_at: z.string().datetime(),
    }),
  ),
  /** What was asked for here, oldest first, and how far it has come. */
  refund_requests: z.array(refundResource),
  /** What WeChat's order management (发货管理) says of the delivery. */
  shipping: z
    .strictObject({
      reminded_at: z.string().datetime().optional(),
      shipped_at: z.string().datetime().optional(),
      estimated_settlement_at: z.string().datetime().optional(),
      /** The express company says that the parcel was signed for. */
      signed_at: z.string().datetime().optional(),
      receipt_reminded_at: z.string().datetime().optional(),
    })
    .optional(),
  /** What was shipped, oldest first. */
  shipments: z.array(shipmentResource),
  settlement: z
    .strictObject({
      settled_at: z.string().datetime(),
      confirm_received_at: z.string().datetime().optional(),
      /** As WeChat wrote it. */
      confirm_receive_method: z.string().optional(),
    })
    .optional(),
  /** Effects that are not settled yet: what the order still waits for. */
  pending: z.array(z.strictObject({ job: z.string(), due_at: z.string().datetime() })),
  time_line: z.array(timeLineEntry),
});
export type OrderResource = z.infer<typeof orderResource>;

/** A callback about an order, as the ledger has it: one entry per fact, however often WeChat sent it. */
export const orderCallback = z.strictObject({
  /** Envelope id of the notification (通知ID). */
  notification_id: z.string(),
  event_type: z.string(),
  outcome: z.string(),
  first_received_at: z.string().datetime(),
  last_received_at: z.string().datetime(),
  /** How often it was worked on. */
  times: z.number().int(),
  /** Of the ingress, to be found in its log. */
  request_id: z.string(),
});
export type OrderCallback = z.infer<typeof orderCallback>;

/** Body of `GET /v1/orders/{out_trade_no}`: the order and what WeChat said about it, oldest first. */
export const readOrderResponse = orderResource.extend({ callbacks: z.array(orderCallback) });
export type ReadOrderResponse = z.infer<typeof readOrderResponse>;

export const createOrderResponse = z.strictObject({
  order: orderResource,
  /** Absent with `prepay: false`. */
  payment: requestPaymentParameters.optional(),
});
export type CreateOrderResponse = z.infer<typeof createOrderResponse>;

export const signPaymentResponse = z.strictObject({ payment: requestPaymentParameters });
export type SignPaymentResponse = z.infer<typeof signPaymentResponse>;

/** What WeChat Pay says of an order (查单). */
export const queriedTransaction = z.strictObject({
  /** WeChat's own word: NOTPAY, SUCCESS, REFUND, CLOSED, USERPAYING, …; ORDER_NOT_EXIST where it has none of this number. */
  trade_state: z.string(),
  transaction_id: z.string().optional(),
  /** In fen; what was paid. */
  amount: z.strictObject({ total: z.number().int(), currency: z.string() }).optional(),
  success_time: z.string().optional(),
});
export type QueriedTransactionResource = z.infer<typeof queriedTransaction>;

export const queryOrderResponse = z.strictObject({
  /** As it is after the answer; a payment that was found is applied a moment later. */
  order: orderResource,
  wechat_pay: queriedTransaction,
  /**
   * What followed. `open`: nothing, it is not paid. `healed`: a payment whose callback is missing goes the way that the
   * callback would have gone; `refund_seen` likewise, and WeChat Pay tells of a refund of it. `closed`: nobody can pay it
   * any more. `known`: its payment was applied before. `left_to_a_person`: it is a case that waits for a decision.
   * `later`: the payment is applied once Redis takes jobs again. `overtaken`: the order changed meanwhile.
   */
  outcome: z.enum([
    'open',
    'healed',
    'refund_seen',
    'closed',
    'known',
    'left_to_a_person',
    'later',
    'overtaken',
  ]),
});
export type QueryOrderResponse = z.infer<typeof queryOrderResponse>;

export const closeOrderResponse = z.strictObject({ order: orderResource });

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

/** The page of a list. */
export const listQuery = {
  limit: z
    .string()
    .regex(/^[0-9]{1,3}$/, 'must be a number from 1 to 100')
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= 100, 'must be a number from 1 to 100')
    .optional(),
  /** `next_cursor` of the page before, with the same filters. */
  cursor: z.string().min(1).max(500).optional(),
};

export const listOrdersQuery = z.strictObject({
  status: z.enum(orderStatuses).optional(),
  held: z.enum(holdReasons).optional(),
  /** Registered at that time or later; RFC 3339 with offset. */
  created_from: time.optional(),
  /** Registered at that time or earlier. */
  created_until: time.optional(),
  ...listQuery,
});

export const listOrdersResponse = z.strictObject({
  /** The newest first, without their time lines. */
  orders: z.array(orderResource.omit({ time_line: true })),
  /** Absent on the last page. */
  next_cursor: z.string().optional(),
});
export type ListOrdersResponse = z.infer<typeof listOrdersResponse>;

const orderPath = z.strictObject({ out_trade_no: outTradeNo });

export const orderEndpoints = {
  createOrder: toEndpoint({
    method: 'POST',
    path: '/v1/orders',
    auth: ['api_key'],
    summary:
      'Registers an order and, unless prepay is false, starts its payment. The same request may be repeated.',
    body: createOrderRequest,
    answers: { 201: createOrderResponse, 200: createOrderResponse },
    problems: [
      'ORDER_CONFLICT',
      'ORDER_NOT_PAYABLE',
      'ORDER_NUMBER_USED',
      'WECHAT_REFUSED',
      'ORDER_PREPAY_UNDER_WAY',
    ],
  }),
  readOrder: toEndpoint({
    method: 'GET',
    path: '/v1/orders/{out_trade_no}',
    auth: ['api_key', 'session'],
    summary: 'An order with its time line and what WeChat said about it. A session sees only its own orders.',
    params: orderPath,
    unknownPath: 'ORDER_NOT_FOUND',
    answers: { 200: readOrderResponse },
    problems: ['ORDER_NOT_FOUND'],
  }),
  listOrders: toEndpoint({
    method: 'GET',
    path: '/v1/orders',
    auth: ['api_key'],
    summary: 'The orders of the merchant, the newest first; new orders do not move the pages.',
    query: listOrdersQuery,
    answers: { 200: listOrdersResponse },
    problems: [],
  }),
  queryOrder: toEndpoint({
    method: 'POST',
    path: '/v1/orders/{out_trade_no}/query',
    auth: ['api_key'],
    summary:
      'Asks WeChat Pay now what became of an order (查单); a payment whose callback is missing is applied.',
    params: orderPath,
    unknownPath: 'ORDER_NOT_FOUND',
    answers: { 200: queryOrderResponse },
    problems: ['ORDER_NOT_FOUND', 'QUERY_RATE_EXCEEDED', 'WECHAT_REFUSED'],
  }),
  closeOrder: toEndpoint({
    method: 'POST',
    path: '/v1/orders/{out_trade_no}/close',
    auth: ['api_key'],
    summary: 'Closes an order (关单), so that nobody can pay it. A paid one stays as it is. May be repeated.',
    params: orderPath,
    unknownPath: 'ORDER_NOT_FOUND',
    answers: { 200: closeOrderResponse },
    problems: [
      'ORDER_NOT_FOUND',
      'ORDER_PAID',
      'ORDER_PREPAID_ELSEWHERE',
      'ORDER_IS_COMBINED',
      'ORDER_NOT_CLOSED',
      'ORDER_PREPAY_UNDER_WAY',
      'ORDER_CHANGED_MEANWHILE',
      'QUERY_RATE_EXCEEDED',
      'WECHAT_REFUSED',
    ],
  }),
  signPayment: toEndpoint({
    method: 'POST',
    path: '/v1/orders/{out_trade_no}/payment',
    auth: ['api_key', 'session'],
    summary:
      'Fresh parameters of wx.requestPayment for an order that is not paid yet. A session pays only its own orders.',
    params: orderPath,
    unknownPath: 'ORDER_NOT_FOUND',
    answers: { 200: signPaymentResponse },
    problems: [
      'ORDER_NOT_FOUND',
      'ORDER_NOT_PAYABLE',
      'ORDER_PREPAID_ELSEWHERE',
      'ORDER_IS_COMBINED',
      'ORDER_NUMBER_USED',
      'WECHAT_REFUSED',
      'ORDER_PREPAY_UNDER_WAY',
    ],
  }),
} as const;

import { z } from 'zod';
import { isCheckOrder } from '../check-order.ts';
import { amountFen, appId, openId, outTradeNo } from '../ids.ts';
import { toEndpoint } from './endpoint.ts';

/** How the goods reach the buyer: WeChat's own numbers, 1 物流 express, 2 同城 same-city, 3 虚拟 virtual, 4 自提 pick-up. */
export const logisticsType = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]);
export type LogisticsType = z.infer<typeof logisticsType>;

/** Body of `POST /v1/orders`. The merchant is the one of the API key. */
export const createOrderRequest = z
  .strictObject({
    appid: appId,
    out_trade_no: outTradeNo,
    /** Shown to the buyer; WeChat allows 127 characters. */
    description: z
      .string()
      .min(1)
      .max(127)
      .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must hold no control characters and no half characters'),
    amount: z.strictObject({ total: amountFen, currency: z.literal('CNY').default('CNY') }),
    /** Required to prepay; without it the buyer cannot be told by message unless the payment names them. */
    payer: z.strictObject({ openid: openId }).optional(),
    attach: z
      .string()
      .min(1)
      .max(128)
      .regex(/^[^\0\p{Cs}]*$/u, 'must hold no NUL and no half characters')
      .optional(),
    /** RFC 3339 with offset. Default: two hours from now. */
    time_expire: z.iso.datetime({ offset: true }).optional(),
    logistics_type: logisticsType,
    /** `false` registers an order that the merchant's own system prepays. */
    prepay: z.boolean().default(true),
  })
  .refine((order) => !order.prepay || order.payer !== undefined, {
    path: ['payer', 'openid'],
    message: 'is required unless prepay is false',
  })
  .refine((order) => !isCheckOrder(order.out_trade_no), {
    path: ['out_trade_no'],
    message: 'begins like the orders of verify-callback, which nobody delivers',
  });
export type CreateOrderRequest = z.infer<typeof createOrderRequest>;

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

/** What happened to an order, oldest first. */
export const timeLineEntry = z.object({ at: z.string().datetime(), event: z.string() }).loose();

/** An order: `order` in the answer of `POST /v1/orders`, and most of that of `GET /v1/orders/{out_trade_no}`. */
export const orderResource = z.strictObject({
  mchid: z.string(),
  appid: z.string(),
  out_trade_no: z.string(),
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
   * because verify-callback bought it.
   */
  held: z.enum(['refund_seen', 'refunded', 'check']).optional(),
  /** What became of its refunds, also of those made in the merchant platform's console. */
  refunds: z.array(
    z.strictObject({
      refund_id: z.string(),
      out_refund_no: z.string(),
      /** ABNORMAL is not final: the money could not be returned so far. */
      status: z.enum(['SUCCESS', 'ABNORMAL', 'CLOSED']),
      amount: z.strictObject({ refund: z.number().int() }),
      success_time: z.string().optional(),
      recorded_at: z.string().datetime(),
    }),
  ),
  /** What WeChat's order management (发货管理) says of the delivery. */
  shipping: z
    .strictObject({
      reminded_at: z.string().datetime().optional(),
      shipped_at: z.string().datetime().optional(),
      estimated_settlement_at: z.string().datetime().optional(),
    })
    .optional(),
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
} as const;

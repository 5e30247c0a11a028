import { z } from 'zod';

const text = z.string().min(1).max(512);
const url = z.url({ protocol: /^https?$/ });
const fen = z.number().int().min(1);
const count = z.number().int().min(0).max(1_000);
const milliseconds = z
  .number()
  .int()
  .min(0)
  .max(400 * 24 * 3_600_000);

/** How one notification travels, on top of the faults that hold for all. */
export const deliveries = z.strictObject({
  copies: z.number().int().min(1).max(20).optional(),
  delay_ms: milliseconds.optional(),
  drop: count.optional(),
  probe: z.boolean().optional(),
});

/** POST /simulator/buyers/pay: what wx.requestPayment is given, and the app that it runs in. */
export const buyerPays = z.strictObject({
  appId: text,
  timeStamp: text,
  nonceStr: text,
  package: text,
  signType: text,
  paySign: z.string().min(1).max(2_048),
  deliveries: deliveries.optional(),
});

/** POST /simulator/buyers/scan: a buyer scans the code of a Native order. */
export const buyerScans = z.strictObject({
  code_url: text,
  openid: text.optional(),
  deliveries: deliveries.optional(),
});

/** POST /simulator/buyers/start: the buyer is about to pay, so that closing the order meets the payment. */
export const buyerStarts = z.strictObject({
  mchid: text,
  out_trade_no: text,
  for_ms: milliseconds.optional(),
});

/** POST /simulator/balances: what a merchant has left to refund with; null: enough for everything. */
export const balance = z.strictObject({ mchid: text, balance: z.number().int().min(0).nullable() });

/** POST /simulator/buyers/popup: a buyer answers the popup about messages. */
export const popupAnswer = z.strictObject({
  appid: text,
  openid: text,
  answers: z.array(z.strictObject({ template_id: text, answer: z.enum(['accept', 'reject']) })).min(1),
  deliveries: deliveries.optional(),
});

/** POST /simulator/buyers/refuse: a buyer switches a template off in WeChat's settings. */
export const buyerRefuses = z.strictObject({
  appid: text,
  openid: text,
  template_id: text,
  deliveries: deliveries.optional(),
});

/** POST /simulator/payments: a payment of an order that was prepaid elsewhere. */
export const directPayment = z.strictObject({
  mchid: text,
  appid: text,
  openid: text,
  out_trade_no: text,
  total: z.number().int().min(1),
  currency: text.optional(),
  attach: z.string().max(128).optional(),
  notify_url: url,
  /** 服务商: the merchant below `mchid`, and the payer in its app. */
  sub: z.strictObject({ mchid: text, appid: text.optional(), openid: text.optional() }).optional(),
  deliveries: deliveries.optional(),
});

/** POST /simulator/payments/combined: a combined payment (合单) that was prepaid elsewhere. */
export const combinedPayment = z.strictObject({
  mchid: text,
  appid: text,
  openid: text,
  combine_out_trade_no: text,
  notify_url: url,
  sub_orders: z
    .array(
      z.strictObject({
        mchid: text.optional(),
        sub_mchid: text.optional(),
        out_trade_no: text,
        total: fen,
        attach: z.string().max(128).optional(),
      }),
    )
    .min(1)
    .max(50),
  deliveries: deliveries.optional(),
});

const course = z.enum(['SUCCESS', 'ABNORMAL', 'CLOSED']);

/** POST /simulator/refunds: a refund in the merchant platform's console. */
export const consoleRefund = z.strictObject({
  mchid: text,
  out_trade_no: text,
  refund: fen.optional(),
  notify_url: url.optional(),
  course: course.optional(),
  deliveries: deliveries.optional(),
});

/** POST /simulator/refunds/settle: what becomes of a refund that is PROCESSING or ABNORMAL. */
export const settledRefund = z.strictObject({
  mchid: text,
  out_refund_no: text,
  course,
  deliveries: deliveries.optional(),
});

/** POST /simulator/push-address: the console saves where pushes of an app go. */
export const pushAddress = z.strictObject({ appid: text, url, token: text.optional() });

/** POST /simulator/merchant-address: what the merchant platform has as addresses. */
export const merchantAddress = z.strictObject({
  mchid: text,
  notify_url: url.optional(),
  notify_url_v2: url.optional(),
});

/** POST /simulator/notifications: any event, whatever the orders here say. */
export const anyNotification = z.strictObject({
  mchid: text,
  url: url,
  event_type: text,
  original_type: text.default('transaction'),
  summary: z.string().max(64).default('通知'),
  resource: z.record(z.string(), z.json()),
  deliveries: deliveries.optional(),
});

/** POST /simulator/grants: the buyer agrees to messages, or, with count 0, to none at all. */
export const grant = z.strictObject({ appid: text, openid: text, template_id: text, count });

/** POST /simulator/clock: a new speed, or a jump. */
export const clockChange = z.union([
  z.strictObject({ speed: z.number().min(0.001).max(1_000_000) }),
  z.strictObject({ advance_ms: milliseconds }),
]);

import { z } from 'zod';

const text = z.string().min(1).max(512);
const count = z.number().int().min(0).max(1_000);
const milliseconds = z
  .number()
  .int()
  .min(0)
  .max(400 * 24 * 3_600_000);

/** How one notification travels, on top of the faults that hold for all. */
const deliveries = z.strictObject({
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

/** POST /simulator/payments: a payment of an order that was prepaid elsewhere. */
export const directPayment = z.strictObject({
  mchid: text,
  appid: text,
  openid: text,
  out_trade_no: text,
  total: z.number().int().min(1),
  currency: text.optional(),
  attach: z.string().max(128).optional(),
  notify_url: z.url({ protocol: /^https?$/ }),
  deliveries: deliveries.optional(),
});

/** POST /simulator/notifications: any event, whatever the orders here say. */
export const anyNotification = z.strictObject({
  mchid: text,
  url: z.url({ protocol: /^https?$/ }),
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

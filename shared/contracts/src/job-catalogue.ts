import { z } from 'zod';
import { notedEvent } from './events/domain-event.ts';
import { paymentSucceeded } from './events/payment-events.ts';
import { refundEvent } from './events/refund-events.ts';
import { appId, mchId, outTradeNo } from './ids.ts';

/** A queue is a worker's duty. */
export const queueNames = [
  'payment-event',
  'platform-event',
  'event-forwarding',
  'order-fulfilment',
  'order-refund',
  'shipping-upload',
  'subscribe-message',
] as const;
export type QueueName = (typeof queueNames)[number];

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Where a job came from, so that one can follow a callback through every log line. */
const origin = {
  /** The request id of the ingress or of whoever else caused the job. */
  requestId: z.string().max(128),
};

/** Whose callback it is: the merchant or the app of the path. */
const receiver = z.union([z.object({ mchId }), z.object({ appId })]);
export type CallbackReceiver = z.infer<typeof receiver>;

/** A callback as the ingress had it. */
const callback = {
  ...origin,
  /** Key of the callback in the ledger; equal for every re-send of the same fact. */
  callbackKey: z.string().max(200),
  /** Envelope id of the notification (通知ID), or for what has none what tells it from others. */
  notificationId: z.string().max(64),
  /** WeChat's name of it: event_type, Event or MsgType; jobs of before there were others lack it. */
  eventType: z.string().max(64).default('TRANSACTION.SUCCESS'),
  /** When the ingress had the callback whole, ISO 8601. */
  receivedAt: z.string().datetime(),
};

const waiting = {
  /** It lies in MongoDB while it waits for its order, and was added from there. */
  isKept: z.literal(true).optional(),
};

const body = {
  body: z.string(),
  /** How `body` holds the bytes; base64 for bytes that are no UTF-8. */
  bodyEncoding: z.enum(['utf8', 'base64']),
};

/**
 * Every job: its queue, the shape of its data, and how often it is tried.
 *
 * `attempts`, `baseDelayMs`, `maxDelayMs`, `giveUpAfterMs` are a RetryPolicy of @huidiao/errors.
 * WeChat itself re-sends for 24 hours, so nothing here gives up earlier on the way to a fulfilled order.
 */
export const jobCatalogue = {
  /** Move an order to `paid`, once, and leave the effects in it. */
  'apply-payment': {
    queue: 'payment-event',
    schema: z.object({
      ...callback,
      ...waiting,
      payment: paymentSucceeded,
      /** A person delivers it although it was refused with this code. */
      decision: z.object({ code: z.string().max(64), by: z.string().max(200) }).optional(),
    }),
    retry: { attempts: 1_000, baseDelayMs: secondMs, maxDelayMs: 10 * minuteMs, giveUpAfterMs: dayMs },
  },
  /** Keep in its order what became of a refund. */
  'apply-refund': {
    queue: 'payment-event',
    schema: z.object({ ...callback, ...waiting, refund: refundEvent }),
    retry: { attempts: 1_000, baseDelayMs: secondMs, maxDelayMs: 10 * minuteMs, giveUpAfterMs: dayMs },
  },
  /** Note any other fact in the ledger, and do what follows from it: consents, receipts, user data, settlement. */
  'apply-event': {
    queue: 'platform-event',
    schema: z.object({ ...callback, event: notedEvent }),
    retry: { attempts: 100, baseDelayMs: secondMs, maxDelayMs: 10 * minuteMs, giveUpAfterMs: dayMs },
  },
  /** Keep a genuine callback that nothing handles: it becomes a dead letter at first sight, unless it is forwarded. */
  'keep-callback': {
    queue: 'payment-event',
    schema: z.object({
      ...callback,
      /** Of the path. */
      mchId: mchId.optional(),
      appId: appId.optional(),
      reason: z.enum(['unknown_type', 'schema_refused']),
      problem: z.string().max(2_000),
      /** A forward-event or pass-through of this callback was made too: somebody else sees to it. */
      isForwarded: z.boolean().default(false),
      /** The callback's body as it came: a resource is still encrypted with the merchant's key. */
      ...body,
    }),
    retry: { attempts: 5, baseDelayMs: secondMs, maxDelayMs: minuteMs, giveUpAfterMs: dayMs },
  },
  /** Tell a shop by webhook what WeChat said, where the shop's filter names its type. */
  'forward-event': {
    queue: 'event-forwarding',
    schema: z.object({
      ...callback,
      receiver,
      /** The webhook's type: that of the domain event, or `callback.unhandled`. */
      type: z.string().max(64),
      /** What WeChat said, in its own words, as JSON text: of an encrypted callback what was in it. */
      content: z.string(),
    }),
    retry: { attempts: 100, baseDelayMs: 2 * secondMs, maxDelayMs: hourMs, giveUpAfterMs: dayMs },
  },
  /** Pass a callback through (透传) to an address that took it before, with its bytes and headers as they came. */
  'pass-through': {
    queue: 'event-forwarding',
    schema: z.object({
      ...callback,
      receiver,
      /** Names the address: `pass_through[].name` of the merchant or app. */
      target: z.string().max(64),
      /** What WeChat wrote behind the path, without `?`; signatures of the message push stand there. */
      query: z.string().max(2_048),
      /** Only those that WeChat signs with or says the format by. */
      headers: z.record(z.string().max(64), z.string().max(4_096)),
      ...body,
    }),
    retry: { attempts: 100, baseDelayMs: 2 * secondMs, maxDelayMs: hourMs, giveUpAfterMs: dayMs },
  },
  /** Tell the shop by webhook that an order is paid, and record its answer. */
  'fulfil-order': {
    queue: 'order-fulfilment',
    schema: z.object({ ...origin, mchId, outTradeNo, effectId: z.string().max(200) }),
    retry: { attempts: 100, baseDelayMs: 2 * secondMs, maxDelayMs: hourMs, giveUpAfterMs: dayMs },
  },
  /** Tell the buyer by subscription message, at most once. */
  'send-subscribe-message': {
    queue: 'subscribe-message',
    schema: z.object({ ...origin, mchId, outTradeNo, effectId: z.string().max(200) }),
    retry: { attempts: 8, baseDelayMs: 2 * secondMs, maxDelayMs: 10 * minuteMs, giveUpAfterMs: dayMs },
  },
  /** Tell a user what somebody asked for by merchant-api, at most once. */
  'send-message': {
    queue: 'subscribe-message',
    schema: z.object({ ...origin, mchId, messageKey: z.string().max(200) }),
    retry: { attempts: 8, baseDelayMs: 2 * secondMs, maxDelayMs: 10 * minuteMs, giveUpAfterMs: dayMs },
  },
  /** Ask WeChat Pay for a refund of an order, once, and follow it until it is final. */
  'make-refund': {
    queue: 'order-refund',
    schema: z.object({ ...origin, mchId, outTradeNo, effectId: z.string().max(200) }),
    retry: { attempts: 100, baseDelayMs: 2 * secondMs, maxDelayMs: 10 * minuteMs, giveUpAfterMs: dayMs },
  },
  /** Tell WeChat's order management (发货管理) that goods of an order were shipped. */
  'upload-shipment': {
    queue: 'shipping-upload',
    schema: z.object({ ...origin, mchId, outTradeNo, effectId: z.string().max(200) }),
    retry: { attempts: 100, baseDelayMs: 15 * secondMs, maxDelayMs: 30 * minuteMs, giveUpAfterMs: dayMs },
  },
  /** Have WeChat remind the buyer of a signed parcel to confirm its receipt (确认收货提醒), once for each order. */
  'remind-receipt': {
    queue: 'shipping-upload',
    schema: z.object({ ...origin, mchId, outTradeNo, effectId: z.string().max(200) }),
    retry: { attempts: 20, baseDelayMs: 15 * secondMs, maxDelayMs: 30 * minuteMs, giveUpAfterMs: dayMs },
  },
  /** Tell the shop by webhook that a buyer could not be told, and why. */
  'report-undeliverable': {
    queue: 'event-forwarding',
    schema: z.object({ ...origin, mchId, outTradeNo, effectId: z.string().max(200) }),
    retry: { attempts: 100, baseDelayMs: 2 * secondMs, maxDelayMs: hourMs, giveUpAfterMs: dayMs },
  },
  /** The same of a message that no order asked for: its row waits for the shop's answer. */
  'report-message': {
    queue: 'event-forwarding',
    schema: z.object({ ...origin, mchId, messageKey: z.string().max(200) }),
    retry: { attempts: 100, baseDelayMs: 2 * secondMs, maxDelayMs: hourMs, giveUpAfterMs: dayMs },
  },
} as const satisfies Record<
  string,
  {
    queue: QueueName;
    schema: z.ZodType;
    retry: { attempts: number; baseDelayMs: number; maxDelayMs: number; giveUpAfterMs: number };
  }
>;

export type JobCatalogue = typeof jobCatalogue;
export type JobName = keyof JobCatalogue;
export type JobData<N extends JobName> = z.infer<JobCatalogue[N]['schema']>;
/** The jobs of one queue. */
export type JobNameOf<Q extends QueueName> = {
  [N in JobName]: JobCatalogue[N]['queue'] extends Q ? N : never;
}[JobName];

/** The jobs that an effect of an order may ask for. */
export type EffectJobName =
  | 'fulfil-order'
  | 'send-subscribe-message'
  | 'report-undeliverable'
  | 'make-refund'
  | 'upload-shipment'
  | 'remind-receipt';

/** Completed jobs only stay for looking at them: MongoDB decides what happened, not Redis. */
export const completedJobRetention = { age: 10 * 60, count: 20_000 } as const;

/** The largest job in bytes of JSON: a kept callback of the ingress's largest body, every character escaped. */
export const largestJobBytes = 8_000_000;

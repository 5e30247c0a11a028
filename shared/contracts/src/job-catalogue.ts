import { z } from 'zod';
import { paymentSucceeded } from './domain-event.ts';
import { mchId, outTradeNo } from './ids.ts';

/** A queue is a worker's duty. */
export const queueNames = ['payment-event', 'order-fulfilment', 'subscribe-message'] as const;
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
      ...origin,
      /** Key of the callback in the ledger. */
      callbackKey: z.string().max(200),
      /** Envelope id of the notification (通知ID). */
      notificationId: z.string().max(64),
      /** When the ingress had the callback whole, ISO 8601. */
      receivedAt: z.string().datetime(),
      payment: paymentSucceeded,
    }),
    retry: { attempts: 1_000, baseDelayMs: secondMs, maxDelayMs: 10 * minuteMs, giveUpAfterMs: dayMs },
  },
  /** Keep a genuine callback that nothing handles: it becomes a dead letter at first sight. */
  'keep-callback': {
    queue: 'payment-event',
    schema: z.object({
      ...origin,
      callbackKey: z.string().max(200),
      mchId,
      notificationId: z.string().max(64),
      eventType: z.string().max(64),
      receivedAt: z.string().datetime(),
      reason: z.enum(['unknown_type', 'schema_refused']),
      problem: z.string().max(2_000),
      /** The callback's body as it came: its resource is still encrypted with the merchant's APIv3 key. */
      body: z.string(),
      /** How `body` holds the bytes; base64 for bytes that are no UTF-8. */
      bodyEncoding: z.enum(['utf8', 'base64']),
    }),
    retry: { attempts: 5, baseDelayMs: secondMs, maxDelayMs: minuteMs, giveUpAfterMs: dayMs },
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
export type EffectJobName = 'fulfil-order' | 'send-subscribe-message';

/** Completed jobs only stay for looking at them: MongoDB decides what happened, not Redis. */
export const completedJobRetention = { age: 10 * 60, count: 20_000 } as const;

/** The largest job in bytes of JSON: a kept callback of the ingress's largest body, every character escaped. */
export const largestJobBytes = 8_000_000;

import { z } from 'zod';
import { eventFilterPattern } from '../events/event-filter.ts';
import { secretRef } from './secret-ref.ts';

const eventFilters = z
  .array(z.string().regex(eventFilterPattern, 'must be a type such as refund.succeeded, refund.* or *'))
  .max(100);

/** Where the shop is told of events. */
export const shop = z.strictObject({
  webhook_url: z.url({ protocol: /^https?$/ }),
  /** Standard Webhooks secrets, `whsec_` + base64; several while one rotates: each signs. */
  webhook_secrets: z.array(secretRef).min(1).max(4),
  /** Lets webhooks go to private, loopback and link-local addresses. */
  allow_private_network: z.boolean().default(false),
  timeout_ms: z.number().int().min(100).max(30_000).default(10_000),
  /**
   * Which events are told besides order.paid and payment.unmatched, which always are: types of domain events, such
   * as refund.succeeded, complaint.* or *.
   */
  events: eventFilters.default(['refund.*', 'message.undeliverable']),
});

/** An address that took callbacks before (透传): it gets the same bytes and signature headers that WeChat sent. */
export const passThrough = z.strictObject({
  /** Names it in jobs and logs; to be kept when the address changes. */
  name: z.string().regex(/^[a-z0-9-]{1,32}$/, 'must be 1 to 32 of the characters a-z 0-9 -'),
  url: z.url({ protocol: /^https?$/ }),
  events: eventFilters.min(1).default(['*']),
  allow_private_network: z.boolean().default(false),
  timeout_ms: z.number().int().min(100).max(30_000).default(10_000),
});

/** So that the peak of one merchant or app is not felt by the others. */
export const callbackLimits = z.strictObject({
  /** Callbacks a second that go to the live lane, per ingress; what is beyond goes to the bulk lane, never lost. */
  callbacks_per_second: z.number().int().min(1).max(100_000).default(1_000),
  /** How many may come at once before the rate counts. */
  callbacks_burst: z.number().int().min(1).max(1_000_000).default(5_000),
});

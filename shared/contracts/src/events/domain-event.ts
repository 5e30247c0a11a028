import { z } from 'zod';
import { consentEvents } from './consent-events.ts';
import { payEvents } from './pay-events.ts';
import type { PaymentSucceeded } from './payment-events.ts';
import { pushEvents } from './push-events.ts';
import type { RefundEvent } from './refund-events.ts';
import { tradeEvents } from './trade-events.ts';
import { userDataEvents } from './user-data-events.ts';

/** Everything that WeChat tells besides payments and refunds, which have jobs of their own. */
export const notedEvents = {
  ...payEvents,
  ...pushEvents,
  ...consentEvents,
  ...userDataEvents,
  ...tradeEvents,
} as const;

export type NotedEventType = keyof typeof notedEvents;
type AnyNotedEvent = (typeof notedEvents)[NotedEventType];

/** Any of them, told apart by `type`. */
export const notedEvent = z.discriminatedUnion(
  'type',
  Object.values(notedEvents) as [AnyNotedEvent, ...AnyNotedEvent[]],
);
export type NotedEvent = z.infer<typeof notedEvent>;
export type NotedEventOf<T extends NotedEventType> = z.infer<(typeof notedEvents)[T]>;

/**
 * `callback.unhandled`: genuine and opened, but of a type that nothing here handles, or refused by our schema.
 * Kept whole or forwarded, because a re-send would not help.
 */
export interface CallbackUnhandled {
  readonly type: 'callback.unhandled';
  readonly reason: 'unknown_type' | 'schema_refused';
  /** What our schema said, without values. */
  readonly problem: string;
}

/** What a callback of WeChat says. */
export type DomainEvent = PaymentSucceeded | RefundEvent | NotedEvent | CallbackUnhandled;
export type DomainEventType = DomainEvent['type'];

import type { DomainEvent } from '@huidiao/contracts';

/** One fact that a callback tells. */
export interface ToldFact {
  /** Equal for every callback that tells the same fact, unique over all merchants and apps, at most 200 characters. */
  readonly callbackKey: string;
  readonly event: DomainEvent;
}

/** A callback that WeChat proved to have sent, whichever API or push it came by. */
export interface GenuineCallback {
  /** 通知ID; for what has none, what tells it from others: at most 64 printable characters. */
  readonly notificationId: string;
  /** event_type, Event or MsgType, at most 64 characters; `unreadable` for a body that holds none. */
  readonly eventType: string;
  /** Of the callback as a whole: equal for every re-send, unique over all merchants and apps, at most 200 characters. */
  readonly callbackKey: string;
  /** At least one; a combined payment (合单) tells one for each of its orders. */
  readonly facts: readonly [ToldFact, ...ToldFact[]];
  /** What it said in WeChat's own words as JSON text, ids beyond 2^53 as text; undefined where it could not be opened. */
  readonly content: string | undefined;
}

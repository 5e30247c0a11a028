import type { CallbackLimits, CallbackReceiver, Clock, Lane } from '@huidiao/contracts';
import { type TokenBucket, takeToken } from '@huidiao/runtime';

/** Whose callbacks are counted: a configured merchant or app. */
export interface LimitedOwner {
  readonly receiver: CallbackReceiver;
  readonly limits: CallbackLimits;
}

/** Says which lane the next callback of a merchant or an app goes to. */
export interface CallbackLanes {
  /** Counts one genuine callback of this owner: `bulk` while it is beyond its rate. */
  choose(owner: LimitedOwner): Lane;
}

/**
 * One bucket per configured merchant and app, in this process alone: so many ingresses let so many times the rate pass.
 * It keeps the peak of one from delaying the others; nothing is refused by it. Only what was proven genuine is counted,
 * so the number of buckets is bounded by the configuration.
 */
export function createCallbackLanes(clock: Clock): CallbackLanes {
  const buckets = new Map<string, TokenBucket>();
  return {
    choose({ receiver, limits }) {
      const id = 'mchId' in receiver ? receiver.mchId : receiver.appId;
      const rate = { perSecond: limits.callbacksPerSecond, burst: limits.callbacksBurst };
      const { granted, bucket } = takeToken(buckets.get(id), rate, clock.now().getTime());
      buckets.set(id, bucket);
      return granted ? 'live' : 'bulk';
    },
  };
}

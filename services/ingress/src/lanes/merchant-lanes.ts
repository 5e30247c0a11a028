import type { Clock, Lane, Merchant } from '@huidiao/contracts';
import { type TokenBucket, takeToken } from './token-bucket.ts';

/** Says which lane the next callback of a merchant goes to. */
export interface MerchantLanes {
  /** Counts one genuine callback of this merchant: `bulk` while it is beyond its rate. */
  choose(mchId: string): Lane;
}

/**
 * One bucket per configured merchant, in this process alone: so many ingresses let so many times the rate pass. It
 * keeps the peak of one merchant from delaying the others; nothing is refused by it.
 */
export function createMerchantLanes(
  merchants: ReadonlyMap<string, Pick<Merchant, 'limits'>>,
  clock: Clock,
): MerchantLanes {
  const buckets = new Map<string, TokenBucket>();
  return {
    choose(mchId) {
      const limits = merchants.get(mchId)?.limits;
      // Only configured merchants have a bucket, so that their number is bounded.
      if (limits === undefined) return 'bulk';
      const rate = { perSecond: limits.callbacksPerSecond, burst: limits.callbacksBurst };
      const { granted, bucket } = takeToken(buckets.get(mchId), rate, clock.now().getTime());
      buckets.set(mchId, bucket);
      return granted ? 'live' : 'bulk';
    },
  };
}

import type { Merchant } from '@huidiao/contracts';
import type { TurnRequest, TurnStore } from './turn-store.ts';

/** A merchant and its rate. */
export type QueryingMerchant = Pick<Merchant, 'mchId' | 'limits'>;

/** The calls for one order that has expired must fit into the bucket of the slowest merchant. */
const leastBurst = 3;

/** The bucket that everybody who asks WeChat Pay about a merchant's orders takes from. */
export function toQueryBucket({ mchId, limits }: QueryingMerchant): Omit<TurnRequest, 'want' | 'now'> {
  const perSecond = limits.queriesPerSecond;
  return { key: `query_${mchId}`, perSecond, burst: Math.max(perSecond, leastBurst) };
}

/**
 * Takes the turns of some calls at once, for somebody who waits for the answer.
 * @returns 0 where they may be made now, or else after how many seconds it may be tried again; what was taken is then gone
 * @throws AppError STORE_UNAVAILABLE
 */
export async function takeQueryTurns(
  turns: Pick<TurnStore, 'take'>,
  merchant: QueryingMerchant,
  want: number,
  now: Date,
): Promise<number> {
  const bucket = toQueryBucket(merchant);
  const taken = await turns.take({ ...bucket, want, now });
  return taken >= want ? 0 : Math.ceil(want / bucket.perSecond);
}

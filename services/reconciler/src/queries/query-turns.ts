import type { Merchant } from '@huidiao/contracts';
import type { Order, Store } from '@huidiao/store';
import { toMostCalls } from './ask-about-order.ts';

/** The calls for one order that has expired must fit into the bucket of the slowest merchant. */
const leastBurst = 3;

/** A merchant's calls of WeChat Pay, counted for all replicas together. */
export interface QueryTurns {
  /**
   * The first of the orders, as many as may be asked about now, each with all the calls that it may take.
   * @throws AppError STORE_UNAVAILABLE
   */
  choose(orders: readonly Order[], now: Date): Promise<readonly Order[]>;
}

export function createQueryTurns(
  turns: Store['turns'],
  { mchId, limits }: Pick<Merchant, 'mchId' | 'limits'>,
): QueryTurns {
  const perSecond = limits.queriesPerSecond;
  const burst = Math.max(perSecond, leastBurst);
  /** Turns taken, too few for the order that was next: given away, a slow merchant's would never be enough. */
  let saved = 0;
  return {
    async choose(orders, now) {
      const calls = orders.map((order) => toMostCalls(order, now));
      const want = calls.reduce((sum, each) => sum + each, 0) - saved;
      if (want > 0) saved += await turns.take({ key: `query_${mchId}`, want, perSecond, burst, now });
      const chosen = orders.findIndex((_, index) => {
        const enough = saved >= (calls[index] ?? 0);
        if (enough) saved -= calls[index] ?? 0;
        return !enough;
      });
      return chosen === -1 ? orders : orders.slice(0, chosen);
    },
  };
}

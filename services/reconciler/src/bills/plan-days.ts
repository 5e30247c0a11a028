import type { Clock, Merchant } from '@huidiao/contracts';
import type { Store } from '@huidiao/store';
import { toBillDateBefore, toBillReadyAt } from '@huidiao/wechat';

/** Days that were missed are made up for by themselves this far back; older ones when somebody asks. */
const mostDaysBack = 7;
const spreadMs = 30 * 60_000;

/** Bills of different merchants are asked for at different times of the half hour after 10:00 in Beijing. Pure. */
export function toCheckAt(mchId: string, billDate: string): Date {
  let hash = 0;
  for (const character of mchId) hash = (hash * 31 + character.charCodeAt(0)) % 1_000_003;
  return new Date(toBillReadyAt(billDate).getTime() + (hash % (spreadMs / 1_000)) * 1_000);
}

/**
 * Lets yesterday wait for its time, and each day since the last one that is known: those were missed. A merchant of whom no
 * day is known begins with yesterday.
 * @throws AppError STORE_UNAVAILABLE
 */
export async function planDays(
  { billDays }: Pick<Store, 'billDays'>,
  { mchId }: Pick<Merchant, 'mchId'>,
  clock: Clock,
): Promise<void> {
  const now = clock.now();
  const dates = Array.from({ length: mostDaysBack }, (_, back) => toBillDateBefore(now, back + 1));
  const known = new Set((await billDays.findMany(mchId, dates)).map(({ billDate }) => billDate));
  const last = dates.findIndex((date) => known.has(date));
  const missed = dates.slice(0, last === -1 ? 1 : last);
  for (const billDate of missed.reverse()) await billDays.plan(mchId, billDate, toCheckAt(mchId, billDate));
}

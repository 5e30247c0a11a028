import { queryNotificationId } from '@huidiao/contracts';
import type { LedgerEntry } from '@huidiao/store';
import type { CheckDeps } from './check-deps.ts';

/** The callback about an order that the ledger has; what a query (查单) told of is none. */
export async function findCallback(
  { store, merchant }: Pick<CheckDeps, 'store' | 'merchant'>,
  outTradeNo: string,
  family: 'payment' | 'refund',
): Promise<LedgerEntry | undefined> {
  const entries = await store.callbacks.listForOrder(merchant.mchId, outTradeNo);
  return entries.find(
    ({ eventType, notificationId }) =>
      eventType.startsWith(`${family}.`) && notificationId !== queryNotificationId,
  );
}

/** For the person who waits: what of a callback can be found again in the log of the ingress. */
export function describeCallback({ notificationId, requestId, outcome, firstAt }: LedgerEntry): string {
  return `notification ${notificationId}, received ${toTime(firstAt)}, request ${requestId}, worked: ${outcome}`;
}

/** UTC, to the second, as log lines have it. */
export function toTime(time: Date): string {
  return time.toISOString().replace(/\.\d{3}Z$/, 'Z');
}

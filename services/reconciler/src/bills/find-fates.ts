import {
  billNotificationId,
  queryNotificationId,
  type RefundEvent,
  refundStatuses,
  toPaymentCallbackKey,
  toRefundCallbackKey,
} from '@huidiao/contracts';
import type { BillFate, Store } from '@huidiao/store';
import type { BillEntry } from './bill-entry.ts';

/**
 * How what is here came, in the order of the entries: by the ledger's first record of each.
 * @throws AppError STORE_UNAVAILABLE
 */
export async function findFates(
  { billOrders }: Pick<Store, 'billOrders'>,
  mchId: string,
  entries: readonly BillEntry[],
): Promise<readonly BillFate[]> {
  if (entries.length === 0) return [];
  const keys = entries.map((entry) => toKeys(mchId, entry));
  const usual = await billOrders.findSources(keys.map(([first]) => first));
  const unusual = keys.filter(([first]) => !usual.has(first)).flatMap(([, ...others]) => others);
  const others = unusual.length === 0 ? usual : await billOrders.findSources(unusual);
  return keys.map(([first, ...rest]) => {
    const source =
      usual.get(first) ?? rest.map((key) => others.get(key)).find((found) => found !== undefined);
    return toFate(source);
  });
}

function toFate(notificationId: string | undefined): BillFate {
  if (notificationId === undefined) return 'known';
  if (notificationId === queryNotificationId) return 'healedByQuery';
  return notificationId === billNotificationId ? 'healedByBill' : 'received';
}

const refundTypes = Object.keys(refundStatuses) as RefundEvent['type'][];

/** All states that one may have been told in, the usual one first. */
function toKeys(mchId: string, { kind, transactionId, refundId = '' }: BillEntry): [string, ...string[]] {
  if (kind === 'payment') {
    const toKey = (refundSeen: boolean): string => toPaymentCallbackKey({ mchId, transactionId, refundSeen });
    return [toKey(false), toKey(true)];
  }
  const [usual, ...others] = refundTypes.map((type) => toRefundCallbackKey({ mchId, refundId, type }));
  return [usual ?? '', ...others];
}

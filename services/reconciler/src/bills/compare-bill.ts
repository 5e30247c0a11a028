import type { Merchant } from '@huidiao/contracts';
import type { Order, Store } from '@huidiao/store';
import type { BillAlarms } from './bill-alarms.ts';
import { type BillEntry, toEntryKey } from './bill-entry.ts';
import { type EntryFile, partitions } from './entry-file.ts';
import { findFates } from './find-fates.ts';
import { type HealDeps, type HealOutcome, healPayment, type PaymentClient } from './heal-payment.ts';
import { healRefund, type RefundClient } from './heal-refund.ts';
import { isOvertaken, judgeEntry } from './judge-entry.ts';
import { type KeepDifferenceDeps, keepDifference } from './keep-difference.ts';
import type { Tally } from './tally.ts';

export interface CompareDeps extends HealDeps, KeepDifferenceDeps {
  readonly store: Pick<Store, 'turns' | 'deadLetters' | 'billOrders'>;
  readonly alarms: BillAlarms;
  readonly tally: Tally;
}

/** Which bill is compared with what is ours; `billDate` as `2027-01-05`, in Beijing. */
export interface Compared {
  readonly merchant: Merchant;
  readonly client: PaymentClient & RefundClient;
  readonly billDate: string;
}

/** So many orders fit into one reply of MongoDB, however long their time lines. */
const batchSize = 100;
/** Payments and refunds that WeChat Pay is asked about in one check; what is beyond stays open until the next one. */
const mostHeals = 10_000;

/**
 * Compares what is ours in the bill with what is here, partition by partition, in both directions (长款, 短款). What matches is
 * looked up in nothing but the ledger; what does not, in its order, and then at WeChat Pay.
 * @throws AppError WECHAT_*, QUEUE_*, STORE_UNAVAILABLE; what `keep` throws
 */
export async function compareBill(
  deps: CompareDeps,
  compared: Compared,
  { billed, ours }: { readonly billed: EntryFile; readonly ours: EntryFile },
): Promise<void> {
  let healsLeft = mostHeals;
  for (let partition = 0; partition < partitions; partition += 1) {
    const expected = await readAll(ours.read(partition));
    for await (const entries of billed.read(partition)) {
      const same: BillEntry[] = [];
      const other: BillEntry[] = [];
      for (const entry of entries) (takeSame(expected, entry) ? same : other).push(entry);
      await countHere(deps, compared, same);
      for (const batch of toBatches(other)) healsLeft -= await settle(deps, compared, batch, healsLeft);
      await deps.keep();
    }
    for (const entry of expected.values()) {
      deps.tally.count(entry, 'lacking');
      deps.alarms.raise('bill-lacks', entry);
    }
  }
}

async function readAll(pieces: AsyncIterable<readonly BillEntry[]>): Promise<Map<string, BillEntry>> {
  const all = new Map<string, BillEntry>();
  for await (const entries of pieces) for (const entry of entries) all.set(toEntryKey(entry), entry);
  return all;
}

/** Whether it is expected and the same; what is in the bill is not lacking, the same or not. */
function takeSame(expected: Map<string, BillEntry>, entry: BillEntry): boolean {
  const key = toEntryKey(entry);
  const known = expected.get(key);
  expected.delete(key);
  if (known === undefined || known.outTradeNo !== entry.outTradeNo) return false;
  const isRefundOvertaken = known.state === 'ABNORMAL' && isOvertaken({ status: known.state }, entry);
  return known.amountFen === entry.amountFen && !isRefundOvertaken;
}

function* toBatches(entries: readonly BillEntry[]): Generator<readonly BillEntry[]> {
  for (let at = 0; at < entries.length; at += batchSize) yield entries.slice(at, at + batchSize);
}

async function countHere(
  { store, tally }: CompareDeps,
  { merchant }: Compared,
  entries: readonly BillEntry[],
): Promise<void> {
  const fates = await findFates(store, merchant.mchId, entries);
  for (const [index, entry] of entries.entries()) tally.count(entry, fates[index] ?? 'known');
}

/** @returns how many WeChat Pay was asked about */
async function settle(
  deps: CompareDeps,
  compared: Compared,
  entries: readonly BillEntry[],
  healsLeft: number,
): Promise<number> {
  const { merchant } = compared;
  const outTradeNos = [...new Set(entries.map(({ outTradeNo }) => outTradeNo))];
  const orders = await deps.store.billOrders.findMany(merchant.mchId, outTradeNos);
  const here: BillEntry[] = [];
  const forwarded = await findForwarded(deps, compared, entries, orders);
  let asked = 0;
  for (const entry of entries) {
    const order = orders.get(entry.outTradeNo);
    const verdict = judgeEntry(entry, order, merchant.bill);
    if (verdict.kind === 'here' || forwarded.has(entry)) here.push(entry);
    else if (verdict.kind === 'differs') await differ(deps, compared, entry, verdict);
    else if (verdict.kind === 'unregistered') deps.tally.count(entry, 'unregistered');
    else {
      deps.tally.count(entry, 'open');
      if (asked < healsLeft) await heal(deps, compared, entry, order);
      asked += 1;
    }
  }
  await countHere(deps, compared, here);
  return asked;
}

/** Those whose order nobody registered, and of which the shop was told when their callback came (`unknown_order: forward`). */
async function findForwarded(
  { store }: CompareDeps,
  { merchant }: Compared,
  entries: readonly BillEntry[],
  orders: ReadonlyMap<string, Order>,
): Promise<ReadonlySet<BillEntry>> {
  if (merchant.unknownOrder !== 'forward') return new Set();
  const unknown = entries.filter(({ outTradeNo }) => !orders.has(outTradeNo));
  const fates = await findFates(store, merchant.mchId, unknown);
  return new Set(unknown.filter((_, index) => fates[index] !== 'known'));
}

async function differ(
  deps: CompareDeps,
  { merchant, billDate }: Compared,
  entry: BillEntry,
  found: { readonly ourFen: number; readonly order: Order },
): Promise<void> {
  deps.tally.count(entry, 'differing');
  await keepDifference(deps, merchant, entry, { ...found, billDate });
}

async function heal(
  deps: CompareDeps,
  compared: Compared,
  entry: BillEntry,
  order: Order | undefined,
): Promise<void> {
  const outcome: HealOutcome =
    entry.kind === 'payment'
      ? await healPayment(deps, compared, entry, order)
      : await healRefund(deps, compared, entry, order);
  deps.alarms.noteHeal(outcome, entry);
}

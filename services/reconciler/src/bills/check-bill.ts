import type { Clock, DeadLetterSink, Merchant } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { Producer } from '@huidiao/queue';
import type { Logger } from '@huidiao/runtime';
import type { BillDay, BillProof, Store } from '@huidiao/store';
import type { PayClient, TradeBillRow, UnreadRows } from '@huidiao/wechat';
import type { Pause } from '../dead-letters/pause.ts';
import { createBillAlarms } from './bill-alarms.ts';
import { isOwn, toBillEntry } from './bill-entry.ts';
import type { BillMetrics } from './bill-metrics.ts';
import { collectOurs } from './collect-ours.ts';
import { compareBill } from './compare-bill.ts';
import { createEntryFile, type EntryFile } from './entry-file.ts';
import { createTally, type Tally } from './tally.ts';

export interface CheckBillDeps {
  readonly store: Pick<Store, 'billDays' | 'billOrders' | 'turns' | 'deadLetters'>;
  readonly producer: Pick<Producer, 'add' | 'isReady'>;
  readonly deadLetters: Pick<DeadLetterSink, 'store'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: BillMetrics;
  readonly pause: Pause;
  /** Aborted when the process drains. */
  readonly signal: AbortSignal;
  /** A day is left to whoever checks it for this long; a check that goes on prolongs it. */
  readonly leaseMs: number;
  /** Where files lie while a bill is checked. */
  readonly folder: string;
  readonly mostBytes: number;
  readonly mostRows: number;
}

/** What WeChat Pay is asked of bills, and about what they tell. */
export type BillClient = Pick<PayClient, 'tradeBill' | 'queryByOutTradeNo' | 'queryCombined' | 'queryRefund'>;

/** Whose bill is checked, and WeChat Pay in that merchant's name. */
export interface CheckedMerchant {
  readonly merchant: Merchant;
  readonly client: BillClient;
}

export interface CheckedBill {
  /** Whether WeChat Pay has a bill of the day. */
  readonly exists: boolean;
  readonly proof: BillProof;
  /** Lines that could not be read. */
  readonly unread: UnreadRows;
  /** Payments and refunds that were sent the way of their callbacks. */
  readonly healing: number;
}

/** Somebody else has taken the day over, or the process drains: whatever was done stands, and is done once more. */
export class CheckGivenUp extends Error {}

/**
 * Checks a day's bill: reads it to its end, and only then, if it is the file whose hash WeChat Pay signed, compares it with what
 * is here. Memory stays bounded however long it is; whatever becomes of the process, no file stays, and a check from the
 * beginning comes to the same.
 *
 * @throws CheckGivenUp; AppError BILL_*, WECHAT_*, QUEUE_*, STORE_UNAVAILABLE
 */
export async function checkBill(
  deps: CheckBillDeps,
  checked: CheckedMerchant,
  day: BillDay,
): Promise<CheckedBill> {
  const files: EntryFile[] = [];
  const open = async (): Promise<EntryFile> => {
    const file = await createEntryFile(deps.folder);
    files.push(file);
    return file;
  };
  try {
    return await checkWith(deps, checked, day, { billed: await open(), ours: await open() });
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
}

interface Files {
  readonly billed: EntryFile;
  readonly ours: EntryFile;
}

async function checkWith(
  deps: CheckBillDeps,
  { merchant, client }: CheckedMerchant,
  day: BillDay,
  { billed, ours }: Files,
): Promise<CheckedBill> {
  const { mchId, billDate } = day;
  const { signal, mostBytes, mostRows } = deps;
  const keep = createKeep(deps, day);
  const tally = createTally();
  const alarms = createBillAlarms(deps.logger, deps.metrics, { mchId, billDate });
  const bill = await client.tradeBill(
    { billDate, billType: 'ALL', limits: { mostBytes, mostRows }, signal },
    async (rows) => {
      for (const row of rows) sort(row, merchant, { billed, tally });
      await billed.flush();
      await keep();
    },
  );
  const { rows, unread } = bill ?? { rows: 0, unread: { count: 0, first: [] } };
  tally.countOther(unread.count);
  await collectOurs({ ...deps, keep }, merchant, billDate, ours);
  // What is found goes through Redis; while that is away nothing is begun.
  if (!deps.producer.isReady()) throw new AppError('QUEUE_UNAVAILABLE');
  const compare = { ...deps, keep, alarms, tally, run: day.runs };
  await compareBill(compare, { merchant, client, billDate }, { billed, ours });
  return {
    exists: bill !== undefined,
    proof: tally.toProof(rows),
    unread,
    healing: alarms.healing,
  };
}

function sort(
  row: TradeBillRow,
  { bill }: Merchant,
  { billed, tally }: { billed: EntryFile; tally: Tally },
): void {
  const { kind } = row;
  if (kind === 'other') tally.countOther();
  else if (isOwn(bill, row)) billed.add(toBillEntry({ ...row, kind }));
  else tally.count({ kind, amountFen: row.amountFen }, 'notOurs');
}

/** Prolongs the lease while the work goes on. */
function createKeep({ store, signal, leaseMs }: CheckBillDeps, day: BillDay): () => Promise<void> {
  let renewedAt = performance.now();
  return async () => {
    if (signal.aborted) throw new CheckGivenUp('the process drains');
    if (performance.now() - renewedAt < leaseMs / 4) return;
    renewedAt = performance.now();
    if (!(await store.billDays.renew(day, leaseMs))) throw new CheckGivenUp('somebody else checks it');
  };
}

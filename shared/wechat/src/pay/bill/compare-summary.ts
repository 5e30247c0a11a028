import type { UnreadRow } from './gather-rows.ts';
import {
  type BillSums,
  type RowAmounts,
  type SummedColumn,
  settledPart,
  summedColumns,
} from './trade-bill-row.ts';
import { parseYuan } from './yuan.ts';

/** Rows that could not be read, in a bill that is right without them. */
export interface UnreadRows {
  readonly count: number;
  /** The first ones. */
  readonly first: readonly UnreadRow[];
}

/** What was read of a bill. */
export interface BillRead {
  readonly sums: BillSums;
  readonly unread: UnreadRows;
  /** What could be read of each row that could not be read, added up; absent where nothing could of one. */
  readonly unreadFen: RowAmounts | undefined;
}

/** Why a summary does not fit. */
export interface SummaryDifference {
  readonly reason: 'count_differs' | 'sum_differs' | 'too_many_unread';
  /** How many there are. */
  readonly rows?: number;
  readonly column?: string;
}

/** The first column of the summary. */
export const countColumn = '总交易单数';
/** One for so many that were read, or part of so many: where more cannot be read, the bill is laid out in another way. */
const readForEachUnread = 100;

/**
 * Compares what was read with the summary: undefined where it fits. What of a row stands before its texts is where it
 * should be, whatever they hold, and is summed up exactly. What stands after them nobody knows of a row that could not be
 * read, but that it is no less than the part of it that is settled: so no other row has more of it than is its own. Pure.
 *
 * @param summary what it says, by the names of its columns
 */
export function compareSummary(
  { sums, unread, unreadFen }: BillRead,
  summary: ReadonlyMap<string, string>,
): SummaryDifference | undefined {
  const rows = sums.count + unread.count;
  if (summary.get(countColumn) !== String(rows)) return { reason: 'count_differs', rows };
  const isTooMany = unread.count > Math.ceil(sums.count / readForEachUnread);
  if (isTooMany || (unread.count > 0 && (sums.odd > 0 || unreadFen?.应结订单金额 === undefined))) {
    return { reason: 'too_many_unread', rows };
  }
  for (const [name, sumName] of Object.entries(summedColumns)) {
    const said = summary.get(sumName);
    if (said === undefined) continue;
    const column = name as SummedColumn;
    const left = (parseYuan(said) ?? Number.NaN) - sums.fen[column];
    if (!isLeft(left, column, { unread, unreadFen })) return { reason: 'sum_differs', column: sumName };
  }
  return undefined;
}

/** Whether that much can be what the rows have that could not be read. */
function isLeft(
  leftFen: number,
  column: SummedColumn,
  { unread, unreadFen = {} }: Pick<BillRead, 'unread' | 'unreadFen'>,
): boolean {
  if (unread.count === 0) return leftFen === 0;
  const known = unreadFen[column];
  if (known !== undefined) return leftFen === known;
  const part = settledPart[column];
  return part !== undefined && leftFen >= (unreadFen[part] ?? Number.POSITIVE_INFINITY);
}

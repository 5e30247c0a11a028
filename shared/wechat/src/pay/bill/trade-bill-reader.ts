import { AppError } from '@huidiao/errors';
import { compareSummary, countColumn, type UnreadRows } from './compare-summary.ts';
import { createRowGatherer, type GatheredRow, type RowGatherer, type UnreadRow } from './gather-rows.ts';
import {
  type BillSums,
  createRowReader,
  type RowAmounts,
  type SummedColumn,
  type TradeBillRow,
} from './trade-bill-row.ts';

/** What no bill exceeds. */
export interface BillLimits {
  /** Of the file, after it was unpacked. */
  readonly mostBytes: number;
  readonly mostRows: number;
  readonly longestLine: number;
}

/** More than twice the day of a merchant with a thousand payments a second, in lines of 300 bytes. */
export const defaultBillLimits: BillLimits = {
  mostBytes: 80_000_000_000,
  mostRows: 200_000_000,
  longestLine: 8_192,
};

/** A bill that was read to its end. */
export interface ReadBill {
  /** The rows that ended with the file. */
  readonly rows: readonly TradeBillRow[];
  /** All of them, those that could not be read too. */
  readonly count: number;
  readonly unread: UnreadRows;
}

/** Reads a trade bill as it comes, in constant memory. */
export interface TradeBillReader {
  /** The rows that end within this piece of the file. @throws AppError BILL_NOT_UNDERSTOOD, BILL_TOO_LONG */
  feed(text: string): TradeBillRow[];
  /** The file is over. @throws AppError BILL_NOT_UNDERSTOOD where a part of it is missing, BILL_TOO_LONG */
  end(): ReadBill;
}

interface Line {
  readonly text: string;
  readonly line: number;
}

/** The header of the summary and the summary: the last lines of the file, and what looks like them before is a text. */
const summaryLines = 2;
const mostUnreadShown = 10;

/**
 * A bill: a header, rows, a header of the summary, the summary. What cannot be read is an error that names the line, and never
 * what stands in it. A few rows that cannot be read are left out instead, where the rest fits the summary. Nothing that it
 * gave counts before `end` has found that right.
 * https://pay.weixin.qq.com/docs/merchant/products/bill-download/format-trade.html
 */
export function createTradeBillReader({ mostRows, longestLine }: BillLimits): TradeBillReader {
  const sums: BillSums = {
    count: 0,
    fen: { 应结订单金额: 0, 退款金额: 0, 订单金额: 0, 申请退款金额: 0 },
    odd: 0,
  };
  const unread: { count: number; readonly first: UnreadRow[] } = { count: 0, first: [] };
  let unreadFen: RowAmounts | undefined = {};
  let line = 0;
  let rest = '';
  let gatherer: RowGatherer | undefined;
  /** The last lines so far that are not empty, with empty ones between and after them. */
  const waiting: Line[] = [];
  let filled = 0;

  function fail(reason: string, facts: Readonly<{ line?: number; [fact: string]: unknown }> = {}): never {
    throw new AppError('BILL_NOT_UNDERSTOOD', { details: { line, reason, ...facts } });
  }

  function checkLength(text: string, at: number): void {
    if (text.length > longestLine) fail('line_too_long', { line: at });
  }

  function readHeader(text: string): RowGatherer {
    const columns = text.replace(/^\ufeff/, '').split(',');
    const reader = createRowReader(columns);
    if ('missing' in reader) fail('column_missing', { column: reader.missing });
    return createRowGatherer({ columns, reader, sums, checkLength });
  }

  function take(text: string, rows: TradeBillRow[]): void {
    line += 1;
    checkLength(text, line);
    const withoutReturn = text.endsWith('\r') ? text.slice(0, -1) : text;
    if (gatherer === undefined) gatherer = readHeader(withoutReturn);
    else waitForSummary(gatherer, withoutReturn, rows);
  }

  function waitForSummary(rowsOf: RowGatherer, text: string, rows: TradeBillRow[]): void {
    waiting.push({ text, line });
    if (waiting.length > longestLine) fail('line_too_long');
    if (text !== '') filled += 1;
    while (filled > summaryLines) {
      const first = waiting.shift();
      if (first === undefined) break;
      if (first.text !== '') filled -= 1;
      count(rowsOf.add(first.text, first.line), rows);
    }
  }

  function count(found: GatheredRow | undefined, rows: TradeBillRow[]): void {
    if (found === undefined) return;
    if ('row' in found) rows.push(found.row);
    else {
      unread.count += 1;
      if (unread.first.length < mostUnreadShown) unread.first.push(found.unread);
      unreadFen = addUp(unreadFen, found.first);
    }
    if (sums.count + unread.count > mostRows) {
      throw new AppError('BILL_TOO_LONG', { details: { reason: 'too_many_rows', most: mostRows } });
    }
  }

  function checkSummary(header: string, summary: string): void {
    const names = header.split(',');
    const cells = summary.slice(1).split(',`');
    if (!summary.startsWith('`')) fail('no_backtick');
    if (cells.length !== names.length) {
      fail('number_of_columns', { expected: names.length, found: cells.length });
    }
    const said = new Map(names.map((name, place) => [name, cells[place] ?? '']));
    const difference = compareSummary({ sums, unread, unreadFen }, said);
    if (difference === undefined) return;
    // A row that could not be read is why the rest does not fit.
    const { reason, ...facts } = difference;
    fail(reason, { ...facts, ...(unread.count > 0 && { unread: unread.count, ...unread.first[0] }) });
  }

  return {
    feed(text) {
      const rows: TradeBillRow[] = [];
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const one of lines) take(one, rows);
      checkLength(rest, line + 1);
      return rows;
    },
    end() {
      const rows: TradeBillRow[] = [];
      if (rest !== '') take(rest, rows);
      const [header, summary] = waiting.filter(({ text }) => text !== '');
      if (gatherer === undefined || summary === undefined || !header?.text.startsWith(countColumn)) {
        fail('no_summary', { line: line + 1 });
      }
      count(gatherer.end(), rows);
      line = summary.line;
      checkSummary(header.text, summary.text);
      return { rows, count: sums.count + unread.count, unread };
    },
  };
}

function addUp(sum: RowAmounts | undefined, more: RowAmounts | undefined): RowAmounts | undefined {
  if (sum === undefined || more === undefined) return undefined;
  const all = { ...sum };
  for (const [name, fen] of Object.entries(more)) {
    const column = name as SummedColumn;
    all[column] = (all[column] ?? 0) + fen;
  }
  return all;
}

import { AppError } from '@huidiao/errors';
import {
  type BillSums,
  createRowReader,
  type RowReader,
  type SummedColumn,
  summedColumns,
  type TradeBillRow,
} from './trade-bill-row.ts';
import { parseYuan } from './yuan.ts';

/** What no bill exceeds. */
export interface BillLimits {
  /** Of the file, after it was unpacked. */
  readonly mostBytes: number;
  readonly mostRows: number;
  readonly longestLine: number;
}

export const defaultBillLimits: BillLimits = {
  mostBytes: 16_000_000_000,
  mostRows: 30_000_000,
  longestLine: 8_192,
};

/** Reads a trade bill as it comes, in constant memory. */
export interface TradeBillReader {
  /** The rows that end within this piece of the file. @throws AppError BILL_NOT_UNDERSTOOD */
  feed(text: string): TradeBillRow[];
  /** The file is over. @returns how many rows it had @throws AppError BILL_NOT_UNDERSTOOD where a part of it is missing */
  end(): number;
}

/** The last two lines begin without a backtick, and with it. */
const summaryBegin = '总交易单数';

/**
 * A bill: a header, rows, a header of the summary, the summary. Each cell but those of headers begins with a backtick,
 * and between two of them is a comma. What cannot be read is an error that names the line, and never what stands in it.
 * https://pay.weixin.qq.com/docs/merchant/products/bill-download/format-trade.html
 *
 * Nothing that it gave counts before `end` has found count and sums of the summary right.
 */
export function createTradeBillReader({ mostRows, longestLine }: BillLimits): TradeBillReader {
  const sums: BillSums = { count: 0, fen: { 应结订单金额: 0, 退款金额: 0, 订单金额: 0, 申请退款金额: 0 } };
  let line = 0;
  let rest = '';
  let width = 0;
  let readRow: RowReader | undefined;
  let summary: readonly string[] | undefined;
  let isSummedUp = false;

  function fail(reason: string, facts: Readonly<Record<string, unknown>> = {}): never {
    throw new AppError('BILL_NOT_UNDERSTOOD', { details: { line, reason, ...facts } });
  }

  function readHeader(text: string): void {
    const columns = text.replace(/^\ufeff/, '').split(',');
    const reader = createRowReader(columns);
    if ('missing' in reader) fail('column_missing', { column: reader.missing });
    width = columns.length;
    readRow = reader;
  }

  function toCells(text: string, expected: number): readonly string[] {
    if (!text.startsWith('`')) fail('no_backtick');
    const cells = text.slice(1).split(',`');
    if (cells.length !== expected) fail('number_of_columns', { expected, found: cells.length });
    return cells;
  }

  function checkSummary(names: readonly string[], text: string): void {
    const cells = toCells(text, names.length);
    const said = (name: string): string | undefined => cells[names.indexOf(name)];
    if (said(summaryBegin) !== String(sums.count)) fail('count_differs', { rows: sums.count });
    for (const [column, name] of Object.entries(summedColumns)) {
      const amount = said(name);
      if (amount === undefined) continue;
      if (parseYuan(amount) !== sums.fen[column as SummedColumn]) fail('sum_differs', { column: name });
    }
    isSummedUp = true;
  }

  function take(text: string, rows: TradeBillRow[]): void {
    if (isSummedUp) {
      if (text !== '') fail('line_after_summary');
    } else if (summary !== undefined) checkSummary(summary, text);
    else if (readRow === undefined) readHeader(text);
    else if (text.startsWith(summaryBegin)) summary = text.split(',');
    else {
      const row = readRow(toCells(text, width), sums);
      if ('unreadable' in row) fail('not_an_amount', { column: row.unreadable });
      if (sums.count > mostRows) fail('too_many_rows');
      rows.push(row);
    }
  }

  return {
    feed(text) {
      const rows: TradeBillRow[] = [];
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const one of lines) {
        line += 1;
        if (one.length > longestLine) fail('line_too_long');
        take(one.endsWith('\r') ? one.slice(0, -1) : one, rows);
      }
      if (rest.length > longestLine) fail('line_too_long');
      return rows;
    },
    end() {
      line += 1;
      if (rest !== '') take(rest, []);
      if (!isSummedUp) fail('no_summary');
      return sums.count;
    },
  };
}

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

/** What a merchant writes, with whatever stands in it. Nothing here reads them. */
const freeTexts: ReadonlySet<string> = new Set(['商品名称', '商户数据包']);

/** The last two lines begin without a backtick, and with it. */
const summaryBegin = '总交易单数';

/**
 * A bill: a header, rows, a header of the summary, the summary. Each cell but those of headers begins with a backtick,
 * and between two of them is a comma. No page says that the texts of merchants are escaped: a row with too few cells goes
 * on in the next line, and what a row has too many belongs to its texts. What cannot be read is an error that names the line, and never what stands in it.
 * https://pay.weixin.qq.com/docs/merchant/products/bill-download/format-trade.html
 *
 * Nothing that it gave counts before `end` has found count and sums of the summary right.
 */
export function createTradeBillReader({ mostRows, longestLine }: BillLimits): TradeBillReader {
  const sums: BillSums = { count: 0, fen: { 应结订单金额: 0, 退款金额: 0, 订单金额: 0, 申请退款金额: 0 } };
  let line = 0;
  let rest = '';
  let width = 0;
  let texts: TextColumns = { first: -1, count: 0 };
  /** A row that is not whole yet, and where it begins. */
  let open: { readonly text: string; readonly line: number } | undefined;
  let readRow: RowReader | undefined;
  let summary: readonly string[] | undefined;
  let isSummedUp = false;

  function fail(reason: string, facts: Readonly<Record<string, unknown>> = {}): never {
    throw new AppError('BILL_NOT_UNDERSTOOD', { details: { line: open?.line ?? line, reason, ...facts } });
  }

  function readHeader(text: string): void {
    const columns = text.replace(/^\ufeff/, '').split(',');
    const reader = createRowReader(columns);
    if ('missing' in reader) fail('column_missing', { column: reader.missing });
    width = columns.length;
    texts = findTexts(columns);
    readRow = reader;
  }

  function toCells(text: string): string[] {
    if (!text.startsWith('`')) fail('no_backtick');
    return text.slice(1).split(',`');
  }

  function failByColumns(found: number, expected = width): never {
    fail('number_of_columns', { expected, found });
  }

  /** @returns undefined where the row goes on in the next line */
  function readCells(text: string): readonly string[] | undefined {
    const row = open === undefined ? text : `${open.text}\n${text}`;
    const cells = toCells(row);
    open = { text: row, line: open?.line ?? line };
    if (row.length > longestLine) fail('line_too_long');
    if (cells.length < width) return undefined;
    const surplus = cells.length - width;
    if (surplus > 0 && texts.count === 0) failByColumns(cells.length);
    if (surplus > 0) cells.splice(texts.first + texts.count, surplus);
    return cells;
  }

  function checkSummary(names: readonly string[], text: string): void {
    const cells = toCells(text);
    if (cells.length !== names.length) failByColumns(cells.length, names.length);
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
    else if (text.startsWith(summaryBegin)) readSummaryHeader(text);
    else takeRow(readRow, text, rows);
  }

  function readSummaryHeader(text: string): void {
    if (open !== undefined) failByColumns(toCells(open.text).length);
    summary = text.split(',');
  }

  function takeRow(read: RowReader, text: string, rows: TradeBillRow[]): void {
    const cells = readCells(text);
    if (cells === undefined) return;
    const row = read(cells, sums);
    if ('unreadable' in row) fail('not_an_amount', { column: row.unreadable });
    if (sums.count > mostRows) fail('too_many_rows');
    open = undefined;
    rows.push(row);
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

/** Where the texts of merchants stand, side by side; none of them where they do not. */
interface TextColumns {
  readonly first: number;
  readonly count: number;
}

function findTexts(columns: readonly string[]): TextColumns {
  const places = columns.flatMap((name, place) => (freeTexts.has(name) ? [place] : []));
  const [first = -1] = places;
  const areTogether = (places.at(-1) ?? -1) - first === places.length - 1;
  return areTogether ? { first, count: places.length } : { first: -1, count: 0 };
}

import type { BillSums, RowAmounts, RowReader, TradeBillRow } from './trade-bill-row.ts';

/** A row that cannot be read, by the number of its first line and never by what stands in it. */
export interface UnreadRow {
  readonly line: number;
  readonly reason: 'no_backtick' | 'number_of_columns' | 'not_an_amount';
  /** Of the cell. */
  readonly column?: string;
}

/** What lines came to. */
export type GatheredRow =
  | { readonly row: TradeBillRow }
  /** `first`: the amounts before its texts, which are where they should be; absent where they cannot be read either. */
  | { readonly unread: UnreadRow; readonly first: RowAmounts | undefined };

/** Makes rows of lines. */
export interface RowGatherer {
  /** The row that ends before this line, if one does. */
  add(text: string, line: number): GatheredRow | undefined;
  /** The last row: its lines are over. */
  end(): GatheredRow | undefined;
}

export interface RowGathererOptions {
  /** The header. */
  readonly columns: readonly string[];
  readonly reader: RowReader;
  /** What was read is added to it. */
  readonly sums: BillSums;
  /** Throws where a row, which begins in that line, is longer than any. */
  readonly checkLength: (text: string, line: number) => void;
}

/** What a merchant writes, with whatever stands in it. Nothing here reads them. */
const freeTexts: ReadonlySet<string> = new Set(['商品名称', '商户数据包']);
const timeColumn = '交易时间';

/**
 * Each cell begins with a backtick, and between two of them is a comma; no page says that the texts of merchants are
 * escaped. So a line ends a row only if it is read well so and the next one begins as a row does, and what a row has too
 * many belongs to its texts. A row whose amounts are none is given up where a whole one follows: that is lost, and no more.
 * https://pay.weixin.qq.com/docs/merchant/products/bill-download/format-trade.html
 */
export function createRowGatherer({ columns, reader, sums, checkLength }: RowGathererOptions): RowGatherer {
  const texts = findTexts(columns);
  const toBegin = columns[0] === timeColumn ? toTimeShape : toFirstCharacter;
  let open: { text: string; readonly line: number } | undefined;
  let rowBegin = '';

  function finish({ text, line }: { readonly text: string; readonly line: number }): GatheredRow {
    if (!text.startsWith('`')) return { unread: { line, reason: 'no_backtick' }, first: undefined };
    const cells = toCells(text);
    const first = (): RowAmounts | undefined => reader.readFirst(cells, texts.first);
    const surplus = cells.length - columns.length;
    if (surplus < 0 || (surplus > 0 && texts.count === 0)) {
      return { unread: { line, reason: 'number_of_columns' }, first: first() };
    }
    if (surplus > 0) cells.splice(texts.first + texts.count, surplus);
    const row = reader.read(cells, sums);
    if (!('unreadable' in row)) return { row };
    return { unread: { line, reason: 'not_an_amount', column: row.unreadable }, first: first() };
  }

  function isWhole(text: string): boolean {
    return text.startsWith('`') && toCells(text).length >= columns.length;
  }

  /** @returns undefined where the row goes on in the line */
  function finishBefore(next: string): GatheredRow | undefined {
    if (open === undefined || (toBegin(next) !== rowBegin && !isWhole(next))) return undefined;
    const found = finish(open);
    if ('row' in found) return found;
    return found.unread.reason !== 'number_of_columns' && isWhole(next) ? found : undefined;
  }

  return {
    add(text, line) {
      const before = finishBefore(text);
      if (before === undefined && open !== undefined) {
        open.text += `\n${text}`;
        checkLength(open.text, open.line);
        return undefined;
      }
      if (open === undefined) rowBegin = toBegin(text);
      open = { text, line };
      return before;
    },
    end: () => (open === undefined ? undefined : finish(open)),
  };
}

function toCells(text: string): string[] {
  return text.slice(1).split(',`');
}

/** All rows begin with the time in one form, whatever that is: `` `0-0-0 0:0:0``. */
function toTimeShape(text: string): string {
  const [time = ''] = text.split(',', 1);
  return time.replace(/[0-9]+/g, '0');
}

function toFirstCharacter(text: string): string {
  return text.slice(0, 1);
}

/** Where the texts of merchants stand, side by side; none of them where they do not. */
function findTexts(columns: readonly string[]): { readonly first: number; readonly count: number } {
  const places = columns.flatMap((name, place) => (freeTexts.has(name) ? [place] : []));
  const [first = -1] = places;
  const areTogether = (places.at(-1) ?? -1) - first === places.length - 1;
  return areTogether ? { first, count: places.length } : { first: -1, count: 0 };
}

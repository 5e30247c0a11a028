import { BoundedMap } from '../bounded-map.ts';
import { type BillRow, type BillRowToAdd, completeBillRow } from './bill-row.ts';
import type { SyntheticRows } from './synthetic-rows.ts';

/** Names the line of a payment, or that of a refund. */
export type BillKey = { readonly outTradeNo: string } | { readonly outRefundNo: string };

/** What makes a day's bill differ from what happened here. */
export interface BillChange {
  /** Lines of other tills, or of orders that were lost here. */
  readonly add?: readonly BillRowToAdd[] | undefined;
  /** Lines that the bill is to lack. */
  readonly drop?: readonly BillKey[] | undefined;
  /** Lines with another amount: the order's, or the refund's. */
  readonly alter?: readonly (BillKey & { readonly fen: number })[] | undefined;
  readonly synthetic?: SyntheticRows | undefined;
}

/** Changes of the bills, by merchant and day. */
export interface BillBook {
  /** On top of what was changed before. */
  change(mchId: string, billDate: string, change: BillChange): void;
  addedRows(mchId: string, billDate: string): readonly BillRow[];
  syntheticRows(mchId: string, billDate: string): readonly SyntheticRows[];
  /** The line as the bill is to have it; undefined where it is to lack it. */
  toBilled(billDate: string, row: BillRow): BillRow | undefined;
}

interface ChangedDay {
  readonly added: BillRow[];
  readonly dropped: Set<string>;
  readonly altered: Map<string, number>;
  readonly synthetic: SyntheticRows[];
}

const rememberedDays = 1_000;

/** Without changes; remembers those of the newest 1,000 days of merchants. */
export function createBillBook(): BillBook {
  const days = new BoundedMap<string, ChangedDay>(rememberedDays);
  const find = (mchId: string, billDate: string): ChangedDay | undefined => days.get(`${mchId}/${billDate}`);
  const take = (mchId: string, billDate: string): ChangedDay => {
    const known = find(mchId, billDate);
    if (known !== undefined) return known;
    const day = { added: [], dropped: new Set<string>(), altered: new Map<string, number>(), synthetic: [] };
    days.set(`${mchId}/${billDate}`, day);
    return day;
  };
  return {
    change: (mchId, billDate, { add = [], drop = [], alter = [], synthetic }) => {
      const day = take(mchId, billDate);
      day.added.push(...add.map((row) => completeBillRow(mchId, billDate, row)));
      for (const key of drop) day.dropped.add(toKeyText(key));
      for (const { fen, ...key } of alter) day.altered.set(toKeyText(key), fen);
      if (synthetic !== undefined) day.synthetic.push(synthetic);
    },
    addedRows: (mchId, billDate) => find(mchId, billDate)?.added ?? [],
    syntheticRows: (mchId, billDate) => find(mchId, billDate)?.synthetic ?? [],
    toBilled: (billDate, row) => {
      const day = find(row.mchId, billDate);
      const key = toKeyText(row.refund ?? row);
      if (day === undefined) return row;
      if (day.dropped.has(key)) return undefined;
      const fen = day.altered.get(key);
      return fen === undefined ? row : withAmount(row, fen);
    },
  };
}

function toKeyText(key: BillKey): string {
  return 'outRefundNo' in key ? `refund/${key.outRefundNo}` : `payment/${key.outTradeNo}`;
}

function withAmount(row: BillRow, fen: number): BillRow {
  return row.refund === undefined
    ? { ...row, totalFen: fen }
    : { ...row, refund: { ...row.refund, refundFen: fen } };
}

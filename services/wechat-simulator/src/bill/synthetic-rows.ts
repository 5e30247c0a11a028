import type { BillRow } from './bill-row.ts';

/** Payments of other tills that exist in a bill only, made while the bill is written: a million take no memory. */
export interface SyntheticRows {
  readonly count: number;
  /** Each number is this and the row's index, 8 digits. */
  readonly outTradeNoPrefix: string;
  /** Default: 1 to 10,000 fen in turn. */
  readonly totalFen?: number | undefined;
  readonly appId?: string | undefined;
}

const secondsOfDay = 86_400;

/** The row of that index (0 …): always the same. */
export function toSyntheticRow(mchId: string, billDate: string, rows: SyntheticRows, index: number): BillRow {
  const number = String(index).padStart(8, '0');
  return {
    time: `${billDate} ${toTimeOfDay(Math.floor((index / rows.count) * secondsOfDay))}`,
    appId: rows.appId ?? 'wx00000000000other',
    mchId,
    transactionId: `4200${number.padStart(24, '0')}`,
    outTradeNo: `${rows.outTradeNoPrefix}${number}`,
    openId: `oOther${number}`,
    tradeType: 'NATIVE',
    currency: 'CNY',
    totalFen: rows.totalFen ?? 1 + (index % 10_000),
    description: '门店消费',
    attach: '',
  };
}

function toTimeOfDay(seconds: number): string {
  return `${toPart(seconds / 3_600)}:${toPart((seconds / 60) % 60)}:${toPart(seconds % 60)}`;
}

function toPart(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}

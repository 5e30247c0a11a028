import { createHash } from 'node:crypto';
import type { Context } from '../context.ts';
import { wasPaid } from '../pay/order-book.ts';
import { type BillRow, toPaymentRow, toRefundRow } from './bill-row.ts';
import { type SyntheticRows, toSyntheticRow } from './synthetic-rows.ts';

/** ALL: payments and refunds. https://pay.weixin.qq.com/doc/v3/merchant/4013071227 */
export const billTypes = ['ALL', 'SUCCESS', 'REFUND'] as const;
export type BillType = (typeof billTypes)[number];

/** The lines of one bill, as they were when it was asked for. */
export interface DayRows {
  readonly isEmpty: boolean;
  /** The same for the same lines. */
  readonly fingerprint: string;
  /** From the beginning, each time. */
  read(): Iterable<BillRow>;
}

/** Which lines. `subMchId`: of that merchant below a service provider only. */
export interface WantedRows {
  readonly mchId: string;
  readonly billDate: string;
  readonly type: BillType;
  readonly subMchId?: string | undefined;
}

/**
 * What a merchant's bill of that day says: the day of a payment is that of its success_time, of a refund that of its
 * create_time.
 */
export function collectRows(context: Context, wanted: WantedRows): DayRows {
  const { mchId, billDate, type, subMchId } = wanted;
  const rows = [
    ...context.orders.all().filter(wasPaid).map(toPaymentRow),
    ...context.refunds.all().map(toRefundRow),
    ...context.bills.addedRows(mchId, billDate),
  ]
    .filter((row) => isWanted(row, wanted))
    .map((row) => context.bills.toBilled(billDate, row))
    .filter((row) => row !== undefined)
    .sort((one, other) => (one.time < other.time ? -1 : one.time > other.time ? 1 : 0));
  const isPayments = type !== 'REFUND' && subMchId === undefined;
  const synthetic = isPayments ? [...context.bills.syntheticRows(mchId, billDate)] : [];
  return {
    isEmpty: rows.length === 0 && synthetic.every(({ count }) => count === 0),
    fingerprint: createHash('sha1')
      .update(JSON.stringify([wanted, rows, synthetic]))
      .digest('hex'),
    read: function* () {
      yield* rows;
      for (const made of synthetic) yield* readSynthetic(mchId, billDate, made);
    },
  };
}

function isWanted(row: BillRow, { mchId, billDate, type, subMchId }: WantedRows): boolean {
  return (
    row.mchId === mchId &&
    row.time.startsWith(billDate) &&
    (subMchId === undefined || row.subMchId === subMchId) &&
    (type === 'ALL' || (type === 'REFUND') === (row.refund !== undefined))
  );
}

function* readSynthetic(mchId: string, billDate: string, rows: SyntheticRows): Generator<BillRow> {
  for (let index = 0; index < rows.count; index += 1) yield toSyntheticRow(mchId, billDate, rows, index);
}

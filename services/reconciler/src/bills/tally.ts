import { type BillFate, type BillProof, type BillSum, type BillTally, billFates } from '@huidiao/store';
import type { BillEntry } from './bill-entry.ts';

/** Counts what became of lines and of what is ours. */
export interface Tally {
  count(entry: Pick<BillEntry, 'kind' | 'amountFen'>, fate: BillFate): void;
  /** One line, or so many. */
  countOther(count?: number): void;
  toProof(rows: number): BillProof;
}

/** Begins at nothing; amounts are added up in fen. */
export function createTally(): Tally {
  const sums = { payment: createSums(), refund: createSums() };
  let others = 0;
  return {
    count({ kind, amountFen }, fate) {
      const sum = sums[kind][fate];
      sum.count += 1;
      sum.fen += amountFen;
    },
    countOther(count = 1) {
      others += count;
    },
    toProof: (rows) => ({ rows, payments: sums.payment, refunds: sums.refund, others }),
  };
}

/** How many of both kinds came to this. */
export function countOf({ payments, refunds }: BillProof, fate: BillFate): number {
  return payments[fate].count + refunds[fate].count;
}

/** What is ours, by the bill or by us. */
export function toExpected(tally: BillTally): BillSum {
  const own = billFates.filter((fate) => fate !== 'notOurs').map((fate) => tally[fate]);
  return {
    count: own.reduce((sum, { count }) => sum + count, 0),
    fen: own.reduce((sum, { fen }) => sum + fen, 0),
  };
}

function createSums() {
  return Object.fromEntries(billFates.map((fate) => [fate, { count: 0, fen: 0 }])) as {
    [F in BillFate]: { count: number; fen: number };
  };
}

import { createDice, type Dice } from './dice.fixture.test.ts';

/** What shall become of an order. */
export interface Plan {
  readonly outTradeNo: string;
  readonly totalFen: number;
  readonly isPaid: boolean;
  /** 1: sent by express, 3: virtual goods, which need no parcel. */
  readonly logisticsType: 1 | 3;
  /** One refund each; together less than the whole. */
  readonly refundsFen: readonly number[];
}

/** So many plans: random, and the same for the same seed. */
export function toPlans(count: number, seed: number): Plan[] {
  return Array.from({ length: count }, (_, index) => toPlan(index, createDice(seed * count + index)));
}

/** A refund leaves at least a fen, for what was refunded in full is not shipped. */
function toPlan(index: number, dice: Dice): Plan {
  const totalFen = 100 + dice(100_000);
  const isPaid = dice(100) >= 15;
  const first = 1 + dice(Math.floor(totalFen / 2));
  const second = 1 + dice(totalFen - first - 1);
  return {
    outTradeNo: `ledger-${String(index).padStart(4, '0')}`,
    totalFen,
    isPaid,
    logisticsType: dice(2) === 0 ? 1 : 3,
    refundsFen: isPaid ? [first, second].slice(0, dice(3)) : [],
  };
}

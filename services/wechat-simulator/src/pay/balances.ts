import type { Order } from './order-book.ts';
import type { Refund } from './refund-book.ts';

/** What merchants have left to refund with, in fen. */
export interface Balances {
  /** Undefined: enough for everything. */
  of(mchId: string): number | undefined;
  /** From now on it counts what comes in and goes out; undefined: no longer. */
  set(mchId: string, balanceFen: number | undefined): void;
  addPayment(order: Order): void;
  /** Frozen money is not part of it until it is released. */
  addReleased(order: Order, releasedFen: number): void;
  /** False, and nothing is taken, where it is not enough. A frozen order's refund comes from the frozen money. */
  takeRefund(order: Order, refundFen: number): boolean;
  /** The refund came back: it was closed. */
  giveBack(refund: Refund): void;
}

/** Whose money it is: of a service provider's order that of the merchant below it. */
export function toOwner({ mchId, sub }: Pick<Order, 'mchId' | 'sub'>): string {
  return sub?.mchId ?? mchId;
}

/** Nobody's balance is counted until it is set. */
export function createBalances(): Balances {
  const balances = new Map<string, number>();
  const add = (order: Order, fen: number): void => {
    const balance = balances.get(toOwner(order));
    if (balance !== undefined) balances.set(toOwner(order), balance + fen);
  };
  return {
    of: (mchId) => balances.get(mchId),
    set: (mchId, balanceFen) => {
      if (balanceFen === undefined) balances.delete(mchId);
      else balances.set(mchId, balanceFen);
    },
    addPayment: (order) => {
      if (order.isFrozen !== true) add(order, order.totalFen);
    },
    addReleased: add,
    takeRefund: (order, refundFen) => {
      if (order.isFrozen === true) return true;
      const balance = balances.get(toOwner(order));
      if (balance !== undefined && balance < refundFen) return false;
      add(order, -refundFen);
      return true;
    },
    giveBack: ({ order, refundFen }) => {
      if (order.isFrozen !== true) add(order, refundFen);
    },
  };
}

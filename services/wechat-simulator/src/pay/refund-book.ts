import { BoundedMap } from '../bounded-map.ts';
import type { Order } from './order-book.ts';

export type RefundState = 'PROCESSING' | 'SUCCESS' | 'ABNORMAL' | 'CLOSED';

/** A refund at WeChat Pay. */
export interface Refund {
  readonly order: Order;
  /** 商户退款单号: the merchant's, or one that the console made. */
  readonly outRefundNo: string;
  readonly refundId: string;
  readonly refundFen: number;
  readonly reason: string | undefined;
  /** Undefined: nobody is told. */
  readonly notifyUrl: string | undefined;
  /** The same number may only come with the same content; of the console empty. */
  readonly content: string;
  /** Wall time, as it goes on the wire. */
  readonly createTime: string;
  /** Simulated milliseconds. */
  readonly createdAtMs: number;
  /** What apply-abnormal-refund was called with. */
  abnormalContent?: string;
  state: RefundState;
  successTime?: string;
}

/** All refunds, the newest 20,000. */
export interface RefundBook {
  find(mchId: string, outRefundNo: string): Refund | undefined;
  ofOrder(order: Order): Refund[];
  /** What is left of an order's payment: all but its refunds that are not CLOSED. */
  leftFen(order: Order): number;
  /** A refund of this user is being accepted; false where one is already. */
  occupy(user: string): boolean;
  release(user: string): void;
  add(refund: Refund): void;
  all(): Refund[];
}

const rememberedRefunds = 20_000;

/** Empty. */
export function createRefundBook(): RefundBook {
  const refunds = new BoundedMap<string, Refund>(rememberedRefunds);
  const ofOrders = new WeakMap<Order, Refund[]>();
  const atWork = new Set<string>();
  const ofOrder = (order: Order): Refund[] => ofOrders.get(order) ?? [];
  return {
    find: (mchId, outRefundNo) => refunds.get(`${mchId}/${outRefundNo}`),
    ofOrder,
    leftFen: (order) =>
      ofOrder(order)
        .filter(({ state }) => state !== 'CLOSED')
        .reduce((left, { refundFen }) => left - refundFen, order.totalFen),
    occupy: (user) => {
      const isFree = !atWork.has(user);
      atWork.add(user);
      return isFree;
    },
    release: (user) => {
      atWork.delete(user);
    },
    add: (refund) => {
      refunds.set(`${refund.order.mchId}/${refund.outRefundNo}`, refund);
      ofOrders.set(refund.order, [...ofOrder(refund.order), refund]);
    },
    all: () => refunds.values(),
  };
}

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
  state: RefundState;
  successTime?: string;
}

/** All refunds, the newest 20,000. */
export interface RefundBook {
  find(mchId: string, outRefundNo: string): Refund | undefined;
  ofOrder(order: Order): Refund[];
  add(refund: Refund): void;
  all(): Refund[];
}

const rememberedRefunds = 20_000;

export function createRefundBook(): RefundBook {
  const refunds = new BoundedMap<string, Refund>(rememberedRefunds);
  const ofOrders = new WeakMap<Order, Refund[]>();
  return {
    find: (mchId, outRefundNo) => refunds.get(`${mchId}/${outRefundNo}`),
    ofOrder: (order) => ofOrders.get(order) ?? [],
    add: (refund) => {
      refunds.set(`${refund.order.mchId}/${refund.outRefundNo}`, refund);
      ofOrders.set(refund.order, [...(ofOrders.get(refund.order) ?? []), refund]);
    },
    all: () => refunds.values(),
  };
}

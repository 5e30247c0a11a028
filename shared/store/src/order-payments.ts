import type { PaymentSucceeded } from '@huidiao/contracts';
import { type AcceptOptions, acceptOrder } from './accept-order.ts';
import type { OrderTable } from './change-order.ts';
import { closeOrder } from './close-order.ts';
import { keepOtherPayment } from './keep-other-payment.ts';
import type { Effect, Order, TimeLineEvent } from './order.ts';
import { type PayOptions, payOrder } from './pay-order.ts';
import { releaseOrder } from './release-order.ts';

/** The way of an order from its payment on, and its end without one. */
export interface OrderPayments {
  /** `created | closed → paid`; see payOrder. */
  pay(from: Order, payment: PaymentSucceeded, options: PayOptions): Promise<Order | undefined>;
  /** `created → closed`; see closeOrder. */
  close(from: Order, event?: Omit<TimeLineEvent, 'event'>): Promise<Order | undefined>;
  /** See keepOtherPayment. */
  keepOtherPayment(
    payment: PaymentSucceeded,
    told: { readonly eventKey: string; readonly entry: TimeLineEvent },
  ): Promise<void>;
  /** Ends the hold of a paid order; see releaseOrder. */
  release(from: Order, options: { readonly effects: readonly Effect[] }): Promise<Order | undefined>;
  /** `paid → accepted | fulfilled`; see acceptOrder. */
  accept(
    mchId: string,
    outTradeNo: string,
    effectId: string,
    options: AcceptOptions,
  ): Promise<Order | undefined>;
}

/** Over the collection `orders`, whose every method has a file of its own. */
export function toOrderPayments(table: OrderTable): OrderPayments {
  return {
    pay: (from, payment, options) => payOrder(table, from, payment, options),
    close: (from, facts) => closeOrder(table, from, facts),
    keepOtherPayment: (payment, told) => keepOtherPayment(table, payment, told),
    release: (from, { effects }) => releaseOrder(table, from, effects),
    accept: (mchId, outTradeNo, effectId, options) =>
      acceptOrder(table, { mchId, outTradeNo }, effectId, options),
  };
}

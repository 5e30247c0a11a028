import { type BegunRefund, beginRefund } from './begin-refund.ts';
import type { OrderTable } from './change-order.ts';
import { moveRefund, type NamedRefund, type RefundMove } from './move-refund.ts';
import type { Effect, Order } from './order.ts';
import { type RecordedRefund, type RefundOptions, recordRefund, type ToldRefund } from './record-refund.ts';
import type { NewRefundRequest } from './refund-request.ts';
import { type RequestedRefund, requestRefund } from './request-refund.ts';

/** The refunds of an order, whoever makes them. */
export interface OrderRefunds {
  /** See requestRefund. */
  requestRefund(
    mchId: string,
    outTradeNo: string,
    wanted: NewRefundRequest,
    options: { readonly effects: readonly Effect[] },
  ): Promise<RequestedRefund | undefined>;
  /** See beginRefund. */
  beginRefund(refund: NamedRefund, spacingMs: number): Promise<BegunRefund>;
  /** See moveRefund. */
  moveRefund(refund: NamedRefund, move: RefundMove): Promise<Order | undefined>;
  /** See recordRefund. */
  recordRefund(
    mchId: string,
    outTradeNo: string,
    refund: ToldRefund,
    options: RefundOptions,
  ): Promise<RecordedRefund | undefined>;
}

/** Over the collection `orders`, whose every method has a file of its own. */
export function toOrderRefunds(table: OrderTable): OrderRefunds {
  return {
    requestRefund: (mchId, outTradeNo, wanted, options) =>
      requestRefund(table, { mchId, outTradeNo }, wanted, options),
    beginRefund: (refund, spacingMs) => beginRefund(table, refund, spacingMs),
    moveRefund: (refund, move) => moveRefund(table, refund, move),
    recordRefund: (mchId, outTradeNo, refund, options) =>
      recordRefund(table, { mchId, outTradeNo }, refund, options),
  };
}

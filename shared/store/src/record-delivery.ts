import { toOrderId } from '@huidiao/contracts';
import { trusted } from 'mongoose';
import { changeOrder, type OrderTable } from './change-order.ts';
import type { OrderSettlement, OrderShipping, TimeLineEvent } from './order.ts';

/** What WeChat says of an order's delivery and settlement; both only grow. */
export interface DeliveryFacts {
  readonly shipping?: OrderShipping | undefined;
  readonly settlement?: OrderSettlement | undefined;
}

/**
 * Keeps what WeChat says of the delivery beside the order's status, once per key, in any order: of a time that is told
 * twice the later one stays.
 *
 * @returns `false` when it was applied before, or there is no such order
 * @throws AppError STORE_UNAVAILABLE
 */
export async function recordDelivery(
  table: OrderTable,
  order: { readonly mchId: string; readonly outTradeNo: string },
  { shipping = {}, settlement }: DeliveryFacts,
  told: { readonly eventKey: string; readonly entry: TimeLineEvent },
): Promise<boolean> {
  const guard = {
    _id: toOrderId(order.mchId, order.outTradeNo),
    appliedEvents: trusted({ $ne: told.eventKey }),
  };
  const { confirmReceiveMethod, ...settledTimes } = settlement ?? {};
  const max = { ...toPaths('shipping', { ...shipping }), ...toPaths('settlement', settledTimes) };
  const change = {
    ...(confirmReceiveMethod !== undefined && {
      set: { 'settlement.confirmReceiveMethod': confirmReceiveMethod },
    }),
    ...(Object.keys(max).length > 0 && { max }),
    events: [told.entry],
    eventKey: told.eventKey,
  };
  const recorded = await table.run('orders.record-delivery', () => changeOrder(table, guard, change));
  return recorded !== undefined;
}

function toPaths(field: string, times: Readonly<Record<string, Date | undefined>>): Record<string, Date> {
  const known = Object.entries(times).filter((entry): entry is [string, Date] => entry[1] !== undefined);
  return Object.fromEntries(known.map(([name, at]) => [`${field}.${name}`, at]));
}

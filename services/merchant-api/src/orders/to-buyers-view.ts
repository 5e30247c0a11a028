import type { OrderResource, RefundState } from '@huidiao/contracts';

type OfOrder<K extends 'refund_requests' | 'shipments'> = OrderResource[K][number];

/**
 * An order as its buyer sees it: what happened when, what comes back and what was sent. What the staff wrote or decided,
 * the shop's own data, and how the shop stands with WeChat Pay are left out.
 */
export function toBuyersView(resource: OrderResource): OrderResource {
  const { attach: _attach, held: _held, settlement: _settlement, ...shown } = resource;
  const theirs = resource.time_line.filter(({ event }) => !event.startsWith('case.'));
  return {
    ...shown,
    refund_requests: resource.refund_requests.map(toBuyersRefund),
    shipments: resource.shipments.map(toBuyersShipment),
    pending: [],
    time_line: theirs.map(({ at, event }) => ({ at, event })),
  };
}

/** Whether it is still on its way, and not what it waits for: that would be the shop's balance, or its staff. */
const buyersStates: Readonly<Record<RefundState, RefundState>> = {
  requested: 'processing',
  submitting: 'processing',
  processing: 'processing',
  insufficient_funds: 'processing',
  abnormal: 'processing',
  succeeded: 'succeeded',
  closed: 'closed',
  refused: 'closed',
};

function toBuyersRefund(refund: OfOrder<'refund_requests'>): OfOrder<'refund_requests'> {
  const { out_trade_no, out_refund_no, amount, reason, success_time, requested_at, state_at } = refund;
  return {
    out_trade_no,
    out_refund_no,
    amount,
    ...(reason === undefined ? {} : { reason }),
    state: buyersStates[refund.state],
    ...(success_time === undefined ? {} : { success_time }),
    ...(requested_at === undefined ? {} : { requested_at }),
    state_at,
  };
}

function toBuyersShipment({ refusal: _refusal, ...shipment }: OfOrder<'shipments'>): OfOrder<'shipments'> {
  return shipment;
}

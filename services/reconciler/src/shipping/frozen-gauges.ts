import type { Metrics } from '@huidiao/runtime';
import type { FrozenGauges } from './watch-frozen-orders.ts';

/** What an alarm on money that WeChat freezes is made of. */
export function createFrozenGauges(metrics: Metrics): FrozenGauges {
  return {
    orders: metrics.gauge({
      name: 'huidiao_unshipped_orders',
      help: 'Orders paid more than 40 hours ago whose money WeChat freezes for want of a shipment, counted up to the limit of a round',
      labelNames: ['appId'],
    }),
    yuan: metrics.gauge({
      name: 'huidiao_unshipped_yuan',
      help: 'What was paid for them, in yuan',
      labelNames: ['appId'],
    }),
  };
}

import type { DeliveryFacts, Order, OrderReads } from '@huidiao/store';
import type { Applied, EventDeps, ToldEvent } from './applied.ts';

type TradeEventType = 'trade.shipping_reminded' | 'trade.shipped' | 'trade.settled';
type Traded = { [T in TradeEventType]: ToldEvent<T> }[TradeEventType];

/**
 * Keeps what WeChat says of the delivery and the settlement of an order beside its status. That an order should have
 * been shipped long ago is an alarm besides.
 */
export async function applyTrade(deps: EventDeps, told: Traded): Promise<Applied> {
  const { event, callbackKey: eventKey } = told;
  const order = await findOrder(deps.store, deps.directory, event);
  if (event.type === 'trade.shipping_reminded') warnOf(deps, event, order);
  if (order === undefined) return { outcome: 'unknown_order' };
  const { mchId, outTradeNo } = order;
  const { appId, transactionId } = event;
  if (!isSameOrder(order, event)) return { outcome: 'order_differs', mchId, outTradeNo };
  const entry = { event: event.type, appId, transactionId };
  await deps.store.orders.recordDelivery(order, toFacts(event), { eventKey, entry });
  return { outcome: 'recorded', mchId, outTradeNo };
}

/** Of a merchant's other systems there are orders with the same number in no list of ours: the transaction decides. */
function isSameOrder(order: Order, { transactionId }: Traded['event']): boolean {
  return order.transactionId === undefined || order.transactionId === transactionId;
}

/** By its numbers, or by the transaction alone among the merchants that the app is paid through. */
async function findOrder(
  { orders }: { readonly orders: OrderReads },
  { merchants }: EventDeps['directory'],
  { appId, mchId, outTradeNo, transactionId }: Traded['event'],
): Promise<Order | undefined> {
  if (mchId !== undefined && outTradeNo !== undefined) {
    const order = await orders.find(mchId, outTradeNo);
    if (order !== undefined) return order;
  }
  const ofApp = [...merchants.values()].filter(({ appIds }) => appIds.includes(appId));
  const candidates = mchId === undefined ? ofApp.map((merchant) => merchant.mchId) : [mchId];
  for (const candidate of candidates) {
    const order = await orders.findByTransaction(candidate, transactionId);
    if (order !== undefined) return order;
  }
  return undefined;
}

function warnOf(
  { logger }: EventDeps,
  { appId, transactionId }: Traded['event'],
  order: Order | undefined,
): void {
  const fields = { appId, transactionId, mchId: order?.mchId, outTradeNo: order?.outTradeNo };
  logger.error(
    { event: 'trade.shipping_reminded', alarm: 'not-shipped', ...fields },
    'trade.shipping_reminded',
  );
}

function toFacts(event: Traded['event']): DeliveryFacts {
  switch (event.type) {
    case 'trade.shipping_reminded':
      return { shipping: { remindedAt: new Date(event.occurredAt) } };
    case 'trade.shipped':
      return {
        shipping: {
          shippedAt: new Date(event.shippedAt ?? event.occurredAt),
          ...(event.estimatedSettlementAt !== undefined && {
            estimatedSettlementAt: new Date(event.estimatedSettlementAt),
          }),
        },
      };
    case 'trade.settled':
      return {
        shipping: event.shippedAt === undefined ? undefined : { shippedAt: new Date(event.shippedAt) },
        settlement: {
          settledAt: new Date(event.settledAt),
          ...(event.confirmReceivedAt !== undefined && {
            confirmReceivedAt: new Date(event.confirmReceivedAt),
          }),
          ...(event.confirmReceiveMethod !== undefined && {
            confirmReceiveMethod: event.confirmReceiveMethod,
          }),
        },
      };
    default:
      return event satisfies never;
  }
}

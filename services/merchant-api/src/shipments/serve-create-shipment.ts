import { type Clock, defaultLane, type MerchantApi } from '@huidiao/contracts';
import type { Producer } from '@huidiao/queue';
import type { Logger } from '@huidiao/runtime';
import type { AddedShipment, Effect, Order, Store } from '@huidiao/store';
import type { EndpointHandler } from '../http/endpoint-handler.ts';
import type { Problem } from '../http/problem.ts';
import { findShipmentErrors, toNewShipment } from './to-new-shipment.ts';
import { toShipmentResource } from './to-shipment-resource.ts';

export interface CreateShipmentDeps {
  readonly orders: Pick<Store['orders'], 'find' | 'addShipment'>;
  readonly producer: Pick<Producer, 'add'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** After this the reconciler adds the job of a shipment that Redis did not take. */
const graceMs = 10_000;

/** `POST /v1/orders/{out_trade_no}/shipments`: 201 the first time, 200 when repeated. */
export function serveCreateShipment(
  deps: CreateShipmentDeps,
): EndpointHandler<MerchantApi['createShipment']> {
  return async ({ params, body, caller, facts }) => {
    const { mchId } = caller.merchant;
    const outTradeNo = params.out_trade_no;
    facts.outTradeNo = outTradeNo;
    const order = await deps.orders.find(mchId, outTradeNo);
    if (order === undefined) return { problem: { status: 404, code: 'ORDER_NOT_FOUND' } };
    const errors = findShipmentErrors(toNewShipment(body, order));
    if (errors.length > 0) return { problem: { status: 400, code: 'REQUEST_INVALID', errors } };

    const cause = {
      dueAt: new Date(deps.clock.now().getTime() + graceMs),
      requestId: facts.requestId,
      lane: defaultLane,
    };
    const added = await deps.orders.addShipment(order, (read) => toNewShipment(body, read), cause);
    if (added === undefined) return { problem: { status: 404, code: 'ORDER_NOT_FOUND' } };
    facts.outcome = added.outcome;
    if (!('shipment' in added)) return { problem: toRefusal(added) };
    if (added.effect !== undefined) await addJob(deps, added.order, added.effect);
    const resource = toShipmentResource(added.shipment);
    return { status: added.outcome === 'added' ? 201 : 200, body: resource };
  };
}

/** Only a hint: the effect is in the order, and the reconciler adds its job when it is due. */
async function addJob({ producer, logger }: CreateShipmentDeps, order: Order, effect: Effect): Promise<void> {
  const { mchId, outTradeNo } = order;
  const { id, requestId, lane = defaultLane } = effect;
  const data = { mchId, outTradeNo, effectId: id, requestId };
  try {
    await producer.add({ name: effect.job, id, data, lane });
  } catch (error) {
    logger.debug({ err: error, requestId, jobId: id }, 'effect left to the reconciler');
  }
}

function toRefusal({ outcome }: Exclude<AddedShipment, { readonly shipment: unknown }>): Problem {
  switch (outcome) {
    case 'conflict':
      return { status: 409, code: 'SHIPMENT_CONFLICT' };
    case 'not_paid':
      return { status: 409, code: 'ORDER_NOT_SHIPPABLE', detail: 'The order is not paid.' };
    case 'held':
      return { status: 409, code: 'ORDER_NOT_SHIPPABLE', detail: 'The order is held: nothing is delivered.' };
    case 'refunded':
      return { status: 409, code: 'ORDER_NOT_SHIPPABLE', detail: 'The order was refunded in full.' };
    case 'shipped_already':
      return { status: 409, code: 'ORDER_SHIPPED_ALREADY' };
    case 'replaced_already':
      return { status: 409, code: 'SHIPMENT_REPLACED_ALREADY' };
    case 'nothing_to_replace':
      return { status: 409, code: 'SHIPMENT_NOTHING_TO_REPLACE' };
    case 'mode_differs':
      return { status: 409, code: 'SHIPMENT_MODE_DIFFERS' };
    case 'too_many_parcels':
      return { status: 409, code: 'SHIPMENT_TOO_MANY_PARCELS' };
    default:
      return outcome satisfies never;
  }
}

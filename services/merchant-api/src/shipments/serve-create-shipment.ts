import { type Clock, defaultLane, type MerchantApi } from '@huidiao/contracts';
import type { Producer } from '@huidiao/queue';
import type { Logger } from '@huidiao/runtime';
import { type AddedShipment, addEffectJobs, type Store } from '@huidiao/store';
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
    const effects = added.effect === undefined ? [] : [added.effect];
    await addEffectJobs(deps.producer, added.order, effects, deps.logger);
    const resource = toShipmentResource(added.shipment);
    return { status: added.outcome === 'added' ? 201 : 200, body: resource };
  };
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

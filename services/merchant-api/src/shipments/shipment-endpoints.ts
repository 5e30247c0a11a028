import { type AppCaller, createShippingClient } from '@huidiao/wechat';
import type { Handlers } from '../http/endpoint-handler.ts';
import { type CreateShipmentDeps, serveCreateShipment } from './serve-create-shipment.ts';
import { type ListCarriersDeps, serveListCarriers } from './serve-list-carriers.ts';
import { type RemindReceiptDeps, serveRemindReceipt } from './serve-remind-receipt.ts';

export type ShipmentEndpointDeps = CreateShipmentDeps &
  Omit<RemindReceiptDeps & ListCarriersDeps, 'shipping'> & {
    readonly appCaller: Pick<AppCaller, 'call'>;
  };

/** What can be asked of shipments. */
export function shipmentEndpointHandlers(
  deps: ShipmentEndpointDeps,
): Handlers<'createShipment' | 'remindReceipt' | 'listCarriers'> {
  const shipping = createShippingClient(deps.appCaller);
  return {
    createShipment: serveCreateShipment(deps),
    remindReceipt: serveRemindReceipt({ ...deps, shipping }),
    listCarriers: serveListCarriers({ ...deps, shipping }),
  };
}

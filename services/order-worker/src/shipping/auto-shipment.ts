import {
  type Clock,
  deliveryModes,
  type Lane,
  type LogisticsType,
  logisticsTypes,
  type MerchantDirectory,
  toUploadEffectId,
} from '@huidiao/contracts';
import type { Effect, NewShipment, Order } from '@huidiao/store';
import type { ShippingManagement } from '@huidiao/wechat';

/** The shipment of an order that nothing is sent for; a merchant may use the id as any other. */
export const autoShipmentId = 'auto';

const mostCharacters = 120;
/** A payment enters WeChat's order management some seconds after it was made; earlier it is 10060001 for certain. */
const leastAgeMs = 15_000;

/**
 * How much older than the payment a no may be: WeChat is asked every ten seconds and not about every order. What is paid
 * in the seconds in which WeChat takes an app under management waits for a person, who is told that its money is frozen.
 */
const believedNoMs = 10_000;

export interface AutoUploadDeps {
  readonly directory: Pick<MerchantDirectory, 'apps'>;
  readonly management: ShippingManagement;
  readonly clock: Clock;
}

/** Virtual goods (3) and self pick-up (4) leave nothing to deliver once the shop has accepted. */
export function isDeliveredAtOnce({ logisticsType }: { readonly logisticsType: LogisticsType }): boolean {
  return logisticsType === logisticsTypes.virtual || logisticsType === logisticsTypes.pickUp;
}

/**
 * The effect by which WeChat is told that an order of virtual goods or self pick-up, which the shop has accepted, is
 * delivered: its money is frozen until then. None where the app does not want it, or where WeChat says that it does not
 * manage the app. Where it does not say, the job asks again.
 *
 * Its job is to be left to the reconciler, which adds it when WeChat may know the payment.
 */
export async function toAutoUploads(
  { directory, management, clock }: AutoUploadDeps,
  order: Order,
  cause: { readonly requestId: string; readonly lane: Lane },
): Promise<Effect[]> {
  const app = directory.apps.get(order.appId);
  if (app === undefined || app.kind === 'service_account' || !app.shipping.autoUpload) return [];
  if (!isDeliveredAtOnce(order) || order.shipments.length > 0) return [];
  const since = order.paidAt && new Date(order.paidAt.getTime() - believedNoMs);
  const mayBeManaged = await management.isManaged(app, since).catch(() => true);
  if (!mayBeManaged) return [];
  const dueAt = new Date(clock.now().getTime() + leastAgeMs);
  return [{ id: toUploadEffectId(order, autoShipmentId), job: 'upload-shipment', dueAt, ...cause }];
}

/** What WeChat is told of such an order: the goods are what the buyer saw when paying. */
export function toAutoShipment({ logisticsType, description }: Order): NewShipment {
  const characters = [...description];
  const itemDesc = characters.slice(0, mostCharacters).join('');
  return {
    shipmentId: autoShipmentId,
    logisticsType,
    deliveryMode: deliveryModes.unified,
    isAllDelivered: true,
    isReplacement: false,
    items: [{ itemDesc }],
    contentHash: autoShipmentId,
  };
}

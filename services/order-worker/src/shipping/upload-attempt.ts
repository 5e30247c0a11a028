import type { App, Clock, JobData, MerchantDirectory } from '@huidiao/contracts';
import type { JobAttempt, Producer } from '@huidiao/queue';
import type { Counter, Logger } from '@huidiao/runtime';
import type {
  NamedShipment,
  Order,
  OrderEffects,
  OrderReads,
  OrderShipment,
  OrderShipments,
} from '@huidiao/store';
import type { ShippingClient, ShippingManagement } from '@huidiao/wechat';

type ShippedOrders = Pick<OrderReads, 'find'> &
  Pick<OrderShipments, 'beginUpload' | 'recordUpload'> &
  Pick<OrderEffects, 'settleEffect'>;

export interface UploadShipmentDeps {
  readonly store: { readonly orders: ShippedOrders };
  readonly producer: Pick<Producer, 'add'>;
  readonly shipping: Pick<ShippingClient, 'upload' | 'findOrder'>;
  readonly management: ShippingManagement;
  readonly directory: MerchantDirectory;
  readonly effectGraceMs: number;
  readonly clock: Clock;
  /** Counts shipments that ended, by outcome. */
  readonly shipments: Counter;
  readonly logger: Logger;
}

/** One attempt at one shipment, with the order as it was read. */
export interface UploadAttempt {
  readonly deps: UploadShipmentDeps;
  readonly job: JobData<'upload-shipment'>;
  readonly attempt: JobAttempt;
  readonly app: App;
  readonly order: Order;
  readonly shipmentId: string;
}

/** One that may call. */
export interface Sending extends UploadAttempt {
  readonly shipment: OrderShipment;
  /** The payer's openid, where the order or WeChat tells it. */
  readonly openId: string | undefined;
  /** WeChat was asked and does not have what was sent before. */
  readonly hasLooked: boolean;
}

/** The numbers under which the shipment is found in the store. */
export function toNamed({ job, shipmentId }: UploadAttempt): NamedShipment {
  return { mchId: job.mchId, outTradeNo: job.outTradeNo, shipmentId };
}

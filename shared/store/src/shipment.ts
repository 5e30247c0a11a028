import type { DeliveryMode, LogisticsType, ShipmentState } from '@huidiao/contracts';
import { Schema } from 'mongoose';

/** One parcel, or for goods that are not sent by express what stands for it. */
export interface ShipmentItem {
  /** At most 120 characters. */
  itemDesc: string;
  trackingNo?: string;
  /** delivery_id of the express company. */
  expressCompany?: string;
  /** Masked telephone numbers, their last four digits readable. */
  consignorContact?: string;
  receiverContact?: string;
}

/** What whoever ships says of a shipment. */
export interface NewShipment {
  /** Named by the caller, unique within the order. */
  shipmentId: string;
  logisticsType: LogisticsType;
  /** 1 统一发货, one parcel; 2 分拆发货, several. */
  deliveryMode: DeliveryMode;
  /** Nothing is left to ship after it. */
  isAllDelivered: boolean;
  /** It takes the place of all before it (重新发货): WeChat allows one for each payment. */
  isReplacement: boolean;
  items: ShipmentItem[];
  /** Tells a repeated request from one with other content under the same id. */
  contentHash: string;
}

/** A shipment as it is kept in its order. */
export interface OrderShipment extends NewShipment {
  state: ShipmentState;
  createdAt: Date;
  /** upload_time of the latest call: WeChat takes an upload only if it is newer than the one before. */
  uploadTime?: Date;
  /** While `uploading`: until then the call may still be under way. */
  uploadingUntil?: Date;
  /** Uploaded, not needed, cancelled or refused. */
  endedAt?: Date;
  /** Why it was refused: our code, and WeChat's. */
  errorCode?: string;
  remoteCode?: string;
}

const itemSchema = new Schema(
  {
    itemDesc: String,
    trackingNo: String,
    expressCompany: String,
    consignorContact: String,
    receiverContact: String,
  },
  { _id: false, strict: 'throw' },
);

/** How a shipment lies in its order's row. */
export const shipmentSchema = new Schema(
  {
    shipmentId: String,
    logisticsType: Number,
    deliveryMode: Number,
    isAllDelivered: Boolean,
    isReplacement: Boolean,
    items: [itemSchema],
    contentHash: String,
    state: String,
    createdAt: Date,
    uploadTime: Date,
    uploadingUntil: Date,
    endedAt: Date,
    errorCode: String,
    remoteCode: String,
  },
  { _id: false, strict: 'throw' },
);

/** A shipment whose telephone numbers are taken out, for its buyer wants to be forgotten. */
export function withoutContacts(shipment: OrderShipment): OrderShipment {
  const items = shipment.items.map(
    ({ consignorContact: _consignor, receiverContact: _receiver, ...item }) => item,
  );
  return { ...shipment, items };
}

import type { ShipmentResource } from '@huidiao/contracts';
import type { OrderShipment, ShipmentItem } from '@huidiao/store';

/** A shipment as the merchant sees it. */
export function toShipmentResource(shipment: OrderShipment): ShipmentResource {
  const { uploadTime, endedAt, errorCode, remoteCode } = shipment;
  return {
    shipment_id: shipment.shipmentId,
    state: shipment.state,
    logistics_type: shipment.logisticsType,
    delivery_mode: shipment.deliveryMode,
    is_all_delivered: shipment.isAllDelivered,
    replaces: shipment.isReplacement,
    items: shipment.items.map(toItemResource),
    created_at: shipment.createdAt.toISOString(),
    ...(uploadTime !== undefined && { upload_time: uploadTime.toISOString() }),
    ...(endedAt !== undefined && { ended_at: endedAt.toISOString() }),
    ...(errorCode !== undefined && {
      refusal: { code: errorCode, ...(remoteCode !== undefined && { remote_code: remoteCode }) },
    }),
  };
}

function toItemResource(item: ShipmentItem): ShipmentResource['items'][number] {
  const { trackingNo, expressCompany, consignorContact, receiverContact } = item;
  const contact = {
    ...(consignorContact !== undefined && { consignor_contact: consignorContact }),
    ...(receiverContact !== undefined && { receiver_contact: receiverContact }),
  };
  return {
    ...(trackingNo !== undefined && { tracking_no: trackingNo }),
    ...(expressCompany !== undefined && { express_company: expressCompany }),
    item_desc: item.itemDesc,
    ...(Object.keys(contact).length > 0 && { contact }),
  };
}

import { createHash } from 'node:crypto';
import {
  type CreateShipmentRequest,
  type DeliveryMode,
  deliveryModes,
  logisticsTypes,
} from '@huidiao/contracts';
import { currentShipments, type NewShipment, type Order, type ShipmentItem } from '@huidiao/store';
import type { FieldError } from '../http/problem.ts';

/** 顺丰. https://developers.weixin.qq.com/miniprogram/dev/server/API/order_shipping/api_uploadshippinginfo */
const sf = 'SF';

/** What a request says of an order; what it leaves out goes by the order. */
export function toNewShipment(request: CreateShipmentRequest, order: Order): NewShipment {
  return {
    shipmentId: request.shipment_id,
    logisticsType: request.logistics_type ?? order.logisticsType,
    deliveryMode: request.delivery_mode ?? toDeliveryMode(request, order),
    isAllDelivered: request.is_all_delivered,
    isReplacement: request.replaces,
    items: request.items.map(toItem),
    contentHash: toContentHash(request),
  };
}

function toDeliveryMode(request: CreateShipmentRequest, order: Order): DeliveryMode {
  const [before] = request.replaces ? [] : currentShipments(order);
  if (before !== undefined) return before.deliveryMode;
  return request.items.length === 1 && request.is_all_delivered ? deliveryModes.unified : deliveryModes.split;
}

function toItem(item: CreateShipmentRequest['items'][number]): ShipmentItem {
  const { consignor_contact, receiver_contact } = item.contact ?? {};
  return {
    itemDesc: item.item_desc,
    ...(item.tracking_no !== undefined && { trackingNo: item.tracking_no }),
    ...(item.express_company !== undefined && { expressCompany: item.express_company }),
    ...(consignor_contact !== undefined && { consignorContact: consignor_contact }),
    ...(receiver_contact !== undefined && { receiverContact: receiver_contact }),
  };
}

/** SHA-256 over what the client wrote, in one fixed order of fields; defaults by the order are no part of it. */
function toContentHash(request: CreateShipmentRequest): string {
  const canonical = JSON.stringify([
    'v1',
    request.logistics_type ?? null,
    request.delivery_mode ?? null,
    request.is_all_delivered,
    request.replaces,
    request.items.map((item) => [
      item.tracking_no ?? null,
      item.express_company ?? null,
      item.item_desc,
      item.contact?.consignor_contact ?? null,
      item.contact?.receiver_contact ?? null,
    ]),
  ]);
  return createHash('sha256').update(canonical, 'utf8').digest('hex');
}

/** What the schema cannot see, for it goes by the order. Pure. WeChat would refuse each of these. */
export function findShipmentErrors(shipment: NewShipment): FieldError[] {
  const { items, deliveryMode, logisticsType, isAllDelivered } = shipment;
  if (deliveryMode === deliveryModes.split && logisticsType !== logisticsTypes.express) {
    const message = 'only express can be split: send one item and is_all_delivered: true';
    return [{ field: 'delivery_mode', message }];
  }
  const errors: FieldError[] =
    logisticsType === logisticsTypes.express ? items.flatMap(findExpressErrors) : [];
  if (deliveryMode !== deliveryModes.unified) return errors;
  if (items.length > 1) errors.push({ field: 'items', message: 'must be one where delivery_mode is 1' });
  if (!isAllDelivered) {
    errors.push({ field: 'is_all_delivered', message: 'must be true where delivery_mode is 1' });
  }
  return errors;
}

function findExpressErrors(item: ShipmentItem, index: number): FieldError[] {
  const missing = (name: string, message: string) => [{ field: `items.${index}.${name}`, message }];
  const hasContact = item.consignorContact !== undefined || item.receiverContact !== undefined;
  return [
    ...(item.trackingNo === undefined ? missing('tracking_no', 'is required for express') : []),
    ...(item.expressCompany === undefined ? missing('express_company', 'is required for express') : []),
    ...(item.expressCompany === sf && !hasContact
      ? missing('contact', 'SF wants consignor_contact or receiver_contact')
      : []),
  ];
}

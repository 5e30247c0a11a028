import { z } from 'zod';
import { appId, outTradeNo } from '../ids.ts';
import { toEndpoint } from './endpoint.ts';
import { logisticsType } from './logistics-type.ts';
import { deliveryMode, shipmentItem, shipmentResource } from './shipment-resource.ts';

/** Named by the caller: the same number again is the same shipment. */
export const shipmentId = z
  .string()
  .regex(/^[0-9A-Za-z_\-|*]{1,64}$/, 'must be 1 to 64 of the characters 0-9 A-Z a-z _ - | *');

/** WeChat takes so many parcels of one payment. */
export const mostParcels = 15;

/** Body of `POST /v1/orders/{out_trade_no}/shipments`. */
export const createShipmentRequest = z.strictObject({
  shipment_id: shipmentId,
  /** Default: the order's. */
  logistics_type: logisticsType.optional(),
  /** Default: that of the shipments before; of the first one 1, or 2 where it has several parcels or is a part. */
  delivery_mode: deliveryMode.optional(),
  /** Whether nothing is left to ship after this. */
  is_all_delivered: z.boolean().default(true),
  items: z.array(shipmentItem).min(1).max(mostParcels),
  /** Takes the place of everything shipped before: WeChat allows it once for each payment (重新发货). */
  replaces: z.boolean().default(false),
});
export type CreateShipmentRequest = z.infer<typeof createShipmentRequest>;

/** Body of `POST /v1/orders/{out_trade_no}/receipt-reminder`. */
export const remindReceiptRequest = z.strictObject({
  /** When the parcel was signed for: RFC 3339 with offset, after it was shipped. */
  received_at: z.iso.datetime({ offset: true }),
});

const remindReceiptResponse = z.strictObject({
  /** When WeChat was asked to remind the buyer; once for each order. */
  reminded_at: z.string().datetime(),
});

const carrier = z.strictObject({
  /** What `express_company` of a shipment names. */
  delivery_id: z.string(),
  delivery_name: z.string(),
});

const orderPath = z.strictObject({ out_trade_no: outTradeNo });

/** What a call to api.weixin.qq.com may end with besides commonProblems. */
const appCallProblems = ['WECHAT_REFUSED', 'WECHAT_TOKEN_REFUSED', 'QUEUE_UNAVAILABLE'] as const;

export const shipmentEndpoints = {
  createShipment: toEndpoint({
    method: 'POST',
    path: '/v1/orders/{out_trade_no}/shipments',
    auth: ['api_key'],
    summary:
      'Says that goods of an order were shipped; WeChat is told as far as it manages the app. The same request may be repeated.',
    params: orderPath,
    unknownPath: 'ORDER_NOT_FOUND',
    body: createShipmentRequest,
    answers: { 201: shipmentResource, 200: shipmentResource },
    problems: [
      'ORDER_NOT_FOUND',
      'ORDER_NOT_SHIPPABLE',
      'ORDER_SHIPPED_ALREADY',
      'ORDER_CHANGED_MEANWHILE',
      'SHIPMENT_CONFLICT',
      'SHIPMENT_REPLACED_ALREADY',
      'SHIPMENT_NOTHING_TO_REPLACE',
      'SHIPMENT_MODE_DIFFERS',
      'SHIPMENT_TOO_MANY_PARCELS',
    ],
  }),
  remindReceipt: toEndpoint({
    method: 'POST',
    path: '/v1/orders/{out_trade_no}/receipt-reminder',
    auth: ['api_key'],
    summary: 'Has WeChat remind the buyer of an express parcel to confirm its receipt (确认收货提醒), once.',
    params: orderPath,
    unknownPath: 'ORDER_NOT_FOUND',
    body: remindReceiptRequest,
    answers: { 200: remindReceiptResponse },
    problems: [
      'ORDER_NOT_FOUND',
      'RECEIPT_REMINDER_NOT_POSSIBLE',
      'RECEIPT_REMINDER_REFUSED',
      'SHIPMENT_PAYMENT_UNKNOWN',
      'MERCHANT_NOT_CONFIGURED',
      ...appCallProblems,
    ],
  }),
  listCarriers: toEndpoint({
    method: 'GET',
    path: '/v1/carriers',
    auth: ['api_key'],
    summary: 'The express companies that WeChat knows, for express_company of a shipment.',
    query: z.strictObject({ appid: appId }),
    answers: { 200: z.strictObject({ carriers: z.array(carrier) }) },
    problems: [...appCallProblems],
  }),
} as const;

import { z } from 'zod';
import { appId, outTradeNo } from '../ids.ts';
import { toEndpoint } from './endpoint.ts';
import { logisticsType } from './logistics-type.ts';
import { deliveryMode, shipmentId, shipmentItem, shipmentResource } from './shipment-resource.ts';
import { instant } from './told.ts';

/**
 * WeChat takes so many parcels of one payment (10060024).
 * https://developers.weixin.qq.com/miniprogram/dev/server/API/order_shipping/api_uploadshippinginfo
 */
export const mostParcels = 15;

/** Body of `POST /v1/orders/{out_trade_no}/shipments`. */
export const createShipmentRequest = z
  .strictObject({
    shipment_id: shipmentId,
    logistics_type: logisticsType.optional().describe("By default the order's."),
    delivery_mode: deliveryMode
      .optional()
      .describe(
        'By default that of the shipments before; of the first one 1, or 2 where it has several parcels or is a part.',
      ),
    is_all_delivered: z.boolean().default(true).describe('Whether nothing is left to ship after this.'),
    items: z.array(shipmentItem).min(1).max(mostParcels).describe('Its parcels; at most 15 of one order.'),
    replaces: z
      .boolean()
      .default(false)
      .describe(
        'Takes the place of everything shipped before: WeChat allows it once for each payment (重新发货).',
      ),
  })
  .meta({ id: 'CreateShipmentRequest', description: 'What was shipped of an order.' });
export type CreateShipmentRequest = z.infer<typeof createShipmentRequest>;

/** Body of `POST /v1/orders/{out_trade_no}/receipt-reminder`. */
export const remindReceiptRequest = z
  .strictObject({
    received_at: z.iso.datetime({ offset: true }).meta({
      description: 'When the parcel was signed for: RFC 3339 with offset, after it was shipped.',
      examples: ['2027-01-08T15:20:00+08:00'],
    }),
  })
  .meta({ id: 'RemindReceiptRequest', description: 'That the buyer has the parcel.' });

const remindReceiptResponse = z
  .strictObject({ reminded_at: instant('When WeChat was asked to remind the buyer; once for each order.') })
  .meta({ id: 'RemindedReceipt', description: 'WeChat reminds the buyer.' });

const carrier = z
  .strictObject({
    delivery_id: z
      .string()
      .meta({ description: 'What `express_company` of a shipment names (物流公司编码).', examples: ['SF'] }),
    delivery_name: z.string().meta({ description: 'Its name.', examples: ['顺丰速运'] }),
  })
  .meta({ id: 'Carrier', description: 'An express company (物流公司).' });

const listCarriersResponse = z
  .strictObject({ carriers: z.array(carrier).describe('All that WeChat knows.') })
  .meta({ id: 'CarrierList', description: 'The express companies that WeChat knows.' });

const orderPath = z.strictObject({ out_trade_no: outTradeNo });

/** What a call to api.weixin.qq.com may end with besides commonProblems. */
const appCallProblems = ['WECHAT_REFUSED', 'WECHAT_TOKEN_REFUSED', 'QUEUE_UNAVAILABLE'] as const;

export const shipmentEndpoints = {
  createShipment: toEndpoint({
    method: 'POST',
    path: '/v1/orders/{out_trade_no}/shipments',
    auth: ['api_key'],
    summary: 'Says that goods of an order were shipped (发货)',
    description:
      'WeChat is told where its order management (发货信息管理) manages the app: it freezes the money until it knows. An upload that it did not answer is looked up before it is repeated. The same request may be repeated.',
    params: orderPath,
    unknownPath: 'ORDER_NOT_FOUND',
    body: createShipmentRequest,
    answers: { 201: shipmentResource, 200: shipmentResource },
    problems: [
      'ORDER_NOT_FOUND',
      'ORDER_NOT_SHIPPABLE',
      'ORDER_SHIPPED_ALREADY',
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
    summary: 'Has WeChat remind the buyer of the receipt (确认收货提醒)',
    description: 'Of an order that was wholly shipped by express; WeChat does it once for each order.',
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
    summary: 'The express companies that WeChat knows',
    description: 'For `express_company` of a shipment. Kept for a day.',
    query: z.strictObject({ appid: appId }),
    answers: { 200: listCarriersResponse },
    problems: [...appCallProblems],
  }),
} as const;

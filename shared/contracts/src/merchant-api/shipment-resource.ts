import { z } from 'zod';
import { logisticsType } from './logistics-type.ts';

/** 统一发货 unified: one parcel holds everything. 分拆发货 split: several do. WeChat's own numbers. */
export const deliveryMode = z.union([z.literal(1), z.literal(2)]);
export type DeliveryMode = z.infer<typeof deliveryMode>;

/**
 * How far WeChat's order management (发货管理) knows of a shipment.
 *
 * - `pending`: WeChat was not told yet.
 * - `uploading`: it is being told, or whoever told it died.
 * - `unknown`: it was told, and did not answer: it is asked what it knows before it is told again.
 * - `uploaded`: it knows.
 * - `not_needed`: the app's orders are not managed (未开通发货信息管理).
 * - `cancelled`: everything was refunded before.
 * - `refused`: it refused for good; the shipment does not count, and another one may take its place.
 */
export const shipmentStates = [
  'pending',
  'uploading',
  'unknown',
  'uploaded',
  'not_needed',
  'cancelled',
  'refused',
] as const;
export type ShipmentState = (typeof shipmentStates)[number];

const longestId = 128;
const longestDescription = 120;
/** Characters, and not half ones: WeChat counts 字. */
const isShort = (text: string) => [...text].length <= longestDescription;

/**
 * A telephone number as WeChat wants it: masked, its last four digits readable.
 * https://developers.weixin.qq.com/miniprogram/dev/server/API/order_shipping/api_uploadshippinginfo
 */
const maskedContact = z
  .string()
  .max(64)
  .regex(/^(?=.*\*)[0-9*+-]+$/, 'must be masked, such as 189****1234')
  .refine(
    (text) => /[0-9]{4}$/.test(text.replaceAll('-', '')),
    'must end in four digits that are not masked',
  );

/** One parcel, or for goods that are not sent by express what stands for it. */
export const shipmentItem = z.strictObject({
  /** Of the express company; required for express. */
  tracking_no: z
    .string()
    .max(longestId)
    .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII characters without spaces')
    .optional(),
  /** delivery_id of `GET /v1/carriers`; required for express. */
  express_company: z
    .string()
    .max(longestId)
    .regex(/^[\x21-\x7e]+$/, 'must be a delivery_id of GET /v1/carriers')
    .optional(),
  /** What is in it, such as 微信气泡狗集线器*1; at most 120 characters. */
  item_desc: z
    .string()
    .min(1)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must hold no control characters and no half characters')
    .refine(isShort, `must have at most ${longestDescription} characters`),
  /** SF (顺丰) wants one of the two. */
  contact: z
    .strictObject({
      consignor_contact: maskedContact.optional(),
      receiver_contact: maskedContact.optional(),
    })
    .optional(),
});

/** A shipment of an order. */
export const shipmentResource = z.strictObject({
  shipment_id: z.string(),
  state: z.enum(shipmentStates),
  logistics_type: logisticsType,
  delivery_mode: deliveryMode,
  is_all_delivered: z.boolean(),
  /** It took the place of what was shipped before (重新发货). */
  replaces: z.boolean(),
  items: z.array(shipmentItem),
  created_at: z.string().datetime(),
  /** When WeChat was last told. */
  upload_time: z.string().datetime().optional(),
  /** When it was uploaded, refused, cancelled or not needed. */
  ended_at: z.string().datetime().optional(),
  /** Why it was refused: our code, and WeChat's. */
  refusal: z.strictObject({ code: z.string(), remote_code: z.string().optional() }).optional(),
});
export type ShipmentResource = z.infer<typeof shipmentResource>;

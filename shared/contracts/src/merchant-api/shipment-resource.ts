import { z } from 'zod';
import { logisticsType } from './logistics-type.ts';
import { instant, told } from './told.ts';

/** 发货模式. https://developers.weixin.qq.com/miniprogram/dev/server/API/order_shipping/api_uploadshippinginfo */
export const deliveryModes = { unified: 1, split: 2 } as const;

/** Either of them, as a body names it. */
export const deliveryMode = z.literal(Object.values(deliveryModes)).meta({
  id: 'DeliveryMode',
  description:
    "How many parcels there are (发货模式), in WeChat's own numbers: 1, one holds everything (统一发货); 2, several do (分拆发货).",
  examples: [1],
});
export type DeliveryMode = z.infer<typeof deliveryMode>;

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

const shipmentState = z.enum(shipmentStates).meta({
  id: 'ShipmentState',
  description:
    "How far WeChat's order management (发货信息管理) knows of a shipment. `pending`: WeChat was not told yet. `uploading`: it is being told, or whoever told it died. `unknown`: it was told, and did not answer: it is asked what it knows before it is told again. `uploaded`: it knows. `not_needed`: the app's orders are not managed (未开通发货信息管理). `cancelled`: everything was refunded before. `refused`: it refused for good; the shipment does not count, and another one may take its place.",
  examples: ['uploaded'],
});

/** Named by the caller: the same number again is the same shipment. */
export const shipmentId = z
  .string()
  .regex(/^[0-9A-Za-z_\-|*]{1,64}$/, 'must be 1 to 64 of the characters 0-9 A-Z a-z _ - | *')
  .meta({
    description:
      'Names the shipment within its order, for ever: 1 to 64 of the characters 0-9 A-Z a-z _ - | *. The same number again is the same shipment.',
    examples: ['parcel-1'],
  });

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

const maskedRule = 'masked, with its last four digits readable';

const contact = z
  .strictObject({
    consignor_contact: maskedContact
      .optional()
      .describe(`Telephone of who sends it (寄件人联系方式), ${maskedRule}.`),
    receiver_contact: maskedContact.optional().meta({
      description: `Telephone of who receives it (收件人联系方式), ${maskedRule}.`,
      examples: ['189****1234'],
    }),
  })
  .meta({ id: 'ParcelContact', description: 'Telephones of a parcel; SF (顺丰) wants one of the two.' });

export const shipmentItem = z
  .strictObject({
    tracking_no: z
      .string()
      .max(longestId)
      .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII characters without spaces')
      .optional()
      .meta({
        description: "The express company's number of the parcel (物流单号); required for express.",
        examples: ['SF1234567890123'],
      }),
    express_company: z
      .string()
      .max(longestId)
      .regex(/^[\x21-\x7e]+$/, 'must be a delivery_id of GET /v1/carriers')
      .optional()
      .meta({
        description: '`delivery_id` of listCarriers (物流公司编码); required for express.',
        examples: ['SF'],
      }),
    item_desc: z
      .string()
      .min(1)
      .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must hold no control characters and no half characters')
      .refine(isShort, `must have at most ${longestDescription} characters`)
      .meta({
        description: 'What is in it (商品信息): at most 120 characters (字).',
        examples: ['龙井茶 250g*2'],
      }),
    contact: contact.optional(),
  })
  .meta({
    id: 'ShipmentItem',
    description: 'One parcel, or for goods that are not sent by express what stands for it.',
    examples: [
      {
        tracking_no: 'SF1234567890123',
        express_company: 'SF',
        item_desc: '龙井茶 250g*2',
        contact: { receiver_contact: '189****1234' },
      },
    ],
  });

export const shipmentResource = z
  .strictObject({
    shipment_id: told(shipmentId),
    state: shipmentState,
    logistics_type: logisticsType,
    delivery_mode: deliveryMode,
    is_all_delivered: z
      .boolean()
      .meta({ description: 'Whether nothing was left to ship after this.', examples: [true] }),
    replaces: z
      .boolean()
      .meta({ description: 'It took the place of what was shipped before (重新发货).', examples: [false] }),
    items: z.array(shipmentItem).describe('Its parcels.'),
    created_at: instant('When it was registered.'),
    upload_time: instant('When WeChat was last told.').optional(),
    ended_at: instant('When it was uploaded, refused, cancelled or not needed.').optional(),
    refusal: z
      .strictObject({
        code: z.string().describe('Our code.'),
        remote_code: z.string().optional().describe("WeChat's errcode."),
      })
      .optional()
      .meta({ description: 'Why it was refused.' }),
  })
  .meta({
    id: 'Shipment',
    description: 'A shipment of an order.',
    examples: [
      {
        shipment_id: 'parcel-1',
        state: 'pending',
        logistics_type: 1,
        delivery_mode: 1,
        is_all_delivered: true,
        replaces: false,
        items: [{ tracking_no: 'SF1234567890123', express_company: 'SF', item_desc: '龙井茶 250g*2' }],
        created_at: '2027-01-05T07:30:00.000Z',
      },
    ],
  });
export type ShipmentResource = z.infer<typeof shipmentResource>;

import type { CodeClass, CodeRows } from './error-codes.ts';

const minuteMs = 60_000;

const busy: CodeClass = { verdict: 'failed', error: 'WECHAT_BUSY', kind: 'transient' };
const refused: CodeClass = { verdict: 'failed', error: 'WECHAT_REFUSED' };
const paymentUnknown: CodeClass = { verdict: 'failed', error: 'SHIPMENT_PAYMENT_UNKNOWN' };
const notTaken: CodeClass = { verdict: 'failed', error: 'SHIPMENT_NOT_TAKEN' };
const badShipment: CodeClass = { verdict: 'failed', error: 'SHIPMENT_REFUSED' };
const noReminder: CodeClass = { verdict: 'failed', error: 'RECEIPT_REMINDER_REFUSED' };
const carrierQuota: CodeClass = {
  verdict: 'failed',
  error: 'WECHAT_QUOTA_EXHAUSTED',
  wait: { ms: 10 * minuteMs },
};

/** What all calls about one payment may answer, besides the codes that every call has. */
const ofPayment: CodeRows = [
  [10060001, paymentUnknown],
  [10060012, busy],
  [10060014, badShipment],
  [10060019, busy],
  [47001, badShipment],
  [268485194, badShipment],
  [268485195, badShipment],
  [268485196, badShipment],
  [268485197, badShipment],
];

const ofUpload: CodeRows = [
  ...ofPayment,
  [10060002, notTaken],
  [10060003, notTaken],
  [10060004, notTaken],
  [10060005, badShipment],
  [10060006, badShipment],
  [10060007, badShipment],
  [10060008, badShipment],
  [10060009, badShipment],
  [10060020, badShipment],
  // Nothing changed: somebody said the same before, which get_order tells.
  [10060023, notTaken],
  [10060024, badShipment],
  [10060025, badShipment],
  [10060026, badShipment],
  [10060031, badShipment],
  [268485216, badShipment],
  [268485224, badShipment],
  [268485226, badShipment],
  [268485227, badShipment],
  [268485228, badShipment],
];

/**
 * Codes of WeChat's order management (发货管理) and of the list of express companies, besides those that every call has.
 * https://developers.weixin.qq.com/miniprogram/dev/platform-capabilities/business-capabilities/order-shipping/order-shipping.html
 */
export const shippingCodes = {
  upload_shipping_info: ofUpload,
  upload_combined_shipping_info: ofUpload,
  get_order: ofPayment,
  is_trade_managed: [
    [40013, refused],
    [40097, refused],
    [61003, refused],
    [61004, refused],
    [61011, refused],
  ],
  notify_confirm_receive: [
    ...ofPayment,
    [10060004, noReminder],
    [10060028, noReminder],
    [10060029, noReminder],
    // It was asked for before, which is as good.
    [10060030, { verdict: 'done' }],
    [10060031, noReminder],
    [10060032, noReminder],
  ],
  get_delivery_list: [[9300513, carrierQuota]],
  opspecialorder: [
    [268546000, badShipment],
    [268546001, badShipment],
    [268546002, paymentUnknown],
  ],
} as const satisfies Readonly<Record<string, CodeRows>>;

export type ShippingApi = keyof typeof shippingCodes;

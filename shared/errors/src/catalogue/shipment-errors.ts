import type { ErrorTable } from './error-table.ts';

/** Shipments, and WeChat's order management (发货信息管理). */
export const shipmentErrors = {
  SHIPMENT_PAYMENT_UNKNOWN: {
    kind: 'transient',
    meaning: "WeChat's order management does not know the payment of this shipment (10060001), or not yet.",
    whatToDo:
      'Nothing for the first hours: payments enter it some seconds to minutes late. A dead letter of it is one of these: the payment was a test in the developer tools, was made before the merchant was authorised or in a foreign wallet, is no order of this mini-program or of this (sub) mchid, or the number is that of a third party. Enter the shipment in the console where money is frozen.',
  },
  SHIPMENT_NOT_TAKEN: {
    kind: 'permanent',
    meaning:
      'WeChat takes no shipment of this payment any more: it is shipped, its one re-shipment is used, or it is settled.',
    whatToDo:
      'Compare remoteCode with the order in the console (订单管理); where that one is wrong, send a shipment with replaces.',
  },
  SHIPMENT_REFUSED: {
    kind: 'permanent',
    meaning: 'WeChat refuses what a shipment says.',
    whatToDo: "Read remoteCode in the details and WeChat's page for it; send another shipment in its place.",
  },
  SHIPMENT_PAYER_UNKNOWN: {
    kind: 'permanent',
    meaning:
      'WeChat wants the openid of the payer with a shipment, and neither the order nor WeChat tells it.',
    whatToDo: 'Enter the shipment in the console (发货信息录入).',
  },
  SHIPMENT_WAITS: {
    kind: 'throttled',
    meaning: 'A shipment waits for an earlier one of the same order, which WeChat must know first.',
    whatToDo: 'Nothing, unless the earlier one became a dead letter: mend that one.',
  },
  SHIPMENT_UPLOAD_UNDER_WAY: {
    kind: 'throttled',
    meaning: 'WeChat is being told of this shipment by another process at this moment.',
    whatToDo: 'Nothing; it is looked at again when that must have ended.',
  },
  ORDER_NOT_SHIPPABLE: {
    kind: 'permanent',
    meaning: 'Nothing of this order can be shipped: it is not paid, held, or refunded in full.',
    whatToDo: 'Read the order; hold the goods back.',
  },
  ORDER_SHIPPED_ALREADY: {
    kind: 'permanent',
    meaning: 'Everything of this order was shipped before.',
    whatToDo: 'Repeat with replaces: true if what was said is wrong; WeChat allows that once.',
  },
  SHIPMENT_CONFLICT: {
    kind: 'permanent',
    meaning: 'The order has a shipment of this shipment_id with other content.',
    whatToDo: 'Use a new shipment_id, or repeat the request exactly.',
  },
  SHIPMENT_REPLACED_ALREADY: {
    kind: 'permanent',
    meaning: 'The shipments of this order were replaced before, which WeChat allows once.',
    whatToDo: 'Tell the buyer in another way.',
  },
  SHIPMENT_NOTHING_TO_REPLACE: {
    kind: 'permanent',
    meaning: 'A shipment with replaces needs one that it takes the place of.',
    whatToDo: 'Send it without replaces.',
  },
  SHIPMENT_MODE_DIFFERS: {
    kind: 'permanent',
    meaning:
      'The shipment has another delivery_mode or logistics_type than those before it, which WeChat counts as its one re-shipment.',
    whatToDo: 'Use the same, or say replaces: true.',
  },
  SHIPMENT_TOO_MANY_PARCELS: {
    kind: 'permanent',
    meaning: 'With this shipment the order would have more than 15 parcels.',
    whatToDo: 'Put what is left into the parcels that WeChat takes.',
  },
  RECEIPT_REMINDER_NOT_POSSIBLE: {
    kind: 'permanent',
    meaning:
      'Only a buyer whose order was wholly shipped by express, as WeChat knows, can be reminded of the receipt.',
    whatToDo: 'Read the shipments of the order; wait until they are uploaded.',
  },
  RECEIPT_REMINDER_REFUSED: {
    kind: 'permanent',
    meaning: 'WeChat does not remind the buyer of the receipt.',
    whatToDo: 'Read remoteCode: received_at must lie after the shipment; the order may be received already.',
  },
} as const satisfies ErrorTable;

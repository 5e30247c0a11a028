import type { ErrorTable } from './error-table.ts';

/** What WeChat told, and what it means for the order that it names. */
export const callbackErrors = {
  CALLBACK_NOT_UNDERSTOOD: {
    kind: 'permanent',
    meaning: 'A genuine callback whose content our schema refuses.',
    whatToDo: 'Report it: the dead letter holds the callback whole. Replay it once the schema knows it.',
  },
  CALLBACK_TYPE_UNKNOWN: {
    kind: 'permanent',
    meaning: 'A genuine callback of a type that nothing here handles.',
    whatToDo: 'Decide whether it matters; the dead letter holds the callback whole.',
  },
  ORDER_UNKNOWN: {
    kind: 'permanent',
    meaning: 'A payment for an order that nobody registered.',
    whatToDo: 'Find out who created the order; register it (POST /v1/orders, prepay: false) and replay.',
  },
  ORDER_IDS_DIFFER: {
    kind: 'permanent',
    meaning: 'The payment names another merchant or app than the order.',
    whatToDo: 'Do not deliver. Compare both in the dead letter; look for two systems sharing a number.',
  },
  ORDER_AMOUNT_DIFFERS: {
    kind: 'permanent',
    meaning: 'The amount or the currency paid is not that of the order.',
    whatToDo: 'Do not deliver. The dead letter names both figures; refund or adopt by hand.',
  },
  ORDER_PAID_TWICE: {
    kind: 'permanent',
    meaning: 'A second payment, with another transaction_id, for an order that is paid.',
    whatToDo: 'Refund the second payment; the dead letter names both transactions.',
  },
  ORDER_PAID_LATE: {
    kind: 'permanent',
    meaning: 'A payment for a closed order whose merchant refunds late payments.',
    whatToDo: 'Refund the payment named in the dead letter.',
  },
  ORDER_LATE_NOT_REFUNDED: {
    kind: 'permanent',
    meaning: 'The refund of a late payment was closed or refused, and its money stays with the merchant.',
    whatToDo: 'Decide the case (POST /v1/cases/{case_id}/decision): deliver, or refund once more.',
  },
  ORDER_REFUND_SEEN: {
    kind: 'permanent',
    meaning: 'The payment was refunded, in part or in full, before we learned of it; nothing is delivered.',
    whatToDo: 'Look at the refunds on the merchant platform. Replay the dead letter to deliver nevertheless.',
  },
  PAYMENT_NOT_SUCCESSFUL: {
    kind: 'permanent',
    meaning: 'A payment notification whose trade_state is not SUCCESS.',
    whatToDo: 'Query the order at WeChat Pay and treat it by what it says.',
  },
  ORDER_NOT_YET_KNOWN: {
    kind: 'throttled',
    meaning: 'A payment or a refund arrived before its order; it waits for the order to appear.',
    whatToDo: 'Nothing, unless it turns into ORDER_UNKNOWN or REFUND_ORDER_UNKNOWN.',
  },
  ORDER_CHANGED_MEANWHILE: {
    kind: 'transient',
    meaning: 'Another process changed the order between reading and writing it.',
    whatToDo: 'Nothing; the next attempt reads it again.',
  },
} as const satisfies ErrorTable;

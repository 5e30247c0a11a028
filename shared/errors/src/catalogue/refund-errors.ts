import type { ErrorTable } from './error-table.ts';

/** Refunds: asked for, told of, refused. */
export const refundErrors = {
  REFUND_ORDER_UNKNOWN: {
    kind: 'permanent',
    meaning: 'A refund of an order that nobody registered.',
    whatToDo: 'Find out who created the order; register it (POST /v1/orders, prepay: false) and replay.',
  },
  REFUND_DIFFERS: {
    kind: 'permanent',
    meaning: 'A refund names another transaction, merchant or total than the order.',
    whatToDo:
      'Compare both in the dead letter. The order is left as it is: hold the goods back by hand if they are not shipped.',
  },
  REFUND_NOT_CONFIRMED: {
    kind: 'permanent',
    meaning: 'A refund was told of without a signature (API v2), and WeChat Pay does not confirm it.',
    whatToDo:
      'Nothing was recorded. Look the refund up on the merchant platform; change the API v2 key if it does not exist.',
  },
  REFUND_REFUSED: {
    kind: 'permanent',
    meaning: 'WeChat Pay refused a refund for good; nothing was given back under its number.',
    whatToDo:
      "Read remoteCode in the details and WeChat's page for it; ask for the refund again under another number.",
  },
  REFUND_NUMBER_USED: {
    kind: 'permanent',
    meaning: 'WeChat Pay has another refund under the number that was chosen for this one.',
    whatToDo:
      'Find the other system that uses this merchant number; ask for the refund again under another number.',
  },
  REFUND_INSUFFICIENT_FUNDS: {
    kind: 'permanent',
    meaning: 'WeChat Pay refused a refund for want of money for two days.',
    whatToDo:
      'Top the account up on the merchant platform, then decide the case (retry): it goes on under the same number.',
  },
  REFUND_NOT_FINAL: {
    kind: 'permanent',
    meaning: 'WeChat Pay has accepted a refund and finished it in none of the days since.',
    whatToDo: 'Look it up on the merchant platform; decide the case (retry) to ask about it again.',
  },
  REFUND_EXCEEDS_PAYMENT: {
    kind: 'permanent',
    meaning: 'The refund is more than is left of the payment.',
    whatToDo:
      'Read the order: what is asked for, under way and given back together never comes to more than was paid.',
  },
  REFUND_CONFLICT: {
    kind: 'permanent',
    meaning: 'A refund with this number exists with other content.',
    whatToDo: 'Use a new out_refund_no, or repeat the request exactly.',
  },
  ORDER_NOT_REFUNDABLE: {
    kind: 'permanent',
    meaning: 'There is no payment of this order that can be refunded.',
    whatToDo: 'Read the order: it must be paid, at most 365 days ago, and refunded fewer than 50 times.',
  },
  REFUND_NOT_FOUND: {
    kind: 'permanent',
    meaning: 'This order has no refund with this number.',
    whatToDo: 'Compare the number with the refunds of the order.',
  },
  REFUND_NOT_ABNORMAL: {
    kind: 'permanent',
    meaning: 'Only a refund that is ABNORMAL can be sent to another account.',
    whatToDo: 'Read the refund; one that was closed or refused is asked for again under another number.',
  },
} as const satisfies ErrorTable;

import type { ErrorTable } from './error-table.ts';

/** Orders and combined orders that the shop makes, reads and closes. */
export const orderErrors = {
  ORDER_PAID_AT_WECHAT: {
    kind: 'permanent',
    meaning: 'WeChat Pay does not close an order, for it is paid.',
    whatToDo: 'Nothing; the order is queried and treated as paid.',
  },
  ORDER_CONFLICT: {
    kind: 'permanent',
    meaning: 'An order with this number exists with other content.',
    whatToDo: 'Use a new out_trade_no, or repeat the request exactly.',
  },
  ORDER_NOT_PAYABLE: {
    kind: 'permanent',
    meaning: 'The order is paid, closed or expired, so no payment can be started.',
    whatToDo: 'Read the order; use a new out_trade_no for a new purchase.',
  },
  ORDER_NUMBER_USED: {
    kind: 'permanent',
    meaning: 'WeChat Pay knows this out_trade_no with other content than we asked for.',
    whatToDo:
      'Find the other system that uses this merchant number; make a new out_trade_no for a new purchase.',
  },
  ORDER_PREPAY_UNDER_WAY: {
    kind: 'throttled',
    meaning: 'Another request for the same order, which pays or closes it, is talking to WeChat Pay.',
    whatToDo: 'Repeat the same request after Retry-After.',
  },
  ORDER_NOT_FOUND: {
    kind: 'permanent',
    meaning: 'This merchant has no order with this number.',
    whatToDo: 'Check the number and the API key.',
  },
  ORDER_PAID: {
    kind: 'permanent',
    meaning: 'The order is paid, so it cannot be closed.',
    whatToDo: 'Deliver it, or refund it.',
  },
  ORDER_PREPAID_ELSEWHERE: {
    kind: 'permanent',
    meaning:
      "The merchant's own system prepays this order (prepay: false), so that only it can sign or close it.",
    whatToDo: 'Do it in that system, or register orders without prepay: false.',
  },
  ORDER_IS_COMBINED: {
    kind: 'permanent',
    meaning: 'The order is part of a combined one (合单), which is only signed and closed as a whole.',
    whatToDo: 'Use the combined order that the order names.',
  },
  ORDER_NOT_CLOSED: {
    kind: 'throttled',
    meaning: 'WeChat Pay did not close the order; perhaps the buyer is just paying it.',
    whatToDo: 'Repeat the same request after Retry-After.',
  },
  COMBINED_ORDER_NOT_FOUND: {
    kind: 'permanent',
    meaning: 'This merchant has no combined order with this number.',
    whatToDo: 'Check the number and the API key.',
  },
  COMBINED_PART_NOT_CONFIGURED: {
    kind: 'permanent',
    meaning: 'A part of a combined order is of another merchant that is not configured here.',
    whatToDo:
      'Add that merchant to the merchants file, for its own key signs the refunds of its part; or order it by itself.',
  },
} as const satisfies ErrorTable;

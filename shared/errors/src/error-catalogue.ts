import { billErrors } from './catalogue/bill-errors.ts';
import { callbackErrors } from './catalogue/callback-errors.ts';
import { deliveryErrors } from './catalogue/delivery-errors.ts';
import { infrastructureErrors } from './catalogue/infrastructure-errors.ts';
import { messageErrors } from './catalogue/message-errors.ts';
import { orderErrors } from './catalogue/order-errors.ts';
import { refundErrors } from './catalogue/refund-errors.ts';
import { requestErrors } from './catalogue/request-errors.ts';
import { shipmentErrors } from './catalogue/shipment-errors.ts';
import { userErrors } from './catalogue/user-errors.ts';
import { wechatErrors } from './catalogue/wechat-errors.ts';

/**
 * Every error code of the project, area by area. A code is never renamed nor used for something else.
 * The table in deploy/docs/errors.md is kept equal to this one by a test.
 */
export const errorCatalogue = {
  ...infrastructureErrors,
  ...wechatErrors,
  ...callbackErrors,
  ...deliveryErrors,
  ...orderErrors,
  ...refundErrors,
  ...shipmentErrors,
  ...messageErrors,
  ...userErrors,
  ...billErrors,
  ...requestErrors,
} as const;

export type ErrorCode = keyof typeof errorCatalogue;

import type { App, MerchantDirectory, MessageTemplate } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { NewMessage, Order } from '@huidiao/store';
import type { MessageFacts } from './to-template-data.ts';

/** A message with all that it takes to send it. */
export interface Draft {
  readonly app: App;
  readonly template: MessageTemplate;
  readonly openId: string;
  readonly facts: MessageFacts;
  readonly usefulUntil: Date;
}

/**
 * The message of a paid order.
 *
 * @throws AppError MERCHANT_NOT_CONFIGURED, MESSAGE_TEMPLATE_UNKNOWN, MESSAGE_REFUSED for an order that names no buyer or no payment
 */
export function toDraft(directory: MerchantDirectory, order: Order): Draft {
  const { appId, outTradeNo, paidAt, transactionId, description, amountFen } = order;
  const app = directory.apps.get(appId);
  if (app === undefined) {
    // A process that was started before the app was added; another one, or the next start, knows it.
    throw new AppError('MERCHANT_NOT_CONFIGURED', { retryAfterMs: 30_000, details: { appId } });
  }
  const template = app.templates.orderPaid;
  if (template === undefined) {
    throw new AppError('MESSAGE_TEMPLATE_UNKNOWN', { details: { appId, template: 'order_paid' } });
  }
  const openId = order.payment?.openId ?? order.openId;
  if (openId === undefined || paidAt === undefined || transactionId === undefined) {
    throw new AppError('MESSAGE_REFUSED', { message: 'The order names no buyer or no payment.' });
  }
  const usefulUntil = new Date(paidAt.getTime() + template.usefulForMs);
  return {
    app,
    template,
    openId,
    facts: { outTradeNo, transactionId, description, amountFen, paidAt },
    usefulUntil,
  };
}

/** The row that a message begins as. */
export function toNewMessage(key: string, order: Order, draft: Draft): NewMessage {
  const { mchId, appId, outTradeNo } = order;
  const { openId, usefulUntil, template } = draft;
  return { key, mchId, appId, outTradeNo, openId, templateId: template.templateId, usefulUntil };
}

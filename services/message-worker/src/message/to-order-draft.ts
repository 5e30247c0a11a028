import {
  type App,
  type Happened,
  type MerchantDirectory,
  type MessageTemplate,
  parseMessageEffectId,
  templateOf,
} from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { NewMessage, Order } from '@huidiao/store';
import type { MessageContent } from '@huidiao/wechat';
import { appOf, type Draft } from './draft.ts';
import { type MessageFacts, toTemplateData, toTemplatePage } from './to-template-data.ts';

/**
 * The message by which the buyer of an order is told what happened to it.
 *
 * @param effectId names what happened: see toMessageEffectId
 * @throws AppError MERCHANT_NOT_CONFIGURED, MESSAGE_TEMPLATE_UNKNOWN, MESSAGE_REFUSED for an order that names no buyer or
 * does not know what happened
 */
export function toOrderDraft(directory: MerchantDirectory, order: Order, effectId: string): Draft {
  const { appId } = order;
  const app = appOf(directory, appId);
  const happened = parseMessageEffectId(effectId, order);
  const template = happened && templateOf(app, happened.trigger);
  if (happened === undefined || template === undefined) {
    const details = { appId, template: happened?.trigger };
    throw new AppError('MESSAGE_TEMPLATE_UNKNOWN', { details });
  }
  const openId = order.payment?.openId ?? order.openId;
  if (openId === undefined) throw new AppError('MESSAGE_REFUSED', { message: 'The order names no buyer.' });
  const { facts, at } = toHappening(order, happened);
  return {
    app,
    recipient: { appId, openId, templateId: template.templateId },
    content: toContent(app, template, facts),
    usefulUntil: new Date(at.getTime() + template.usefulForMs),
  };
}

/** The row that a message of an order begins as. */
export function toNewMessage(
  key: string,
  order: Order,
  { recipient, content, usefulUntil }: Draft,
): NewMessage {
  const { mchId, outTradeNo } = order;
  const { channel } = content;
  return { key, mchId, outTradeNo, ...recipient, usefulUntil, ...(channel === 'template' && { channel }) };
}

function toContent(app: App, template: MessageTemplate, facts: MessageFacts): MessageContent {
  const data = toTemplateData(template, facts);
  const opened = toTemplatePage(template, facts);
  return app.kind === 'service_account'
    ? { channel: 'template', data, url: opened }
    : { channel: 'subscribe', data, page: opened };
}

interface Happening {
  readonly facts: MessageFacts;
  /** When it happened. */
  readonly at: Date;
}

function toHappening(order: Order, { trigger, key }: Happened): Happening {
  const { outTradeNo, transactionId, description, amountFen, paidAt } = order;
  if (paidAt === undefined || transactionId === undefined) {
    throw new AppError('MESSAGE_REFUSED', { message: 'The order is not paid.' });
  }
  const facts = { outTradeNo, transactionId, description, amountFen, paidAt };
  switch (trigger) {
    case 'order_paid':
      return { facts, at: paidAt };
    case 'order_shipped':
      return withShipment(order, facts, key);
    case 'refund_succeeded':
      return withRefund(order, facts, key);
    default:
      return trigger satisfies never;
  }
}

function withShipment({ shipments }: Order, facts: MessageFacts, key: string | undefined): Happening {
  const shipped = shipments.find(({ shipmentId }) => shipmentId === key);
  if (shipped === undefined)
    throw new AppError('MESSAGE_REFUSED', { message: 'The order has no such shipment.' });
  const [item] = shipped.items;
  const shippedAt = shipped.uploadTime ?? shipped.createdAt;
  const { trackingNo, expressCompany } = item ?? {};
  return { facts: { ...facts, shipment: { trackingNo, expressCompany, shippedAt } }, at: shippedAt };
}

function withRefund({ refunds }: Order, facts: MessageFacts, key: string | undefined): Happening {
  const refund = refunds.find(({ refundId }) => refundId === key);
  if (refund === undefined)
    throw new AppError('MESSAGE_REFUSED', { message: 'The order has no such refund.' });
  const { outRefundNo, refundFen, successTime, at } = refund;
  const refundedAt = successTime === undefined ? at : new Date(successTime);
  return { facts: { ...facts, refund: { outRefundNo, refundFen, refundedAt } }, at: refundedAt };
}

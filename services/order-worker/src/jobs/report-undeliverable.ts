import {
  isWantedEvent,
  type JobData,
  type Merchant,
  type MerchantDirectory,
  type MessageUndeliverableWebhook,
  toReportedMessageKey,
} from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { JobOutcome } from '@huidiao/queue';
import { type Message, type Store, toUndeliverable } from '@huidiao/store';
import type { ShopClient } from '../shop/shop-client.ts';
import { merchantNotConfigured } from './merchant-not-configured.ts';

export interface ReportUndeliverableDeps {
  readonly store: Pick<Store, 'orders' | 'messages'>;
  readonly shop: ShopClient;
  readonly directory: MerchantDirectory;
}

/**
 * Tells the shop that a buyer could not be told of an order, once it is settled, and records that it was. A message
 * that has arrived since is told to nobody.
 *
 * @throws AppError SHOP_*, MERCHANT_NOT_CONFIGURED (waits), ORDER_NOT_FOUND, STORE_UNAVAILABLE.
 */
export function createReportUndeliverable({ store, shop, directory }: ReportUndeliverableDeps) {
  return async (job: JobData<'report-undeliverable'>): Promise<JobOutcome> => {
    const { mchId, outTradeNo, effectId } = job;
    const order = await store.orders.find(mchId, outTradeNo);
    if (order === undefined) throw new AppError('ORDER_NOT_FOUND', { details: { mchId, outTradeNo } });
    const message = await store.messages.find(toReportedMessageKey(effectId));
    const state = message && toUndeliverable(message);
    const merchant = directory.merchants.get(mchId);
    if (merchant === undefined) throw merchantNotConfigured(mchId);
    if (message === undefined || state === undefined || !isWanted(merchant)) {
      const entry = { event: 'undeliverable.not_told', messageState: message?.state };
      await store.orders.settleEffect(mchId, outTradeNo, effectId, entry);
      return { outcome: 'not_needed', outTradeNo };
    }
    const id = `message.undeliverable_${message.key}`;
    const { httpStatus } = await shop.tell(merchant, id, toWebhook({ ...message, outTradeNo }, state));
    const entry = { event: 'undeliverable.told', messageState: state, httpStatus };
    await store.orders.settleEffect(mchId, outTradeNo, effectId, entry);
    return { outcome: 'told', outTradeNo, messageState: state, httpStatus };
  };
}

/**
 * The same of a message that no order asked for: its row waits, and says that the shop was told. Nothing is told of one
 * whose fallback takes its place, or has.
 *
 * @throws AppError SHOP_*, MERCHANT_NOT_CONFIGURED (waits), STORE_UNAVAILABLE.
 */
export function createReportMessage({ store, shop, directory }: ReportUndeliverableDeps) {
  return async ({ mchId, messageKey }: JobData<'report-message'>): Promise<JobOutcome> => {
    const message = await store.messages.find(messageKey);
    const told = message && toUndeliverable(message);
    if (message === undefined || told === undefined || message.state === 'sending') {
      return { outcome: 'not_needed' };
    }
    const { key, messageId, state, fallback, fallbackId } = message;
    // Its row waits for the fallback now, which another job opens.
    const opensFallback = state === 'expired' || state === 'refused';
    if (fallback !== undefined && opensFallback) return { outcome: 'not_needed', messageId };
    const merchant = directory.merchants.get(mchId);
    if (merchant === undefined) throw merchantNotConfigured(mchId);
    const isTold = isWanted(merchant) && fallbackId === undefined;
    const answer = isTold
      ? await shop.tell(merchant, `message.undeliverable_${key}`, toWebhook(message, told))
      : undefined;
    await store.messages.endReport(key, state);
    if (answer === undefined) return { outcome: 'not_needed', messageId };
    return { outcome: 'told', messageId, messageState: told, httpStatus: answer.httpStatus };
  };
}

function isWanted({ shop }: Merchant): boolean {
  return shop !== undefined && isWantedEvent(shop.events, 'message.undeliverable');
}

function toWebhook(message: Message, state: string): MessageUndeliverableWebhook {
  const { mchId, appId, outTradeNo, messageId, idempotencyKey, openId, templateId, facts } = message;
  const reason = facts.errorCode ?? facts.reportStatus;
  return {
    type: 'message.undeliverable',
    timestamp: (message.settledAt ?? message.updatedAt).toISOString(),
    data: {
      mchid: mchId,
      appid: appId,
      ...(outTradeNo === undefined ? {} : { out_trade_no: outTradeNo }),
      ...(messageId === undefined ? {} : { message_id: messageId }),
      ...(idempotencyKey === undefined ? {} : { idempotency_key: idempotencyKey }),
      ...(openId === undefined ? {} : { openid: openId }),
      template_id: templateId,
      state,
      ...(reason === undefined ? {} : { reason: String(reason) }),
    },
  };
}

import {
  type JobData,
  type MerchantDirectory,
  type MessageUndeliverableWebhook,
  toReportedMessageKey,
} from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { JobOutcome } from '@huidiao/queue';
import type { Message, Store } from '@huidiao/store';
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
    const state = message && toUndeliverableState(message);
    if (message === undefined || state === undefined) {
      const entry = { event: 'undeliverable.not_told', messageState: message?.state };
      await store.orders.settleEffect(mchId, outTradeNo, effectId, entry);
      return { outcome: 'not_needed', outTradeNo };
    }
    const merchant = directory.merchants.get(mchId);
    if (merchant === undefined) throw merchantNotConfigured(mchId);
    const id = `message.undeliverable_${message.key}`;
    const { httpStatus } = await shop.tell(merchant, id, toWebhook({ ...message, outTradeNo }, state));
    const entry = { event: 'undeliverable.told', messageState: state, httpStatus };
    await store.orders.settleEffect(mchId, outTradeNo, effectId, entry);
    return { outcome: 'told', outTradeNo, messageState: state, httpStatus };
  };
}

/** A message that WeChat refused stays queued for the replay of its dead letter, and says why it was refused. */
function toUndeliverableState({ state, facts }: Message): string | undefined {
  if (state === 'refused' || state === 'expired' || state === 'unknown') return state;
  return state === 'queued' && facts.errorCode !== undefined ? 'refused' : undefined;
}

function toWebhook(message: Message & { outTradeNo: string }, state: string): MessageUndeliverableWebhook {
  const { mchId, appId, outTradeNo, openId, templateId, facts } = message;
  const reason = facts.errorCode ?? facts.reportStatus;
  return {
    type: 'message.undeliverable',
    timestamp: (message.settledAt ?? message.updatedAt).toISOString(),
    data: {
      mchid: mchId,
      appid: appId,
      out_trade_no: outTradeNo,
      ...(openId === undefined ? {} : { openid: openId }),
      template_id: templateId,
      state,
      ...(reason === undefined ? {} : { reason: String(reason) }),
    },
  };
}

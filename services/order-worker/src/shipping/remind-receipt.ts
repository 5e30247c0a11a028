import type { Clock, JobData, MerchantDirectory } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { JobAttempt, JobOutcome } from '@huidiao/queue';
import { currentShipments, isDelivered, type Order, type Store } from '@huidiao/store';
import type { ShippingClient } from '@huidiao/wechat';
import { notConfigured } from '../jobs/merchant-not-configured.ts';
import { toUploadError } from './classify-upload-failure.ts';

export interface RemindReceiptDeps {
  readonly store: Pick<Store, 'orders'>;
  readonly shipping: Pick<ShippingClient, 'remindReceipt'>;
  readonly directory: Pick<MerchantDirectory, 'apps'>;
  readonly clock: Clock;
}

/**
 * Has WeChat remind the buyer of a parcel that was signed for (确认收货提醒). WeChat does it once for each payment, and
 * says so when it is asked again: an answer that is missing is simply asked for once more. What it refuses, as for an
 * order that was received already, is in the time line and nobody's work.
 *
 * @throws AppError SHIPMENT_WAITS, MERCHANT_NOT_CONFIGURED, STORE_UNAVAILABLE, WECHAT_* (come back).
 */
export function createRemindReceipt(deps: RemindReceiptDeps) {
  return async (job: JobData<'remind-receipt'>, attempt: JobAttempt): Promise<JobOutcome> => {
    const { mchId, outTradeNo } = job;
    const order = await deps.store.orders.find(mchId, outTradeNo);
    if (order === undefined) throw new AppError('ORDER_NOT_FOUND', { details: { mchId, outTradeNo } });
    const outcome = await remind(deps, order, job, attempt);
    return { outcome, outTradeNo };
  };
}

async function remind(
  deps: RemindReceiptDeps,
  order: Order,
  job: JobData<'remind-receipt'>,
  attempt: JobAttempt,
): Promise<string> {
  const { orders } = deps.store;
  const { transactionId, shipping } = order;
  if (
    shipping?.receiptRemindedAt !== undefined ||
    transactionId === undefined ||
    shipping?.signedAt === undefined
  ) {
    await orders.recordReminded(order, undefined);
    return 'not_needed';
  }
  if (!isDelivered(order) && currentShipments(order).some(({ state }) => state !== 'cancelled')) {
    throw new AppError('SHIPMENT_WAITS', { retryAfterMs: 60_000 });
  }
  const app = deps.directory.apps.get(order.appId);
  if (app === undefined) throw notConfigured({ appId: order.appId });
  const reminder = { transactionId, receivedAt: shipping.signedAt };
  const result = await deps.shipping.remindReceipt(app, reminder);
  if (result.kind === 'done') {
    await orders.recordReminded(order, deps.clock.now());
    return 'reminded';
  }
  if (result.error.code !== 'RECEIPT_REMINDER_REFUSED') throw toUploadError(result.error, attempt);
  const { remoteCode } = result.error.details;
  const entry = { event: 'receipt.not_reminded', remoteCode: remoteCode ?? undefined };
  await orders.settleEffect(order.mchId, order.outTradeNo, job.effectId, entry);
  return 'refused';
}

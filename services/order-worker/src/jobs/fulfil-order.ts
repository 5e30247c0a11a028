import type { Clock, JobData, MerchantDirectory } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { JobAttempt, JobOutcome, Producer } from '@huidiao/queue';
import type { Logger } from '@huidiao/runtime';
import { addEffectJobs, type Order, type Store, waitsForRefund } from '@huidiao/store';
import type { ShippingManagement } from '@huidiao/wechat';
import { isDeliveredAtOnce, toAutoUploads } from '../shipping/auto-shipment.ts';
import type { ShopClient } from '../shop/shop-client.ts';
import { toOrderPaidWebhook } from '../shop/to-shop-webhook.ts';
import { merchantNotConfigured } from './merchant-not-configured.ts';
import { toMessageEffects } from './to-message-effects.ts';
import { waitForRefund } from './wait-for-refund.ts';

export interface FulfilOrderDeps {
  readonly store: Pick<Store, 'orders'>;
  readonly producer: Pick<Producer, 'add'>;
  readonly shop: ShopClient;
  readonly directory: MerchantDirectory;
  readonly management: ShippingManagement;
  readonly effectGraceMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Tells the shop that an order is paid and records its answer. The webhook-id is the order's, so a shop that is
 * told again after a crash between its answer and our record can see that it knows it already. While all of the payment is
 * on its way back the shop is told nothing: see waitForRefund.
 *
 * @throws AppError SHOP_*, ORDER_CHANGED_MEANWHILE, ORDER_NOT_FOUND, STORE_UNAVAILABLE.
 */
export function createFulfilOrder(deps: FulfilOrderDeps) {
  return async (job: JobData<'fulfil-order'>, attempt: Pick<JobAttempt, 'lane'>): Promise<JobOutcome> => {
    const { outTradeNo } = job;
    const order = await deps.store.orders.find(job.mchId, outTradeNo);
    if (order === undefined)
      throw new AppError('ORDER_NOT_FOUND', { details: { mchId: job.mchId, outTradeNo } });
    // The status alone: the effect may be gone, settled by a dead letter whose job somebody has added again.
    if (order.status !== 'paid') return { outcome: 'already_settled', outTradeNo };
    if (order.held !== undefined) return { outcome: 'held', outTradeNo };
    if (waitsForRefund(order)) return await waitForRefund(deps, order, job, attempt.lane);

    const merchant = deps.directory.merchants.get(order.mchId);
    if (merchant === undefined) throw merchantNotConfigured(order.mchId);
    const { id, webhook } = toOrderPaidWebhook(order);
    const { httpStatus } = await deps.shop.tell(merchant, id, webhook);

    const cause = { requestId: job.requestId, lane: attempt.lane };
    const messages = toMessageEffects(deps, order, { trigger: 'order_paid' }, cause);
    const uploads = await toAutoUploads(deps, order, cause);
    const accepted = await deps.store.orders.accept(order.mchId, outTradeNo, job.effectId, {
      httpStatus,
      fulfilledToo: isDeliveredAtOnce(order),
      effects: [...messages, ...uploads],
    });
    if (accepted === undefined) return noteIfHeld(deps, order, httpStatus);
    // Uploads are not due yet.
    await addEffectJobs(deps.producer, order, messages, deps.logger);
    return { outcome: accepted.status, outTradeNo, httpStatus };
  };
}

/** Refunded in full while the shop answered: it stays held, but whoever looks at it must see that the shop took it. */
async function noteIfHeld({ store }: FulfilOrderDeps, told: Order, httpStatus: number): Promise<JobOutcome> {
  const { mchId, outTradeNo } = told;
  const now = await store.orders.find(mchId, outTradeNo);
  if (now?.held === undefined) return { outcome: 'already_settled', outTradeNo, httpStatus };
  const entry = { event: 'shop.told_of_held', httpStatus };
  await store.orders.noteEvent(mchId, outTradeNo, 'shop.told_of_held', entry);
  return { outcome: 'held', outTradeNo, httpStatus };
}

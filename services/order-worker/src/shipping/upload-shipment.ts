import { isReplay, type JobData, toUploadedShipmentId } from '@huidiao/contracts';
import { AppError, toAppError } from '@huidiao/errors';
import type { JobAttempt, JobOutcome } from '@huidiao/queue';
import { decideUpload, type Order } from '@huidiao/store';
import type { TradeOrder } from '@huidiao/wechat';
import { notConfigured } from '../jobs/merchant-not-configured.ts';
import { autoShipmentId, toAutoShipment } from './auto-shipment.ts';
import {
  classifyBefore,
  classifyKnown,
  classifyRefusal,
  classifyUpload,
  mustLookFirst,
  type UploadVerdict,
} from './classify-upload.ts';
import { isAboutShipment, toUploadError } from './classify-upload-failure.ts';
import { putBack, record, refuse, settleEnded, settleUpload } from './settle-upload.ts';
import { toUpload } from './to-upload.ts';
import { type Sending, toNamed, type UploadAttempt, type UploadShipmentDeps } from './upload-attempt.ts';

/** Longer than a call with its access_token takes, also where that has to be replaced. */
const leaseMs = 60_000;

/**
 * Tells WeChat's order management what was shipped. An upload is no idempotent call: a second one of what is complete is
 * the one re-shipment that WeChat allows. So the shipment says `uploading` before the call, and whatever leaves open if
 * WeChat took it (time-out, 5xx, busy, a worker that died) is looked up with get_order before it is told again. The
 * shipments of an order go one after another. What an answer means is in classifyUpload.
 *
 * @throws AppError SHIPMENT_* and what WeChat refused; SHIPMENT_WAITS, SHIPMENT_UPLOAD_UNDER_WAY,
 * MERCHANT_NOT_CONFIGURED, STORE_UNAVAILABLE (come back).
 */
export function createUploadShipment(deps: UploadShipmentDeps) {
  return async (job: JobData<'upload-shipment'>, attempt: JobAttempt): Promise<JobOutcome> => {
    const { mchId, outTradeNo } = job;
    const order = await deps.store.orders.find(mchId, outTradeNo);
    if (order === undefined) throw new AppError('ORDER_NOT_FOUND', { details: { mchId, outTradeNo } });
    const app = deps.directory.apps.get(order.appId);
    if (app === undefined) throw notConfigured({ appId: order.appId });
    const shipmentId = toUploadedShipmentId(order, job.effectId);
    const outcome = await upload({ deps, job, attempt, app, order, shipmentId });
    return { outcome, outTradeNo, shipmentId };
  };
}

async function upload(one: UploadAttempt): Promise<string> {
  const { deps, order, shipmentId, attempt } = one;
  const now = deps.clock.now();
  const planned = withAutoShipment(order, shipmentId, now);
  const step = decideUpload(planned, shipmentId, { now, again: isReplay(attempt.jobId) });
  switch (step.kind) {
    case 'ended':
      return settleEnded(one);
    case 'waits':
      throw new AppError('SHIPMENT_WAITS', { retryAfterMs: 5_000 });
    case 'under_way':
      throw underWay(step.until.getTime() - now.getTime());
    case 'refunded':
      return record(one, { state: 'cancelled' });
    case 'look':
    case 'send': {
      const isManaged = await deps.management.isManaged(one.app, order.paidAt);
      if (!isManaged) return record(one, { state: 'not_needed' });
      const { shipment } = step;
      const openId = order.payment?.openId ?? order.openId;
      const sending = { ...one, shipment, openId, hasLooked: false };
      return step.kind === 'look' || mustLookFirst(order, shipment, openId)
        ? lookAndSend(sending)
        : send(sending);
    }
    default:
      return step satisfies never;
  }
}

/** What is uploaded by itself is in its order only from the first call on. */
function withAutoShipment(order: Order, shipmentId: string, createdAt: Date): Order {
  if (shipmentId !== autoShipmentId || order.shipments.length > 0) return order;
  return { ...order, shipments: [{ ...toAutoShipment(order), state: 'pending', createdAt }] };
}

async function lookAndSend(one: Sending): Promise<string> {
  const { shipment, openId } = one;
  const found = await look(one);
  const verdict = classifyBefore(found, shipment);
  if (verdict !== undefined) return settleUpload(one, verdict);
  return send({ ...one, openId: openId ?? found.openId, hasLooked: true });
}

/** What WeChat knows of the payment. */
async function look(one: Sending): Promise<TradeOrder> {
  const { deps, app, order } = one;
  const result = await deps.shipping.findOrder(app, order.transactionId ?? '');
  if (result.kind === 'found') return result.order;
  const error = toUploadError(result.error, one.attempt);
  if (isAboutShipment(error)) await refuse(one, error);
  throw error;
}

async function send(one: Sending): Promise<string> {
  const { deps, app, order, shipment, openId, shipmentId } = one;
  if (openId === undefined) throw new AppError('SHIPMENT_PAYER_UNKNOWN');
  const begun = await deps.store.orders.beginUpload(toNamed(one), {
    leaseMs,
    again: isReplay(one.attempt.jobId),
    ...(one.hasLooked && { looked: { uploadTime: shipment.uploadTime } }),
    ...(shipmentId === autoShipmentId && { byItself: toAutoShipment(order) }),
  });
  if (begun === undefined) throw underWay(0);
  const answer = await deps.shipping
    .upload(app, toUpload(order, begun, openId))
    .catch((error: unknown) => ({ kind: 'unknown' as const, error: toAppError(error) }));
  const called = { ...one, shipment: begun };
  const verdict = classifyUpload(answer, one.attempt);
  return settleUpload(called, verdict.kind === 'look' ? await lookAfter(called, verdict.error) : verdict);
}

/** Until it is answered the shipment is one that was told, with an answer that says too little. */
async function lookAfter(one: Sending, error: AppError): Promise<UploadVerdict> {
  await putBack(one, 'unknown');
  return classifyKnown(await look(one), one.shipment) ?? classifyRefusal(error);
}

function underWay(leftMs: number): AppError {
  return new AppError('SHIPMENT_UPLOAD_UNDER_WAY', { retryAfterMs: Math.max(leftMs, 5_000) });
}

import {
  type App,
  type Clock,
  isReplay,
  type JobData,
  type MerchantDirectory,
  toUploadedShipmentId,
} from '@huidiao/contracts';
import { AppError, type ErrorCode, errorCatalogue, toAppError } from '@huidiao/errors';
import type { JobAttempt, JobOutcome, Producer } from '@huidiao/queue';
import type { Counter, Logger } from '@huidiao/runtime';
import {
  addEffectJobs,
  decideUpload,
  type Order,
  type OrderShipment,
  type Store,
  type UploadResult,
} from '@huidiao/store';
import { hasUpload, type ShippingClient, type ShippingManagement, type TradeOrder } from '@huidiao/wechat';
import { notConfigured } from '../jobs/merchant-not-configured.ts';
import { toMessageEffects } from '../jobs/to-message-effects.ts';
import { autoShipmentId, isDeliveredAtOnce, toAutoShipment } from './auto-shipment.ts';
import { isAboutShipment, toUploadError } from './classify-upload-failure.ts';
import { toTrace, toUpload } from './to-upload.ts';

export interface UploadShipmentDeps {
  readonly store: Pick<Store, 'orders'>;
  readonly producer: Pick<Producer, 'add'>;
  readonly shipping: Pick<ShippingClient, 'upload' | 'findOrder'>;
  readonly management: ShippingManagement;
  readonly directory: MerchantDirectory;
  readonly effectGraceMs: number;
  readonly clock: Clock;
  /** Counts shipments that ended, by outcome. */
  readonly shipments: Counter;
  readonly logger: Logger;
}

/** One attempt at one shipment. */
interface Attempt {
  readonly deps: UploadShipmentDeps;
  readonly job: JobData<'upload-shipment'>;
  readonly attempt: JobAttempt;
  readonly app: App;
  readonly order: Order;
  readonly shipmentId: string;
}

/** One that may call. */
interface Sending extends Attempt {
  readonly shipment: OrderShipment;
  /** The payer's openid, where the order or WeChat tells it. */
  readonly openId: string | undefined;
  /** WeChat was asked and does not have what was sent before. */
  readonly hasLooked: boolean;
}

/** Longer than a call with its access_token takes, also where that has to be replaced. */
const leaseMs = 60_000;

/**
 * Tells WeChat's order management what was shipped. An upload is no idempotent call: a second one of what is complete is
 * the one re-shipment that WeChat allows. So the shipment says `uploading` before the call, and whatever leaves open if
 * WeChat took it (time-out, 5xx, busy, a worker that died) is looked up with get_order before it is told again. The
 * shipments of an order go one after another.
 *
 * | WeChat says | then |
 * |---|---|
 * | it is taken | uploaded |
 * | the payment is unknown (10060001) | again after 15 s … 6 h, then refused |
 * | shipped, unchanged, re-shipped, not shippable | get_order says whether it is ours, refunded, or refused |
 * | the shipment is wrong | refused |
 * | nothing, busy, too often | unknown: get_order before the next attempt |
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

async function upload(one: Attempt): Promise<string> {
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
      if (!(await deps.management.isManaged(one.app))) return record(one, { state: 'not_needed' });
      const { shipment } = step;
      const openId = order.payment?.openId ?? order.openId;
      const sending = { ...one, shipment, openId, hasLooked: false };
      return step.kind === 'look' || mustLookFirst(sending) ? lookAndSend(sending) : send(sending);
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

/** WeChat says it is shipped, in the console perhaps: an upload now would be the re-shipment. Or it knows the payer. */
function mustLookFirst({ order, shipment, openId }: Sending): boolean {
  return openId === undefined || (order.shipping?.shippedAt !== undefined && !shipment.isReplacement);
}

async function lookAndSend(one: Sending): Promise<string> {
  const { shipment, openId } = one;
  const found = await look(one);
  const known = await recordIfKnown(one, found);
  if (known !== undefined) return known;
  if (found.isFinished && !shipment.isReplacement) {
    const details = { reason: 'shipped_elsewhere' };
    return refuse(one, new AppError('SHIPMENT_NOT_TAKEN', { details }));
  }
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

/** Where what WeChat knows ends it: it has the shipment, or the buyer has the money back. */
async function recordIfKnown(one: Sending, found: TradeOrder): Promise<string | undefined> {
  if (found.isRefunded) return record(one, { state: 'cancelled' });
  return hasUpload(found, toTrace(one.shipment)) ? record(one, { state: 'uploaded' }) : undefined;
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
  const result = await deps.shipping
    .upload(app, toUpload(order, begun, openId))
    .catch((error: unknown) => ({ kind: 'unknown' as const, error: toAppError(error) }));
  const called = { ...one, shipment: begun };
  switch (result.kind) {
    case 'uploaded':
      return record(called, { state: 'uploaded' });
    case 'unknown':
      await putBack(called, 'unknown');
      throw toUploadError(result.error, one.attempt);
    case 'refused':
      return settleRefusal(called, toUploadError(result.error, one.attempt));
    default:
      return result satisfies never;
  }
}

async function settleRefusal(one: Sending, error: AppError): Promise<string> {
  if (error.code === 'SHIPMENT_NOT_TAKEN') {
    // Until that is answered the shipment is one that was told, with an answer that says too little.
    await putBack(one, 'unknown');
    const known = await recordIfKnown(one, await look(one));
    if (known !== undefined) return known;
  }
  if (isAboutShipment(error)) return refuse(one, error);
  await putBack(one, 'pending');
  throw error;
}

/** It ends here, and as a dead letter: a person has to send another one, or mend what is wrong and replay it. */
async function refuse(one: Attempt, error: AppError): Promise<never> {
  const { remoteCode } = error.details;
  await record(one, {
    state: 'refused',
    errorCode: error.code,
    ...(remoteCode !== undefined && { remoteCode: String(remoteCode) }),
  });
  throw error;
}

async function putBack(one: Sending, state: 'pending' | 'unknown'): Promise<void> {
  const { uploadTime } = one.shipment;
  await one.deps.store.orders.recordUpload(toNamed(one), { state, uploadTime });
}

/** Ends the shipment; where everything is delivered with it the buyer may be told. */
async function record(one: Attempt, result: UploadResult): Promise<string> {
  const { deps, job, attempt, order } = one;
  const cause = { requestId: job.requestId, lane: attempt.lane };
  const happened = { trigger: 'order_shipped', key: one.shipmentId } as const;
  const effects = isDeliveredAtOnce(order) ? [] : toMessageEffects(deps, order, happened, cause);
  const after = await deps.store.orders.recordUpload(toNamed(one), { ...result, effects });
  const following = effects.filter(({ id }) => after?.effects.some((effect) => effect.id === id));
  await addEffectJobs(deps.producer, order, following, deps.logger);
  if (after !== undefined) deps.shipments.inc({ outcome: result.state });
  return result.state;
}

/** A process that died between a refusal and its dead letter leaves both to this one. */
async function settleEnded(one: Attempt): Promise<string> {
  const { deps, job, order, shipmentId } = one;
  const shipment = order.shipments.find((known) => known.shipmentId === shipmentId);
  const isOwed = order.effects.some(({ id }) => id === job.effectId);
  if (shipment?.state === 'refused' && isOwed) throw toKnownRefusal(shipment);
  const entry = { event: 'shipment.not_needed', shipmentId };
  if (isOwed) await deps.store.orders.settleEffect(job.mchId, job.outTradeNo, job.effectId, entry);
  return 'already_settled';
}

function toKnownRefusal({ errorCode = '', remoteCode }: OrderShipment): AppError {
  const isKnown = Object.hasOwn(errorCatalogue, errorCode);
  const code = isKnown ? (errorCode as ErrorCode) : 'SHIPMENT_REFUSED';
  return new AppError(code, { kind: 'permanent', details: { remoteCode } });
}

function underWay(leftMs: number): AppError {
  return new AppError('SHIPMENT_UPLOAD_UNDER_WAY', { retryAfterMs: Math.max(leftMs, 5_000) });
}

function toNamed({ job, shipmentId }: Attempt) {
  return { mchId: job.mchId, outTradeNo: job.outTradeNo, shipmentId };
}

import { AppError, type ErrorCode, errorCatalogue } from '@huidiao/errors';
import { addEffectJobs, type OrderShipment, type UploadResult } from '@huidiao/store';
import { toMessageEffects } from '../jobs/to-message-effects.ts';
import { isDeliveredAtOnce } from './auto-shipment.ts';
import type { UploadVerdict } from './classify-upload.ts';
import { type Sending, toNamed, type UploadAttempt } from './upload-attempt.ts';

/**
 * Writes down what became of a shipment.
 *
 * @returns its state, where it ended
 * @throws AppError what WeChat refused it with, or why it is tried again; STORE_UNAVAILABLE
 */
export async function settleUpload(one: Sending, verdict: UploadVerdict): Promise<string> {
  switch (verdict.kind) {
    case 'ended':
      return record(one, { state: verdict.state });
    case 'refused':
      return refuse(one, verdict.error);
    case 'again':
      await putBack(one, verdict.state);
      throw verdict.error;
    default:
      return verdict satisfies never;
  }
}

/** It ends here, and as a dead letter: a person has to send another one, or mend what is wrong and replay it. */
export async function refuse(one: UploadAttempt, error: AppError): Promise<never> {
  const { remoteCode } = error.details;
  await record(one, {
    state: 'refused',
    errorCode: error.code,
    ...(remoteCode !== undefined && { remoteCode: String(remoteCode) }),
  });
  throw error;
}

/** The call that was begun is over, and the shipment is not. */
export async function putBack(one: Sending, state: 'pending' | 'unknown'): Promise<void> {
  const { uploadTime } = one.shipment;
  await one.deps.store.orders.recordUpload(toNamed(one), { state, uploadTime });
}

/** Ends the shipment; where everything is delivered with it the buyer may be told. */
export async function record(one: UploadAttempt, result: UploadResult): Promise<string> {
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
export async function settleEnded(one: UploadAttempt): Promise<string> {
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

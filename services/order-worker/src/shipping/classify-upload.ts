import { AppError } from '@huidiao/errors';
import type { JobAttempt } from '@huidiao/queue';
import type { Order, OrderShipment } from '@huidiao/store';
import { hasUpload, type ShippingClient, type TradeOrder } from '@huidiao/wechat';
import { isAboutShipment, toUploadError } from './classify-upload-failure.ts';
import { toTrace } from './to-upload.ts';

/** What WeChat answered to an upload, or that it did not. */
export type UploadAnswer = Awaited<ReturnType<ShippingClient['upload']>>;

/** What becomes of a shipment. */
export type UploadVerdict =
  /** It ends: WeChat has it, or the buyer has the money back. */
  | { readonly kind: 'ended'; readonly state: 'uploaded' | 'cancelled' }
  /** It ends here, and as a dead letter. */
  | { readonly kind: 'refused'; readonly error: AppError }
  /** Another attempt: `pending` tells WeChat again, `unknown` looks first. */
  | { readonly kind: 'again'; readonly state: 'pending' | 'unknown'; readonly error: AppError };

/** An answer that says too little: get_order tells the rest, and where it does not, `error` stands. */
export interface Unclear {
  readonly kind: 'look';
  readonly error: AppError;
}

/**
 * What an answer to an upload means. Pure.
 *
 * | WeChat says | meaning |
 * |---|---|
 * | it is taken | ended: uploaded |
 * | nothing, busy, too often | again: nobody knows whether it is taken, get_order before the next attempt |
 * | shipped, unchanged, re-shipped, not shippable | look: get_order says whether it is ours, refunded, or refused |
 * | the payment is unknown (10060001) | again after 15 s … 6 h, then refused |
 * | the shipment is wrong | refused |
 * | anything else of which it is certain that it did nothing | again |
 */
export function classifyUpload(
  answer: UploadAnswer,
  attempt: Pick<JobAttempt, 'attempt'>,
): UploadVerdict | Unclear {
  if (answer.kind === 'uploaded') return { kind: 'ended', state: 'uploaded' };
  const error = toUploadError(answer.error, attempt);
  if (answer.kind === 'unknown') return { kind: 'again', state: 'unknown', error };
  return error.code === 'SHIPMENT_NOT_TAKEN' ? { kind: 'look', error } : classifyRefusal(error);
}

/** What it means that WeChat did not take a shipment. Pure. @param error what this attempt makes of the refusal */
export function classifyRefusal(error: AppError): UploadVerdict {
  return isAboutShipment(error) ? { kind: 'refused', error } : { kind: 'again', state: 'pending', error };
}

/**
 * What it means for a shipment that WeChat knows this of its payment; undefined where that leaves it open. Pure.
 *
 * | get_order says | meaning |
 * |---|---|
 * | refunded | ended: cancelled |
 * | what this shipment would tell | ended: uploaded |
 */
export function classifyKnown(found: TradeOrder, shipment: OrderShipment): UploadVerdict | undefined {
  if (found.isRefunded) return { kind: 'ended', state: 'cancelled' };
  return hasUpload(found, toTrace(shipment)) ? { kind: 'ended', state: 'uploaded' } : undefined;
}

/**
 * The same before an upload, which may be what follows (undefined): an upload of what is complete would be the one
 * re-shipment that WeChat allows, so that what was shipped in another way than ours is refused, unless it is to be
 * replaced. Pure.
 */
export function classifyBefore(found: TradeOrder, shipment: OrderShipment): UploadVerdict | undefined {
  const known = classifyKnown(found, shipment);
  if (known !== undefined || !found.isFinished || shipment.isReplacement) return known;
  const details = { reason: 'shipped_elsewhere' };
  return { kind: 'refused', error: new AppError('SHIPMENT_NOT_TAKEN', { details }) };
}

/** WeChat says it is shipped, in the console perhaps: an upload now would be the re-shipment. Or it knows the payer. */
export function mustLookFirst(
  order: Pick<Order, 'shipping'>,
  shipment: Pick<OrderShipment, 'isReplacement'>,
  openId: string | undefined,
): boolean {
  return openId === undefined || (order.shipping?.shippedAt !== undefined && !shipment.isReplacement);
}

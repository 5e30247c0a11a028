import { type Clock, defaultLane } from '@huidiao/contracts';
import type { Logger } from '@huidiao/runtime';
import { addEffectJobs, type EffectJob } from './add-effect-jobs.ts';
import { type DeadJobFacts, toDeadJobFacts } from './dead-job-facts.ts';
import type { DeadLetterStore, StoredDeadLetter } from './dead-letter.ts';
import type { Order } from './order.ts';
import type { OrderStore } from './order-store.ts';
import { toRefundableFen } from './refundable.ts';
import { toRefundEffect } from './to-refund-effect.ts';

export interface RefundDecidedDeps {
  readonly deadLetters: Pick<DeadLetterStore, 'resolve'>;
  readonly orders: Pick<OrderStore, 'find' | 'requestRefund' | 'keepOtherPayment'>;
  /** shared/queue's producer. */
  readonly producer: { add(job: EffectJob): Promise<void> };
  readonly clock: Clock;
  readonly logger: Logger;
}

/** After this the reconciler adds the job of a refund that Redis did not take. */
const refundGraceMs = 10_000;

/**
 * Asks for a refund of what is left of the very payment that a dead letter is about, and resolves that. The refund's number
 * is made of the transaction, so that doing it again after it was interrupted makes no second one.
 *
 * @returns false where nothing is left to be given back
 * @throws AppError ORDER_CHANGED_MEANWHILE, STORE_UNAVAILABLE
 */
export async function refundDecided(
  deps: RefundDecidedDeps,
  letter: StoredDeadLetter,
  requestId: string,
): Promise<boolean> {
  const { payment } = toDeadJobFacts(letter);
  const order = payment && (await deps.orders.find(payment.mchId, payment.outTradeNo));
  if (payment === undefined || order === undefined) return false;
  const { mchId, outTradeNo, transactionId, amountFen } = payment;
  const known = await keepPayment(deps, payment, order);
  const outRefundNo = toRefundNo(known, transactionId);
  const asked = known.refundRequests.find((request) => request.outRefundNo === outRefundNo);
  const refundFen = asked?.refundFen ?? Math.min(amountFen, toRefundableFen(known, transactionId));
  if (refundFen === 0) return false;
  const dueAt = new Date(deps.clock.now().getTime() + refundGraceMs);
  const cause = { requestId, lane: defaultLane };
  const effect = toRefundEffect({ mchId, outTradeNo, outRefundNo }, cause, dueAt);
  const request = { outRefundNo, refundFen, transactionId, requestedBy: 'case' };
  const requested = await deps.orders.requestRefund(mchId, outTradeNo, request, { effects: [effect] });
  if (requested?.outcome !== 'requested' && requested?.outcome !== 'same') return false;
  await deps.deadLetters.resolve(letter.queue, letter.jobId);
  await addEffectJobs(deps.producer, order, [effect], deps.logger);
  return true;
}

/** One number for a transaction, until WeChat Pay refuses or closes the refund: then the money is free for another one. */
function toRefundNo({ refundRequests }: Order, transactionId: string): string {
  const spent = refundRequests.filter(
    (request) =>
      request.outRefundNo.startsWith(`case-${transactionId}`) &&
      (request.state === 'closed' || request.state === 'refused'),
  ).length;
  return spent === 0 ? `case-${transactionId}` : `case-${transactionId}-${spent + 1}`;
}

/** Refunds are of payments that the order knows. */
async function keepPayment(
  { orders }: RefundDecidedDeps,
  payment: NonNullable<DeadJobFacts['payment']>,
  order: Order,
): Promise<Order> {
  const { transactionId, amountFen } = payment;
  const isKnown = [order, ...order.otherPayments].some((one) => one.transactionId === transactionId);
  if (isKnown) return order;
  const entry = { event: 'payment.kept', transactionId, amountFen };
  await orders.keepOtherPayment(payment, { eventKey: `kept_${transactionId}`, entry });
  return (await orders.find(order.mchId, order.outTradeNo)) ?? order;
}

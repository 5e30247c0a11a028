import { type Clock, defaultLane } from '@huidiao/contracts';
import type { Producer } from '@huidiao/queue';
import type { Logger } from '@huidiao/runtime';
import {
  addEffectJobs,
  type Order,
  type Store,
  type StoredDeadLetter,
  toRefundableFen,
  toRefundEffect,
} from '@huidiao/store';
import { caseQueue } from './case-kinds.ts';
import type { FoundCase } from './found-case.ts';

export interface RefundCaseDeps {
  readonly deadLetters: Pick<Store['deadLetters'], 'reopen' | 'resolve'>;
  readonly orders: Pick<Store['orders'], 'find' | 'requestRefund' | 'keepOtherPayment'>;
  readonly producer: Pick<Producer, 'add'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** After this the reconciler adds the job of a refund that Redis did not take. */
const refundGraceMs = 10_000;

/**
 * Asks for a refund of what is left of a case's very payment, and resolves the case. The refund's number is made of the
 * transaction, so that doing it again after it was interrupted makes no second one.
 *
 * @returns false where nothing is left to be given back; the case is open again then
 * @throws AppError STORE_UNAVAILABLE
 */
export async function refundCase(
  deps: RefundCaseDeps,
  requestId: string,
  { letter, payment }: FoundCase,
  order: Order | undefined,
): Promise<boolean> {
  if (payment === undefined || order === undefined) return reopened(deps, letter);
  const { mchId, outTradeNo, transactionId, amountFen } = payment;
  const known = await keepPayment(deps, payment, order);
  const outRefundNo = toCaseRefundNo(known, transactionId);
  const asked = known.refundRequests.find((request) => request.outRefundNo === outRefundNo);
  const refundFen = asked?.refundFen ?? Math.min(amountFen, toRefundableFen(known, transactionId));
  if (refundFen === 0) return reopened(deps, letter);
  const dueAt = new Date(deps.clock.now().getTime() + refundGraceMs);
  const cause = { requestId, lane: defaultLane };
  const effect = toRefundEffect({ mchId, outTradeNo, outRefundNo }, cause, dueAt);
  const request = { outRefundNo, refundFen, transactionId, requestedBy: 'case' };
  const requested = await deps.orders.requestRefund(mchId, outTradeNo, request, { effects: [effect] });
  if (requested?.outcome !== 'requested' && requested?.outcome !== 'same') return reopened(deps, letter);
  await deps.deadLetters.resolve(caseQueue, letter.jobId);
  await addEffectJobs(deps.producer, order, [effect], deps.logger);
  return true;
}

/** One number for a transaction, until WeChat Pay refuses or closes the refund: then the money is free for another one. */
function toCaseRefundNo({ refundRequests }: Order, transactionId: string): string {
  const spent = refundRequests.filter(
    (request) =>
      request.outRefundNo.startsWith(`case-${transactionId}`) &&
      (request.state === 'closed' || request.state === 'refused'),
  ).length;
  return spent === 0 ? `case-${transactionId}` : `case-${transactionId}-${spent + 1}`;
}

/** Refunds are of payments that the order knows. */
async function keepPayment(
  { orders }: RefundCaseDeps,
  payment: NonNullable<FoundCase['payment']>,
  order: Order,
): Promise<Order> {
  const { transactionId, amountFen } = payment;
  const isKnown = [order, ...order.otherPayments].some((one) => one.transactionId === transactionId);
  if (isKnown) return order;
  const entry = { event: 'payment.kept', transactionId, amountFen };
  await orders.keepOtherPayment(payment, { eventKey: `kept_${transactionId}`, entry });
  return (await orders.find(order.mchId, order.outTradeNo)) ?? order;
}

async function reopened({ deadLetters }: RefundCaseDeps, letter: StoredDeadLetter): Promise<boolean> {
  await deadLetters.reopen(letter.id);
  return false;
}

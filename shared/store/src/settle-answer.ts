import { randomUUID } from 'node:crypto';
import {
  type Clock,
  type JobData,
  jobCatalogue,
  type OrderAnswer,
  type PaymentSucceeded,
  queryNotificationId,
  toApplyPaymentJobId,
  toCountedJobId,
  toNextQueryAt,
  toPaymentCallbackKey,
} from '@huidiao/contracts';
import type { DeadLetterState, DeadLetterStore } from './dead-letter.ts';
import { judgeRefundsOf } from './judge-refunds.ts';
import type { Order } from './order.ts';
import type { OrderStore } from './order-store.ts';

/** The job by which a payment that a query found goes the way of its callback. */
export interface HealJob {
  readonly name: 'apply-payment';
  readonly lane: 'bulk';
  readonly id: string;
  readonly data: JobData<'apply-payment'>;
}

export interface SettleAnswerDeps {
  readonly store: {
    readonly orders: Pick<OrderStore, 'close' | 'recordQuery'>;
    readonly deadLetters: Pick<DeadLetterStore, 'find'>;
  };
  /** shared/queue's producer. */
  readonly producer: { add(job: HealJob): Promise<void> };
  readonly clock: Clock;
}

/** What became of an order that WeChat Pay was asked about. */
export type SettledAnswer =
  /** Not paid so far; asked again at its next time. */
  | 'open'
  /** Its payment goes the way that its callback would have gone. */
  | 'healed'
  /** The same, where WeChat Pay says REFUND. */
  | 'refund_seen'
  /** Paid, but refused before, and its dead letter waits for a person: nothing new. */
  | 'left_to_a_person'
  | 'closed'
  /** Paid by this very payment before. */
  | 'known'
  /** Something else happened to the order while WeChat Pay was asked. */
  | 'overtaken';

/** A heal waits in the bulk lane, perhaps behind a heap of others: before this nobody needs to ask again. */
const healPatienceMs = 5 * 60_000;

/**
 * Does what an answer asks for. Only what is durable moves the order on to its next query: a process that dies
 * before that asks again after the lease, and the same heal then has the same id.
 *
 * @param order as it was read before WeChat Pay was asked
 * @param by who ended an order that nobody paid, for its time line
 * @throws AppError QUEUE_UNAVAILABLE, QUEUE_NOT_DURABLE, STORE_UNAVAILABLE
 */
export async function settleAnswer(
  deps: SettleAnswerDeps,
  order: Order,
  answer: OrderAnswer,
  by = queryNotificationId,
): Promise<SettledAnswer> {
  switch (answer.state) {
    case 'paid':
      return settlePaid(deps, order, answer.payment, by);
    case 'ended':
      return end(deps, order, { by, tradeState: answer.tradeState });
    case 'open': {
      if (order.status !== 'created') {
        await askNoMore(deps, order);
        return 'open';
      }
      const nextQueryAt = toNextQueryAt(order, deps.clock.now());
      const isRecorded = await deps.store.orders.recordQuery(order, { nextQueryAt });
      return isRecorded ? 'open' : 'overtaken';
    }
    default:
      return answer satisfies never;
  }
}

async function end(
  deps: SettleAnswerDeps,
  order: Order,
  facts: { readonly by: string; readonly tradeState: string },
): Promise<SettledAnswer> {
  if (order.status === 'closed') {
    await askNoMore(deps, order);
    return 'closed';
  }
  const closed = await deps.store.orders.close(order, facts);
  return closed === undefined ? 'overtaken' : 'closed';
}

/** About a closed order, which is asked about where a refund tells of its payment: nothing is left to do for it. */
async function askNoMore({ store }: SettleAnswerDeps, order: Order): Promise<void> {
  if (order.nextQueryAt !== undefined) await store.orders.recordQuery(order, { nextQueryAt: undefined });
}

async function settlePaid(
  deps: SettleAnswerDeps,
  order: Order,
  payment: PaymentSucceeded,
  by: string,
): Promise<SettledAnswer> {
  if (order.transactionId === payment.transactionId) return 'known';
  if (isGivenBack(order, payment)) {
    // Its number was paid with another amount, and is of no use any more.
    return end(deps, order, { by, tradeState: 'REFUND' });
  }
  const now = deps.clock.now();
  const letter = await findRefusal(deps.store, order, payment);
  if (letter === 'open' || letter === 'discarded') {
    await deps.store.orders.recordQuery(order, { nextQueryAt: undefined });
    return 'left_to_a_person';
  }
  const patientMs = now.getTime() + healPatienceMs;
  const nextQueryAt = new Date(Math.max(toNextQueryAt(order, now).getTime(), patientMs));
  if (letter === 'replayed' || isBeingGivenBack(order, payment)) {
    // A person decided, and what does it is on its way: a heal that died of the same would reopen the case.
    await deps.store.orders.recordQuery(order, { nextQueryAt });
    return 'left_to_a_person';
  }
  await deps.producer.add({
    name: 'apply-payment',
    lane: 'bulk',
    id: toCountedJobId(toApplyPaymentJobId(payment), 'heal', order.queries + 1),
    data: {
      requestId: randomUUID(),
      callbackKey: toPaymentCallbackKey(payment),
      notificationId: queryNotificationId,
      eventType: 'TRANSACTION.SUCCESS',
      receivedAt: now.toISOString(),
      payment,
    },
  });
  await deps.store.orders.recordQuery(order, { nextQueryAt });
  return payment.refundSeen === true ? 'refund_seen' : 'healed';
}

/**
 * The state of the dead letter of a payment that was compared with this very order and refused (another amount,
 * another app), and would be refused again. Undefined also where it was lost with Redis on its way: a heal makes it anew.
 */
async function findRefusal(
  store: SettleAnswerDeps['store'],
  order: Order,
  payment: PaymentSucceeded,
): Promise<DeadLetterState | undefined> {
  if (!order.appliedEvents.includes(toPaymentCallbackKey(payment))) return undefined;
  const { queue } = jobCatalogue['apply-payment'];
  return (await store.deadLetters.find(queue, toApplyPaymentJobId(payment)))?.state;
}

/** A payment that did not pay the order, and all of which the buyer has back. */
function isGivenBack(order: Order, { transactionId }: PaymentSucceeded): boolean {
  const isOther = order.otherPayments.some((payment) => payment.transactionId === transactionId);
  return isOther && judgeRefundsOf(order, transactionId) === 'full';
}

/** The same, on its way. */
function isBeingGivenBack(order: Order, { transactionId }: PaymentSucceeded): boolean {
  return order.refundRequests.some(
    (request) =>
      request.transactionId === transactionId && request.state !== 'refused' && request.state !== 'closed',
  );
}

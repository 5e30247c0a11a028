import { randomUUID } from 'node:crypto';
import {
  type Clock,
  jobCatalogue,
  type PaymentSucceeded,
  queryNotificationId,
  toApplyPaymentJobId,
  toCountedJobId,
  toPaymentCallbackKey,
} from '@huidiao/contracts';
import type { Producer } from '@huidiao/queue';
import type { Order, Store } from '@huidiao/store';
import type { OrderAnswer } from './ask-about-order.ts';
import { toNextQueryAt } from './to-next-query-at.ts';

export interface SettleAnswerDeps {
  readonly store: Pick<Store, 'orders' | 'deadLetters'>;
  readonly producer: Pick<Producer, 'add'>;
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
  /** Something else happened to the order while WeChat Pay was asked. */
  | 'overtaken';

/** A heal waits in the bulk lane, perhaps behind a heap of others: before this nobody needs to ask again. */
const healPatienceMs = 5 * 60_000;

/**
 * Does what an answer asks for. Only what is durable moves the order on to its next query: a process that dies
 * before that asks again after the lease, and the same heal then has the same id.
 *
 * @throws AppError QUEUE_UNAVAILABLE, QUEUE_NOT_DURABLE, STORE_UNAVAILABLE
 */
export async function settleAnswer(
  deps: SettleAnswerDeps,
  order: Order,
  answer: OrderAnswer,
): Promise<SettledAnswer> {
  switch (answer.state) {
    case 'paid':
      return settlePaid(deps, order, answer.payment);
    case 'ended': {
      const facts = { by: queryNotificationId, tradeState: answer.tradeState };
      const closed = await deps.store.orders.close(order, facts);
      return closed === undefined ? 'overtaken' : 'closed';
    }
    case 'open': {
      const nextQueryAt = toNextQueryAt(order, deps.clock.now());
      const isRecorded = await deps.store.orders.recordQuery(order, { nextQueryAt });
      return isRecorded ? 'open' : 'overtaken';
    }
    default:
      return answer satisfies never;
  }
}

async function settlePaid(
  deps: SettleAnswerDeps,
  order: Order,
  payment: PaymentSucceeded,
): Promise<SettledAnswer> {
  if (await isLeftToAPerson(deps.store, order, payment)) {
    await deps.store.orders.recordQuery(order, { nextQueryAt: undefined });
    return 'left_to_a_person';
  }
  const now = deps.clock.now();
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
  const patientMs = now.getTime() + healPatienceMs;
  const nextQueryAt = new Date(Math.max(toNextQueryAt(order, now).getTime(), patientMs));
  await deps.store.orders.recordQuery(order, { nextQueryAt });
  return payment.refundSeen === true ? 'refund_seen' : 'healed';
}

/**
 * A payment that was compared with this very order and refused (another amount, another app) would be refused
 * again. Its dead letter must be there, though: one that was lost with Redis on its way is made anew by a heal.
 */
async function isLeftToAPerson(
  store: SettleAnswerDeps['store'],
  order: Order,
  payment: PaymentSucceeded,
): Promise<boolean> {
  if (!order.appliedEvents.includes(toPaymentCallbackKey(payment))) return false;
  const { queue } = jobCatalogue['apply-payment'];
  const letter = await store.deadLetters.find(queue, toApplyPaymentJobId(payment));
  return letter?.state === 'open' || letter?.state === 'discarded';
}

import {
  type Clock,
  isReplay,
  type JobData,
  type Merchant,
  type MerchantDirectory,
  toFullRefundNo,
} from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { JobAttempt, JobOutcome, Producer } from '@huidiao/queue';
import type { Logger } from '@huidiao/runtime';
import {
  addEffectJobs,
  type Effect,
  type NewRefundRequest,
  type Order,
  type PayOptions,
  type Store,
  toRefundEffect,
} from '@huidiao/store';
import type { ShopClient } from '../shop/shop-client.ts';
import { decidePayment, lateEntry, type Refusal, refundedEntry, refundSeenEntry } from './decide-payment.ts';
import { merchantNotConfigured } from './merchant-not-configured.ts';
import { recordPayment } from './record-payment.ts';
import { settleUnknownOrder } from './settle-unknown-order.ts';
import { toFulfilment } from './to-fulfilment.ts';
import { endWait } from './wait-for-order.ts';

export interface ApplyPaymentDeps {
  readonly store: Pick<Store, 'orders' | 'callbacks' | 'waitingJobs'>;
  readonly producer: Pick<Producer, 'add'>;
  readonly shop: ShopClient;
  readonly directory: MerchantDirectory;
  /** How long after the transition the reconciler may add an effect's job itself. */
  readonly effectGraceMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

export type ApplyPayment = JobData<'apply-payment'>;

/** Between reading and writing, another process may be faster this often before the queue tries again. */
const rereads = 3;

/** One attempt at one payment. */
interface Attempt {
  readonly deps: ApplyPaymentDeps;
  readonly job: ApplyPayment;
  readonly attempt: JobAttempt;
  readonly merchant: Merchant;
}

/**
 * Moves an order to `paid`, once, however often and wherever this runs, and leaves what follows in it as effects.
 *
 * @throws AppError ORDER_* (permanent: a dead letter), ORDER_NOT_YET_KNOWN (waits), STORE_UNAVAILABLE.
 */
export function createApplyPayment(deps: ApplyPaymentDeps) {
  return async (job: ApplyPayment, attempt: JobAttempt): Promise<JobOutcome> => {
    const outcome = await apply(job, attempt);
    await endWait(deps, job, attempt);
    return outcome;
  };

  async function apply(job: ApplyPayment, attempt: JobAttempt): Promise<JobOutcome> {
    const { payment } = job;
    const merchant = deps.directory.merchants.get(payment.mchId);
    if (merchant === undefined) throw merchantNotConfigured(payment.mchId);

    for (let read = 0; read < rereads; read += 1) {
      const order = await deps.store.orders.find(payment.mchId, payment.outTradeNo);
      if (order === undefined) return settleUnknownOrder(deps, job, merchant, attempt);
      const outcome = await applyTo({ deps, job, attempt, merchant }, order);
      if (outcome !== undefined) return { outcome, outTradeNo: payment.outTradeNo };
    }
    throw new AppError('ORDER_CHANGED_MEANWHILE', { details: { outTradeNo: payment.outTradeNo } });
  }
}

/** @returns undefined when the order changed between reading and writing. */
async function applyTo(one: Attempt, order: Order): Promise<string | undefined> {
  const { deps, job, attempt, merchant } = one;
  const toDeliverNevertheless = isDecisionToDeliver(order, attempt);
  const decision = decidePayment(order, job.payment, merchant, {
    toDeliverNevertheless,
    overruled: job.decision?.code,
  });
  switch (decision.kind) {
    case 'already-applied':
      // The ledger says what became of the fact, however often it came.
      await recordPayment(deps.store, job, toEntry(order));
      return 'already_applied';
    case 'refuse':
      return refuse(one, order, decision);
    case 'pay': {
      const effects = toEffects(one, order);
      const options = { eventKey: job.callbackKey, effects, late: decision.late };
      const paid = await pay(one, order, options);
      return paid && (await follow(one, order, effects, 'paid'));
    }
    case 'pay-refunded': {
      const { late } = decision;
      const options = { eventKey: job.callbackKey, effects: [], late, held: 'refunded' } as const;
      if ((await pay(one, order, options)) === undefined) return undefined;
      await recordPayment(deps.store, job, refundedEntry);
      return 'refunded';
    }
    case 'pay-late': {
      const refund = toLateRefund(one, decision.refundFen);
      const effects = toLateEffects(one, order, refund);
      const eventKey = job.callbackKey;
      const options = { eventKey, effects, late: true, held: 'late', refund } as const;
      const paid = await pay(one, order, options);
      return paid && (await follow(one, order, effects, lateEntry));
    }
    case 'pay-check': {
      const { late } = decision;
      const options = { eventKey: job.callbackKey, effects: [], late, held: 'check' } as const;
      if ((await pay(one, order, options)) === undefined) return undefined;
      await recordPayment(deps.store, job, 'paid');
      return 'check_paid';
    }
    case 'hold': {
      const { late } = decision;
      const options = { eventKey: toHoldKey(attempt), effects: [], late, held: 'refund_seen' } as const;
      const held = await pay(one, order, options);
      return held && (await refuse(one, order, decision));
    }
    case 'release': {
      const effects = toEffects(one, order);
      const released = await deps.store.orders.release(order, { effects });
      return released && (await follow(one, order, effects, 'released'));
    }
    default:
      return decision satisfies never;
  }
}

/** A transaction that has paid another order of the merchant is known by the store's unique index alone. */
async function pay(one: Attempt, order: Order, options: PayOptions): Promise<Order | undefined> {
  try {
    return await one.deps.store.orders.pay(order, one.job.payment, {
      ...options,
      decidedBy: one.job.decision?.by,
    });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'ORDER_PAID_TWICE') throw error;
    return refuse(one, order, { entry: ofAnotherOrder, error });
  }
}

/** What comes after the transition; the effects are in the order by now. */
async function follow(
  { deps, job }: Attempt,
  order: Order,
  effects: readonly Effect[],
  outcome: string,
): Promise<string> {
  await Promise.all([
    addEffectJobs(deps.producer, order, effects, deps.logger),
    recordPayment(deps.store, job, outcome === lateEntry ? lateEntry : 'paid'),
  ]);
  return outcome;
}

const ofAnotherOrder = 'payment.of_another_order';

/** A payment that was refused for these was made under the order's number all the same: it can be given back. */
const otherPayments: ReadonlySet<string> = new Set([
  'ORDER_PAID_TWICE',
  'ORDER_AMOUNT_DIFFERS',
  'ORDER_IDS_DIFFER',
  'ORDER_PAID_LATE',
]);

/** Told to the buyer. */
const lateReason = '订单已关闭，款项原路退回';

function toLateRefund({ job }: Attempt, refundFen: number): NewRefundRequest | undefined {
  if (refundFen === 0) return undefined;
  const outRefundNo = toFullRefundNo(job.payment.transactionId);
  return { outRefundNo, refundFen, reason: lateReason, requestedBy: 'late_payment' };
}

function toLateEffects(one: Attempt, order: Order, refund: NewRefundRequest | undefined): Effect[] {
  if (refund === undefined) return [];
  const { deps, job, attempt } = one;
  const { mchId, outTradeNo } = order;
  const dueAt = new Date(deps.clock.now().getTime() + deps.effectGraceMs);
  const cause = { requestId: job.requestId, lane: attempt.lane };
  return [toRefundEffect({ mchId, outTradeNo, outRefundNo: refund.outRefundNo }, cause, dueAt)];
}

async function refuse({ deps, job }: Attempt, order: Order, { entry, error }: Refusal): Promise<never> {
  const { transactionId, amountFen } = job.payment;
  const event = { event: entry, transactionId, amountFen };
  if (otherPayments.has(error.code) && entry !== ofAnotherOrder) {
    await deps.store.orders.keepOtherPayment(job.payment, { eventKey: job.callbackKey, entry: event });
  } else {
    await deps.store.orders.noteEvent(order.mchId, order.outTradeNo, job.callbackKey, event);
  }
  await recordPayment(deps.store, job, entry);
  throw error;
}

/**
 * Whether a person adds a held payment again. The job that held it says so in the order, because it may itself be
 * a replay, of a dead letter that told of no refund, which runs again after it was interrupted.
 */
function isDecisionToDeliver(order: Order, attempt: JobAttempt): boolean {
  return isReplay(attempt.jobId) && !order.appliedEvents.includes(toHoldKey(attempt));
}

function toHoldKey({ jobId }: JobAttempt): string {
  return `held-by_${jobId}`;
}

/** What the ledger says of a payment that the order has. */
function toEntry({ held }: Order): string {
  switch (held) {
    case undefined:
    case 'check':
      return 'paid';
    case 'refund_seen':
      return refundSeenEntry;
    case 'refunded':
      return refundedEntry;
    case 'late':
      return lateEntry;
    default:
      return held satisfies never;
  }
}

function toEffects({ deps, job, attempt }: Attempt, order: Order): Effect[] {
  return [toFulfilment(deps, order, { requestId: job.requestId, lane: attempt.lane })];
}

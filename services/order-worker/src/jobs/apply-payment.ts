import {
  type Clock,
  type JobData,
  type Merchant,
  type MerchantDirectory,
  toEffectId,
} from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { JobAttempt, JobOutcome, Producer } from '@huidiao/queue';
import type { Logger } from '@huidiao/runtime';
import type { Effect, Order, Store } from '@huidiao/store';
import type { ShopClient } from '../shop/shop-client.ts';
import { addEffectJobs } from './add-effect-jobs.ts';
import { decidePayment } from './decide-payment.ts';
import { merchantNotConfigured } from './merchant-not-configured.ts';
import { recordPayment } from './record-payment.ts';
import { settleUnknownOrder } from './settle-unknown-order.ts';

export interface ApplyPaymentDeps {
  readonly store: Pick<Store, 'orders' | 'callbacks'>;
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

/**
 * Moves an order to `paid`, once, however often and wherever this runs, and leaves what follows in it as effects.
 *
 * @throws AppError ORDER_* (permanent: a dead letter), ORDER_NOT_YET_KNOWN (waits), STORE_UNAVAILABLE.
 */
export function createApplyPayment(deps: ApplyPaymentDeps) {
  return async (job: ApplyPayment, attempt: JobAttempt): Promise<JobOutcome> => {
    const { payment } = job;
    const merchant = deps.directory.merchants.get(payment.mchId);
    if (merchant === undefined) throw merchantNotConfigured(payment.mchId);

    for (let read = 0; read < rereads; read += 1) {
      const order = await deps.store.orders.find(payment.mchId, payment.outTradeNo);
      if (order === undefined) return settleUnknownOrder(deps, job, merchant, attempt);
      const outcome = await applyTo(deps, order, job, merchant);
      if (outcome !== undefined) return { outcome, outTradeNo: payment.outTradeNo };
    }
    throw new AppError('ORDER_CHANGED_MEANWHILE', { details: { outTradeNo: payment.outTradeNo } });
  };
}

/** @returns undefined when the order changed between reading and writing. */
async function applyTo(
  deps: ApplyPaymentDeps,
  order: Order,
  job: ApplyPayment,
  merchant: Merchant,
): Promise<string | undefined> {
  const decision = decidePayment(order, job.payment, merchant);
  switch (decision.kind) {
    case 'already-applied':
      // The ledger says what became of the fact, however often it came.
      await recordPayment(deps.store, job, 'paid');
      return 'already_applied';
    case 'refuse':
      await deps.store.orders.noteEvent(order.mchId, order.outTradeNo, job.callbackKey, {
        event: decision.entry,
        transactionId: job.payment.transactionId,
        amountFen: job.payment.amountFen,
      });
      await recordPayment(deps.store, job, decision.entry);
      throw decision.error;
    case 'pay': {
      const effects = toEffects(deps, order, job.requestId);
      const paid = await deps.store.orders.pay(order, job.payment, {
        eventKey: job.callbackKey,
        effects,
        late: decision.late,
      });
      if (paid === undefined) return undefined;
      await Promise.all([
        addEffectJobs(deps.producer, order, effects, deps.logger),
        recordPayment(deps.store, job, 'paid'),
      ]);
      return 'paid';
    }
    default:
      return decision satisfies never;
  }
}

function toEffects(deps: ApplyPaymentDeps, order: Order, requestId: string): Effect[] {
  const id = toEffectId('fulfil-order', order.mchId, order.outTradeNo);
  return [
    { id, job: 'fulfil-order', dueAt: new Date(deps.clock.now().getTime() + deps.effectGraceMs), requestId },
  ];
}

import {
  type Clock,
  isCheckOrder,
  type Lane,
  type MerchantDirectory,
  type RefundEvent,
  refundStatuses,
  toApplyPaymentJobId,
  toRefundEffectId,
} from '@huidiao/contracts';
import type { Producer } from '@huidiao/queue';
import type { Counter, Logger } from '@huidiao/runtime';
import {
  addEffectJobs,
  judgeRefundsOf,
  keepCase,
  type Order,
  type RecordedRefund,
  type Store,
} from '@huidiao/store';
import { recordCallback } from '../jobs/record-callback.ts';
import { toFulfilment } from '../jobs/to-fulfilment.ts';
import { toMessageEffects } from '../jobs/to-message-effects.ts';
import type { RefundReport } from './refund-report.ts';

export interface SettleRefundDeps {
  readonly store: Pick<Store, 'orders' | 'callbacks' | 'deadLetters'>;
  readonly producer: Pick<Producer, 'add'>;
  readonly directory: Pick<MerchantDirectory, 'apps'>;
  readonly effectGraceMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly refundReport: RefundReport;
  /** Counts refunds whose number was not ours: made in a console or by another system. */
  readonly adoptedRefunds: Counter;
}

/** What became of a refund, as WeChat Pay told it in a callback or in its answer to a query. */
export interface ToldRefundFact {
  readonly refund: RefundEvent;
  readonly callbackKey: string;
  readonly notificationId: string;
  readonly receivedAt: string;
  readonly requestId: string;
  readonly lane: Lane;
}

/**
 * Keeps what became of a refund in its order, with everything that follows: the refund that was asked for here goes on,
 * the buyer is told, payments that were dead letters are resolved, the ledger says so, and people hear of what went
 * wrong. All of it may be repeated.
 *
 * @returns undefined when there is no such order
 * @throws AppError ORDER_CHANGED_MEANWHILE, STORE_UNAVAILABLE
 */
export async function settleRefund(
  deps: SettleRefundDeps,
  order: Order,
  told: ToldRefundFact,
): Promise<RecordedRefund | undefined> {
  const { refund, callbackKey: eventKey, requestId, lane } = told;
  const { mchId, outTradeNo, refundId } = refund;
  const effects = [toFulfilment(deps, order, { requestId, lane })];
  const happened = { trigger: 'refund_succeeded', key: refundId } as const;
  // Nobody bought what only checks the way of callbacks.
  const successEffects = isCheckOrder(outTradeNo)
    ? []
    : toMessageEffects(deps, order, happened, { requestId, lane });
  const options = { eventKey, effects, successEffects };
  raiseAlarm(deps, refund, order);
  const recorded = await deps.store.orders.recordRefund(mchId, outTradeNo, toToldRefund(refund), options);
  if (recorded === undefined) return undefined;

  count(deps, refund, recorded);
  await resolvePayments(deps, refund, recorded.order);
  await resolveRefund(deps, refund, recorded);
  await keepCase(deps, recorded.order, { ...refund, requestId });
  const outcome = recorded.order.held === 'refunded' ? 'refunded' : 'recorded';
  await recordCallback(deps.store, told, { mchId, outTradeNo, eventType: refund.type, outcome });
  if (recorded.outcome === 'known') return recorded;
  const released = recorded.outcome === 'released' ? effects : [];
  const toldOf = refund.type === 'refund.succeeded' ? successEffects : [];
  await addEffectJobs(deps.producer, order, [...released, ...toldOf], deps.logger);
  return recorded;
}

/**
 * People hear of what went wrong before it is recorded: whoever runs this again after a process died finds it recorded,
 * and is silent. So they may hear of it twice, and never not at all.
 */
function raiseAlarm({ refundReport }: SettleRefundDeps, refund: RefundEvent, order: Order): void {
  const { type, mchId, outTradeNo, outRefundNo, refundId, refundFen } = refund;
  const known = order.refunds.find((one) => one.refundId === refundId);
  if (known !== undefined && (known.status !== 'ABNORMAL' || type === 'refund.abnormal')) return;
  const isOurs = order.refundRequests.some((request) => request.outRefundNo === outRefundNo);
  const facts = { mchId, outTradeNo, outRefundNo, refundId, refundFen };
  if (type === 'refund.abnormal') refundReport.alarm('refund-abnormal', facts);
  if (type === 'refund.closed' && isOurs) refundReport.alarm('refund-closed', facts);
}

/** Once for each state that is news. */
function count(deps: SettleRefundDeps, refund: RefundEvent, recorded: RecordedRefund): void {
  const { outcome, isNew, isOurs } = recorded;
  const state = refund.type.slice('refund.'.length);
  if (isNew && !isOurs) deps.adoptedRefunds.inc({ state });
  if (outcome === 'known') return;
  deps.refundReport.ended(state, { isOurs, refundFen: refund.refundFen });
}

/**
 * A payment that was a dead letter, for its refund was seen, it came late, or it was not that of the order, leaves a
 * person nothing to decide once all of it was given back; the first kind not once a part was, unless its order is held on,
 * for the rest is on its way, too.
 */
async function resolvePayments(deps: SettleRefundDeps, refund: RefundEvent, order: Order): Promise<void> {
  const { mchId, transactionId } = refund;
  const isOther = order.otherPayments.some((payment) => payment.transactionId === transactionId);
  const verdict = judgeRefundsOf(order, transactionId);
  if (verdict === 'unsettled' || (order.status === 'created' && !isOther)) return;
  if (verdict !== 'full' && (isOther || order.held === 'refund_seen')) return;
  for (const refundSeen of verdict === 'full' ? [true, false] : [true]) {
    const jobId = toApplyPaymentJobId({ mchId, transactionId, refundSeen });
    await deps.store.deadLetters.resolve('payment-event', jobId);
  }
}

/** One that was asked for here, and whose own job was a dead letter, has its end all the same. */
async function resolveRefund(
  { store }: SettleRefundDeps,
  { type, outRefundNo }: RefundEvent,
  { isOurs, order: { mchId, outTradeNo } }: RecordedRefund,
): Promise<void> {
  if (!isOurs || type === 'refund.abnormal') return;
  const jobId = toRefundEffectId(mchId, outTradeNo, outRefundNo);
  await store.deadLetters.resolve('order-refund', jobId);
}

function toToldRefund(refund: RefundEvent) {
  const { type, refundId, outRefundNo, transactionId, refundFen, successTime } = refund;
  return {
    refundId,
    outRefundNo,
    transactionId,
    status: refundStatuses[type],
    refundFen,
    ...(successTime !== undefined && { successTime }),
  };
}

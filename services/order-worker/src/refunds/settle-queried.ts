import { queryNotificationId, type RefundEvent, refundTypes, toRefundCallbackKey } from '@huidiao/contracts';
import type { QueriedRefund } from './confirm-refund.ts';
import { forwardRefund } from './forward-refund.ts';
import { move, type RefundAttempt, toNextRun, toRefundFacts } from './refund-attempt.ts';
import { settleRefund, type ToldRefundFact } from './settle-refund.ts';

/**
 * Does what a query's answer about a refund asks for: one that is PROCESSING is followed, anything else goes the way of
 * its callback, which may have been lost.
 * @throws AppError STORE_UNAVAILABLE, QUEUE_UNAVAILABLE, QUEUE_NOT_DURABLE
 */
export async function settleQueried(one: RefundAttempt, queried: QueriedRefund): Promise<string> {
  if (queried.status === 'PROCESSING') return await followLater(one, queried.refundId);
  const { deps, order } = one;
  const refund = toEvent(one, queried, refundTypes[queried.status]);
  const fact = toFact(one, refund);
  // Before it is recorded: who finds it recorded asks no more.
  await forwardRefund(one, fact);
  const recorded = await settleRefund(deps, order, fact);
  if (queried.status === 'ABNORMAL') return await waitForPeople(one, recorded?.outcome === 'known');
  return recorded?.outcome === 'known' ? 'overtaken' : refund.type.slice('refund.'.length);
}

/**
 * Does again what follows from a refund that has its end: who recorded it may have died before the ledger said so and
 * the dead letters of its payment were resolved.
 * @throws AppError STORE_UNAVAILABLE
 */
export async function settleAgain(one: RefundAttempt): Promise<string> {
  const { deps, order, request } = one;
  const known = order.refunds.find(({ outRefundNo }) => outRefundNo === request.outRefundNo);
  if (known === undefined) return 'already_settled';
  const refund = toEvent(one, { ...known, totalFen: request.totalFen }, refundTypes[known.status]);
  await settleRefund(deps, order, toFact(one, refund));
  return 'already_settled';
}

function toFact({ deps, job, attempt }: RefundAttempt, refund: RefundEvent): ToldRefundFact {
  return {
    refund,
    callbackKey: toRefundCallbackKey(refund),
    notificationId: queryNotificationId,
    receivedAt: deps.clock.now().toISOString(),
    requestId: job.requestId,
    lane: attempt.lane,
  };
}

/** WeChat Pay accepted it: asked about it again in a minute, unless its callback comes first. */
export function followLater(one: RefundAttempt, refundId: string): Promise<string> {
  const { deps, request } = one;
  const isNews = request.refundId === undefined;
  const { outRefundNo } = request;
  return move(one, {
    // Whoever accepted it may have told us meanwhile that it is ABNORMAL. Another attempt may have been refused; what was
    // accepted takes its money all the same.
    from: ['requested', 'submitting', 'insufficient_funds', 'refused', 'processing', request.state],
    to: 'processing',
    refundId,
    waits: 1,
    effect: toNextRun(one, deps.pace.toFollowMs(0) ?? 0),
    ...(isNews && { event: { event: 'refund.accepted', outRefundNo, refundId } }),
  });
}

/**
 * Asked about again now and then, for people may settle it on the merchant platform. One that was sent to another card
 * may be ABNORMAL once more: its refund says so already, and people have to hear of it again.
 */
async function waitForPeople(one: RefundAttempt, isKnown: boolean): Promise<string> {
  const { deps, request } = one;
  const isAgain = isKnown && request.state === 'processing';
  const { outRefundNo, refundId } = request;
  if (isAgain) deps.refundReport.alarm('refund-abnormal', { ...toRefundFacts(one), refundId });
  const pauseMs = deps.pace.toAbnormalMs(0);
  return await move(one, {
    from: isAgain ? ['processing'] : ['abnormal'],
    to: 'abnormal',
    waits: 1,
    effect: pauseMs === undefined ? 'settled' : toNextRun(one, pauseMs),
    ...(isAgain && { event: { event: 'refund.abnormal', refundId, outRefundNo } }),
  });
}

type Found = Pick<QueriedRefund, 'refundId' | 'refundFen' | 'totalFen' | 'successTime'>;

function toEvent(one: RefundAttempt, queried: Found, type: RefundEvent['type']): RefundEvent {
  const { order, request } = one;
  const { refundId, refundFen, totalFen, successTime } = queried;
  return {
    type,
    mchId: order.mchId,
    ...(request.subMchId === undefined ? {} : { subMchId: request.subMchId }),
    outTradeNo: order.outTradeNo,
    transactionId: request.transactionId,
    outRefundNo: request.outRefundNo,
    refundId,
    refundFen,
    totalFen,
    ...(successTime === undefined ? {} : { successTime }),
    proof: 'signature',
  };
}

import { queryNotificationId, type RefundEvent, toRefundCallbackKey } from '@huidiao/contracts';
import type { QueriedRefund } from './confirm-refund.ts';
import { forwardRefund } from './forward-refund.ts';
import { move, type RefundAttempt, toNextRun } from './refund-attempt.ts';
import { settleRefund, type ToldRefundFact } from './settle-refund.ts';

const types = {
  SUCCESS: 'refund.succeeded',
  ABNORMAL: 'refund.abnormal',
  CLOSED: 'refund.closed',
} as const;

/**
 * Does what a query's answer about a refund asks for: one that is PROCESSING is followed, anything else goes the way of
 * its callback, which may have been lost.
 * @throws AppError STORE_UNAVAILABLE, QUEUE_UNAVAILABLE, QUEUE_NOT_DURABLE
 */
export async function settleQueried(one: RefundAttempt, queried: QueriedRefund): Promise<string> {
  if (queried.status === 'PROCESSING') return await followLater(one, queried.refundId);
  const { deps, order } = one;
  const refund = toEvent(one, queried, types[queried.status]);
  const fact = toFact(one, refund);
  // Before it is recorded: who finds it recorded asks no more.
  await forwardRefund(one, fact);
  const recorded = await settleRefund(deps, order, fact);
  if (queried.status === 'ABNORMAL') await followAbnormal(one);
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
  const refund = toEvent(one, { ...known, totalFen: request.totalFen }, types[known.status]);
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
    from: ['requested', 'submitting', 'insufficient_funds', 'abnormal', 'processing'],
    to: 'processing',
    refundId,
    waits: 1,
    effect: toNextRun(one, deps.pace.toFollowMs(0) ?? 0),
    ...(isNews && { event: { event: 'refund.accepted', outRefundNo, refundId } }),
  });
}

/** Asked about again now and then, for people may settle it on the merchant platform. */
function followAbnormal(one: RefundAttempt): Promise<string> {
  const pauseMs = one.deps.pace.toAbnormalMs(0);
  const effect = pauseMs === undefined ? 'settled' : toNextRun(one, pauseMs);
  return move(one, { from: ['abnormal'], to: 'abnormal', waits: 1, effect });
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

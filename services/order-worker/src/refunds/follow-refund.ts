import { isReplay } from '@huidiao/contracts';
import {
  isThisRefund,
  lookUp,
  move,
  type RefundAttempt,
  toNextRun,
  toRefundError,
  toRefundFacts,
} from './refund-attempt.ts';
import { settleQueried } from './settle-queried.ts';

/**
 * Asks WeChat Pay about a refund that it accepted. What is still PROCESSING is asked about again, ever less often and not
 * for ever; one that is ABNORMAL waits for people.
 *
 * @throws AppError REFUND_NOT_FINAL, REFUND_DIFFERS (permanent: a dead letter), WECHAT_*, STORE_UNAVAILABLE
 */
export async function followRefund(one: RefundAttempt): Promise<string> {
  const queried = await lookUp(one);
  if (queried !== undefined && !isThisRefund(one, queried)) throw toRefundError(one, 'REFUND_DIFFERS');
  const isAbnormal = one.request.state === 'abnormal';
  if (queried?.status === 'ABNORMAL' && isAbnormal) return await waitForPeople(one);
  // One that was accepted and is not found will be: another of WeChat Pay's machines answered.
  const hangs = queried === undefined || (queried.status === 'PROCESSING' && !isAbnormal);
  return hangs ? await waitForWeChat(one) : await settleQueried(one, queried);
}

async function waitForWeChat(one: RefundAttempt): Promise<string> {
  const { deps, attempt, request } = one;
  const waits = isReplay(attempt.jobId) ? 0 : request.waits;
  const pauseMs = deps.pace.toFollowMs(waits);
  if (pauseMs === undefined) {
    deps.refundReport.alarm('refund-not-final', toRefundFacts(one));
    throw toRefundError(one, 'REFUND_NOT_FINAL');
  }
  const { state } = request;
  return await move(one, { from: [state], to: state, waits: waits + 1, effect: toNextRun(one, pauseMs) });
}

async function waitForPeople(one: RefundAttempt): Promise<string> {
  const { deps, attempt, request } = one;
  const waits = isReplay(attempt.jobId) ? 0 : request.waits;
  const pauseMs = deps.pace.toAbnormalMs(waits);
  const effect = pauseMs === undefined ? 'settled' : toNextRun(one, pauseMs);
  return await move(one, { from: ['abnormal'], to: 'abnormal', waits: waits + 1, effect });
}

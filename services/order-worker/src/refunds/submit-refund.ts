import { isReplay } from '@huidiao/contracts';
import { type AppError, toAppError } from '@huidiao/errors';
import {
  fitsPayment,
  isLeftWithMerchant,
  keepCase,
  type Order,
  type OrderRefundRequest,
  toRefundTurn,
} from '@huidiao/store';
import type { RefundRequest } from '@huidiao/wechat';
import type { QueriedRefund } from './confirm-refund.ts';
import {
  isThisRefund,
  lookUp,
  move,
  type RefundAttempt,
  toNamed,
  toNextRun,
  toRefundError,
  toRefundFacts,
} from './refund-attempt.ts';
import { takeRefundTurns } from './refund-turns.ts';
import { followLater, settleQueried } from './settle-queried.ts';

/**
 * Asks WeChat Pay for a refund when its turn has come. That it is being asked is stored before the call; whatever leaves
 * open if WeChat Pay accepted it is thrown, and the next attempt queries first. Number and content stay the same for ever.
 *
 * | WeChat Pay | then |
 * |---|---|
 * | accepts it | processing: followed, for that it is accepted says nothing of what becomes of it |
 * | refuses it, and a query finds it | as the query says: an earlier attempt had arrived |
 * | refuses it for want of money | insufficient_funds: the same again later, then a dead letter |
 * | refuses it otherwise | refused, an alarm, a dead letter: its money is free again |
 * | no answer, 429, 5xx, a signature that is wrong | thrown: unknown |
 *
 * @throws AppError REFUND_REFUSED, REFUND_NUMBER_USED, REFUND_INSUFFICIENT_FUNDS (permanent: a dead letter), WECHAT_*,
 * STORE_UNAVAILABLE
 */
export async function submitRefund(one: RefundAttempt): Promise<string> {
  const { deps, payee, order, request } = one;
  const { orderSpacingMs } = deps.pace;
  const turn = toRefundTurn(order, request.outRefundNo, orderSpacingMs);
  if (turn > deps.clock.now()) return await waitForTurn(one, turn);
  await takeRefundTurns(deps, payee.merchant, order, request);
  const begun = await deps.store.orders.beginRefund(toNamed(one), orderSpacingMs);
  switch (begun.outcome) {
    case 'begun':
      return await call({ ...one, request: begun.request });
    case 'too_soon':
      return await waitForTurn(one, begun.until);
    case 'overtaken':
      return 'overtaken';
    default:
      return begun satisfies never;
  }
}

async function waitForTurn(one: RefundAttempt, until: Date): Promise<string> {
  const { deps, request } = one;
  const { state, waits, errorCode } = request;
  const effect = toNextRun(one, until.getTime() - deps.clock.now().getTime());
  await move(one, {
    from: [state],
    to: state,
    waits,
    effect,
    ...(errorCode !== undefined && { errorCode }),
  });
  return 'waits_for_other_refund';
}

async function call(one: RefundAttempt): Promise<string> {
  const { deps, payee } = one;
  let accepted: QueriedRefund;
  try {
    accepted = await deps.refundClients.of(payee.merchant).createRefund(toWireRequest(one));
  } catch (thrown) {
    return await settleFailure(one, toAppError(thrown));
  }
  if (!isThisRefund(one, accepted)) return await refuse(one, 'REFUND_NUMBER_USED');
  return await followLater(one, accepted.refundId);
}

/** From what is stored, so that it is the same at every attempt. */
function toWireRequest({ order: { outTradeNo }, request, payee }: RefundAttempt): RefundRequest {
  const { transactionId, outRefundNo, refundFen, totalFen, currency } = request;
  const { reason, goods, fundsAccount } = request;
  const { subMchId, notifyUrl } = payee;
  return {
    outTradeNo,
    transactionId,
    subMchId,
    outRefundNo,
    refundFen,
    totalFen,
    currency,
    reason,
    goods,
    fundsAccount,
    notifyUrl,
  };
}

/** WeChat's codes for an account that does not hold enough. */
const shortages = new Set(['NOT_ENOUGH', 'NOTENOUGH']);

async function settleFailure(one: RefundAttempt, error: AppError): Promise<string> {
  if (error.code !== 'WECHAT_REFUSED' && error.code !== 'ORDER_NOT_FOUND') throw error;
  const found = await lookUp(one);
  if (found !== undefined) return await settleFound(one, found);
  const remoteCode = String(error.details.remoteCode ?? error.code);
  return shortages.has(remoteCode)
    ? await waitForMoney(one, remoteCode)
    : await refuse(one, 'REFUND_REFUSED', remoteCode);
}

/**
 * Goes on with a refund that WeChat Pay may have been asked for: whether it was, a query tells.
 * @throws as submitRefund
 */
export async function resumeRefund(one: RefundAttempt): Promise<string> {
  const found = await lookUp(one);
  return found === undefined ? await submitRefund(one) : await settleFound(one, found);
}

async function settleFound(one: RefundAttempt, found: QueriedRefund): Promise<string> {
  return isThisRefund(one, found) ? await settleQueried(one, found) : await refuse(one, 'REFUND_NUMBER_USED');
}

async function waitForMoney(one: RefundAttempt, errorCode: string): Promise<string> {
  const { deps, attempt, request } = one;
  const waits = isReplay(attempt.jobId) ? 0 : request.waits;
  const pauseMs = deps.pace.toShortageMs(waits);
  if (waits === 0 || pauseMs === undefined) {
    deps.refundReport.alarm('refund-insufficient-funds', { ...toRefundFacts(one), remoteCode: errorCode });
  }
  const effect = pauseMs === undefined ? 'kept' : toNextRun(one, pauseMs);
  const event = { event: 'refund.insufficient_funds', outRefundNo: request.outRefundNo };
  const moved = await move(one, {
    from: ['submitting'],
    to: 'insufficient_funds',
    errorCode,
    waits: waits + 1,
    effect,
    ...(waits === 0 && { event }),
  });
  if (pauseMs === undefined) throw toRefundError(one, 'REFUND_INSUFFICIENT_FUNDS', errorCode);
  return moved;
}

/**
 * The effect stays until the dead letter is stored. Where others have given back so much that this does not fit any
 * more, nobody has to see to it; unless something is left that nothing is delivered for.
 */
async function refuse(
  one: RefundAttempt,
  code: 'REFUND_REFUSED' | 'REFUND_NUMBER_USED',
  remoteCode?: string,
): Promise<string> {
  const { deps, request } = one;
  const { outRefundNo, refundFen } = request;
  const errorCode = remoteCode ?? code;
  const { mchId, outTradeNo } = one.order;
  const order = (await deps.store.orders.find(mchId, outTradeNo)) ?? one.order;
  const isWanted =
    fitsPayment(order, request) || isLeftWithMerchant(toRefused(order, request), request.transactionId);
  const moved = await deps.store.orders.moveRefund(toNamed(one), {
    from: ['submitting'],
    to: 'refused',
    errorCode,
    effect: isWanted ? 'kept' : 'settled',
    event: { event: 'refund.refused', outRefundNo, refundFen, errorCode },
  });
  if (moved === undefined) return 'overtaken';
  deps.refundReport.ended('refused', { isOurs: true, refundFen });
  if (!isWanted) return 'refused';
  return await tellRefusal({ ...one, order: moved, request: { ...request, errorCode } });
}

function toRefused(order: Order, { outRefundNo }: OrderRefundRequest): Order {
  const refundRequests = order.refundRequests.map((request) =>
    request.outRefundNo === outRefundNo ? { ...request, state: 'refused' as const } : request,
  );
  return { ...order, refundRequests };
}

/**
 * Tells people of a refund that is recorded as refused and whose effect waits for its dead letter; also in an attempt that
 * finds it so because the one before died.
 * @throws AppError REFUND_REFUSED, REFUND_NUMBER_USED (permanent: the dead letter), STORE_UNAVAILABLE
 */
export async function tellRefusal(one: RefundAttempt): Promise<never> {
  const { deps, order, request, job } = one;
  const { errorCode } = request;
  deps.refundReport.alarm('refund-refused', { ...toRefundFacts(one), errorCode });
  await keepCase(deps, order, { ...request, requestId: job.requestId });
  throw errorCode === 'REFUND_NUMBER_USED'
    ? toRefundError(one, 'REFUND_NUMBER_USED')
    : toRefundError(one, 'REFUND_REFUSED', errorCode);
}

import type { LedgerEntry, Order } from '@huidiao/store';
import type { QueriedRefund } from '@huidiao/wechat';
import { awaitPayment, type PaymentSeen } from './await-payment.ts';
import { awaitRefund } from './await-refund.ts';
import { toCallbackMissing } from './callback-missing.ts';
import type { CheckDeps } from './check-deps.ts';
import { type CheckEnd, endCheck, refundCheck } from './end-check.ts';
import { describeCallback } from './find-callback.ts';
import { NotProven } from './not-proven.ts';
import { findLatestCheck, openCheck } from './open-check.ts';
import { showCode } from './show-code.ts';

/**
 * Closes or refunds what the latest check left behind, however that ended.
 * @returns how many checks there were
 * @throws NotProven where it could not be ended; AppError STORE_UNAVAILABLE
 */
export async function endEarlierCheck(deps: CheckDeps): Promise<number> {
  const { count, order } = await findLatestCheck(deps);
  if (order === undefined || isOver(order)) return count;
  deps.say(`an earlier check, ${order.outTradeNo}, is not over; ending it first`);
  deps.say(describeEnd(order, await endCheck(deps, order)));
  return count;
}

function isOver({ status, refunds }: Order): boolean {
  return status === 'closed' || refunds.some((refund) => refund.status === 'SUCCESS');
}

function describeEnd({ outTradeNo }: Order, end: CheckEnd): string {
  switch (end.kind) {
    case 'not_paid':
      return `${outTradeNo} was not paid and is closed; it costs nothing`;
    case 'refunded_elsewhere':
      return `${outTradeNo} was paid, and refunded at the merchant platform`;
    case 'refunded':
      return `${outTradeNo} was paid; ${describeRefund(end.refund)}`;
    default:
      return end satisfies never;
  }
}

function describeRefund({ outRefundNo, status }: QueriedRefund): string {
  if (status === 'SUCCESS') return `its 1 fen is given back (${outRefundNo})`;
  if (status === 'PROCESSING') return `its 1 fen is on its way back (${outRefundNo})`;
  return `its refund ${outRefundNo} is ${status}: 商户平台 → 交易中心 → 退款 says what to do`;
}

/**
 * Buys something for 1 fen and gives it back, and waits until the ledger has the callbacks of both.
 * @param after how many checks there were before
 * @throws NotProven; AppError STORE_UNAVAILABLE. Whatever was paid is refunded then, or the error says how to do that.
 */
export async function verifyByOrder(deps: CheckDeps, appId: string, after: number): Promise<void> {
  const { order, codeUrl } = await openCheck(deps, appId, after);
  deps.say(`order ${order.outTradeNo} is registered, and WeChat Pay made a code for it`);
  deps.say(showCode(codeUrl));
  const payment = await awaitPayment(deps, order).catch(async (error: unknown) => {
    deps.say(describeEnd(order, await endCheck(deps, order)));
    throw error;
  });
  const refund = await giveBackWhatWasPaid(deps, order, payment);
  await assertPaymentCame(deps, order, payment);
  await proveRefund(deps, order, refund);
}

/** @throws NotProven where nothing is known to have been paid: there is nothing to prove then */
async function giveBackWhatWasPaid(
  deps: CheckDeps,
  order: Order,
  payment: PaymentSeen,
): Promise<QueriedRefund> {
  if (payment.kind === 'callback' || payment.kind === 'no_callback') {
    if (payment.kind === 'callback')
      deps.say(`the payment callback came: ${describeCallback(payment.entry)}`);
    const refund = await refundCheck(deps, order);
    deps.say(`WeChat Pay has taken the refund: ${describeRefund(refund)}`);
    return refund;
  }
  deps.say(describeEnd(order, await endCheck(deps, order)));
  if (payment.kind === 'interrupted') throw new NotProven('stopped before the payment callback came', []);
  throw new NotProven(`nobody paid within ${deps.times.scanMs / 60_000} minutes`, [
    'run it again and scan the code',
  ]);
}

async function assertPaymentCame(deps: CheckDeps, order: Order, payment: PaymentSeen): Promise<void> {
  if (payment.kind !== 'callback') {
    throw await toCallbackMissing(deps, 'the payment callback', order.outTradeNo);
  }
  assertOutcome(payment.entry, 'payment', 'paid');
}

async function proveRefund(deps: CheckDeps, order: Order, refund: QueriedRefund): Promise<void> {
  const seen = await awaitRefund(deps, order, refund);
  switch (seen.kind) {
    case 'callback':
      deps.say(`the refund callback came: ${describeCallback(seen.entry)}`);
      assertGivenBack(seen.entry, refund);
      return;
    case 'no_callback':
      throw await toCallbackMissing(deps, 'the refund callback', order.outTradeNo);
    case 'processing':
    case 'interrupted':
      throw new NotProven(
        'the payment callback is proven, the one of the refund is not yet: WeChat Pay is still working on the refund',
        [
          'nothing is wrong so far; a balance takes minutes, a card up to days',
          `GET /v1/orders/${order.outTradeNo} of merchant-api lists the callback under callbacks once it has come`,
        ],
      );
    default:
      return seen satisfies never;
  }
}

/** A refund may end otherwise, and its callback then says so. */
function assertGivenBack(entry: LedgerEntry, { outRefundNo }: QueriedRefund): void {
  if (entry.eventType !== 'refund.succeeded') {
    const problem = `both callbacks came, but the 1 fen is not back: ${entry.eventType} (${outRefundNo})`;
    throw new NotProven(problem, [
      'refund.abnormal: 商户平台 → 交易中心 → 退款 says what to do; refund.closed: run this again, which makes a new refund',
    ]);
  }
  assertOutcome(entry, 'refund', 'refunded');
}

/** A callback that came and was worked otherwise than it should be. */
function assertOutcome({ eventType, outcome, requestId }: LedgerEntry, what: string, wanted: string): void {
  if (outcome === wanted) return;
  throw new NotProven(`the ${what} callback came, but ${eventType} was worked as ${outcome}`, [
    `the log lines of request ${requestId}, and npm run dead-letters -- list, say why`,
  ]);
}

import { AppError, toAppError } from '@huidiao/errors';
import type { BillDay, BillDayResult } from '@huidiao/store';
import {
  type CheckBillDeps,
  type CheckedBill,
  type CheckedMerchant,
  CheckGivenUp,
  checkBill,
} from './check-bill.ts';
import { planDays } from './plan-days.ts';
import { countOf, toExpected } from './tally.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** What is open is looked at again: a heal takes moments, an unknown order ten minutes, `hold` a day. */
const recheckAfterMs = [15 * minuteMs, hourMs, 6 * hourMs, 24 * hourMs];
const firstPauseMs = 5 * minuteMs;
const longestPauseMs = hourMs;
/** More than a day of them. */
const mostFailures = 40;
/** Checks that were begun one after the other and of which nobody heard the end: the next process would be killed too. */
const mostStarts = 5;
/** The next check would end in the same way. */
const finalFailures = new Set([
  'BILL_NOT_UNDERSTOOD',
  'BILL_TOO_LONG',
  'BILL_CHECK_KILLED',
  'WECHAT_REFUSED',
]);
/** What bounds a bill, by the reason why it is too long. */
const limitSettings: Readonly<Record<string, string>> = {
  too_many_rows: 'BILL_MAX_LINES',
  too_large: 'BILL_MAX_BYTES',
};

/**
 * Makes the round that checks one merchant's bills: each day once, at its time, by one of any number of processes, and again
 * when somebody asks or something was open.
 *
 * @returns a round, which gives how many days were looked at. It throws AppError STORE_UNAVAILABLE.
 */
export function createCheckBills(deps: CheckBillDeps, checked: CheckedMerchant) {
  const { billDays } = deps.store;
  const { merchant } = checked;
  return async (): Promise<number> => {
    if (merchant.bill.isChecked) await planDays(deps.store, merchant, deps.clock);
    let looked = 0;
    while (!deps.signal.aborted) {
      const day = await billDays.claimDue(merchant.mchId, deps.leaseMs);
      if (day === undefined) break;
      await check(deps, checked, day);
      looked += 1;
    }
    return looked;
  };
}

async function check(deps: CheckBillDeps, checked: CheckedMerchant, day: BillDay): Promise<void> {
  const startedAt = performance.now();
  try {
    const { starts = 0 } = day;
    if (starts > mostStarts) throw new AppError('BILL_CHECK_KILLED', { details: { starts: mostStarts } });
    const bill = await checkBill(deps, checked, day);
    const result = toResult(deps, day, bill);
    const finished = await deps.store.billDays.finish(day, result);
    if (finished !== undefined) report(deps, day, bill, { startedAt, isLast: result.dueAt === undefined });
  } catch (error) {
    await giveUp(deps, day, error);
  }
}

function toResult({ clock }: CheckBillDeps, day: BillDay, { exists, proof }: CheckedBill): BillDayResult {
  const pauseMs = countOf(proof, 'open') > 0 ? recheckAfterMs[day.rechecks] : undefined;
  return {
    state: exists ? 'done' : 'none',
    proof,
    failures: 0,
    ...(pauseMs !== undefined && {
      dueAt: new Date(clock.now().getTime() + pauseMs),
      rechecks: day.rechecks + 1,
    }),
  };
}

/** One line for each check of a day. */
function report(
  { logger, metrics }: CheckBillDeps,
  { mchId, billDate, runs }: BillDay,
  { exists, proof, healing, unread }: CheckedBill,
  { startedAt, isLast }: { readonly startedAt: number; readonly isLast: boolean },
): void {
  metrics.checked({ mchId, billDate }, proof);
  const durationMs = Math.round(performance.now() - startedAt);
  const { rows, payments, refunds, others } = proof;
  const expected = { payments: toExpected(payments), refunds: toExpected(refunds) };
  const facts = { mchId, billDate, runs, exists, rows, others, healing, durationMs };
  logger.info({ event: 'bill.checked', ...facts, expected, payments, refunds }, 'bill.checked');
  for (const [alarm, count, more] of [
    ['bill-open', isLast ? countOf(proof, 'open') : 0, {}],
    ['bill-unregistered', countOf(proof, 'unregistered'), {}],
    ['bill-unread', unread.count, { lines: unread.first }],
  ] as const) {
    if (count === 0) continue;
    metrics.alarm(alarm);
    logger.error({ event: 'bill.alarm', alarm, mchId, billDate, count, ...more }, 'bill.alarm');
  }
}

async function giveUp(deps: CheckBillDeps, day: BillDay, error: unknown): Promise<void> {
  const { logger, metrics, clock, signal } = deps;
  const { mchId, billDate } = day;
  if (error instanceof CheckGivenUp || signal.aborted) {
    // Whoever takes it over need not wait for the end of the lease.
    await deps.store.billDays.finish(day, { state: 'waiting', dueAt: clock.now() }).catch(() => undefined);
    return;
  }
  const failure = toAppError(error);
  const result = toFailed(day, failure, clock.now());
  const event = result.state === 'failed' ? 'bill.failed' : 'bill.postponed';
  const facts = { mchId, billDate, errorCode: failure.code, errorKind: failure.kind, ...failure.details };
  if (result.state === 'failed') {
    const alarm = failure.code === 'BILL_TOO_LONG' ? 'bill-too-long' : 'bill-failed';
    const setting = limitSettings[String(failure.details.reason)];
    metrics.alarm(alarm);
    logger.error({ event, alarm, ...facts, setting, err: error }, event);
  } else logger.warn({ event, ...facts, dueAt: result.dueAt, err: error }, event);
  await deps.store.billDays.finish(day, result);
}

function toFailed(day: BillDay, { code, retryAfterMs }: AppError, now: Date): BillDayResult {
  const failures = day.failures + 1;
  if (finalFailures.has(code) || failures >= mostFailures) {
    return { state: 'failed', errorCode: code, failures };
  }
  const pauseMs = retryAfterMs ?? Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs);
  return { state: 'waiting', errorCode: code, failures, dueAt: new Date(now.getTime() + pauseMs) };
}

import type { Logger } from '@huidiao/runtime';
import type { BillEntry } from './bill-entry.ts';
import type { BillMetrics } from './bill-metrics.ts';
import type { HealOutcome } from './heal-payment.ts';

/** What people must hear of. */
export const billAlarms = [
  'bill-lacks',
  'bill-differs',
  'bill-not-confirmed',
  'bill-open',
  'bill-unregistered',
  'bill-unread',
  'bill-too-long',
  'bill-failed',
] as const;
export type BillAlarm = (typeof billAlarms)[number];

/** Tells people of single lines: each in the counter, and the first ones of each kind in the log. */
export interface BillAlarms {
  raise(alarm: BillAlarm, entry: BillEntry, facts?: Readonly<Record<string, unknown>>): void;
  /** `left_to_a_person` has its dead letter already. */
  noteHeal(outcome: HealOutcome, entry: BillEntry): void;
  /** How many heals were sent on their way. */
  readonly healing: number;
}

const mostLines = 50;

/** For one day's bill of one merchant: 50 lines of each kind of alarm go into the log, the rest are counted alone. */
export function createBillAlarms(
  logger: Logger,
  metrics: Pick<BillMetrics, 'alarm'>,
  day: { readonly mchId: string; readonly billDate: string },
): BillAlarms {
  const lines = new Map<BillAlarm, number>();
  let healing = 0;
  const raise: BillAlarms['raise'] = (alarm, entry, facts) => {
    metrics.alarm(alarm);
    const count = (lines.get(alarm) ?? 0) + 1;
    lines.set(alarm, count);
    if (count > mostLines) return;
    logger.error({ event: 'bill.alarm', alarm, ...day, ...entry, ...facts }, 'bill.alarm');
  };
  return {
    raise,
    noteHeal(outcome, entry) {
      if (outcome === 'healing') healing += 1;
      if (outcome === 'not_confirmed') raise('bill-not-confirmed', entry);
      const { mchId, billDate } = day;
      const { kind, outTradeNo, transactionId, refundId } = entry;
      const fields = { event: 'bill.healed', mchId, billDate, kind, outTradeNo, transactionId, refundId };
      logger.info({ ...fields, outcome }, 'bill.healed');
    },
    get healing() {
      return healing;
    },
  };
}

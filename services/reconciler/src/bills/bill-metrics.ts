import type { Metrics } from '@huidiao/runtime';
import { type BillDay, type BillProof, billFates } from '@huidiao/store';
import { type BillAlarm, billAlarms } from './bill-alarms.ts';

export interface BillMetrics {
  alarm(alarm: BillAlarm): void;
  /** What the latest day of a merchant came to, as far as this process checked it. */
  checked(day: Pick<BillDay, 'mchId' | 'billDate'>, proof: BillProof): void;
}

/** Registers the metrics of bills. */
export function createBillMetrics(metrics: Metrics): BillMetrics {
  const alarms = metrics.counter({
    name: 'huidiao_bill_alarms_total',
    help: 'What people must hear of the bills of days: lines that differ or are not confirmed, what bills lack, what stays open, bills that could not be checked',
    labelNames: ['alarm'],
  });
  const labelNames = ['mchId', 'kind', 'fate'];
  const entries = metrics.gauge({
    name: 'huidiao_bill_entries',
    help: 'Payments and refunds of the latest day whose bill this process checked, by what became of them',
    labelNames,
  });
  const yuan = metrics.gauge({
    name: 'huidiao_bill_yuan',
    help: 'What they come to, in yuan',
    labelNames,
  });
  const latest = new Map<string, string>();
  for (const alarm of billAlarms) alarms.inc({ alarm }, 0);
  return {
    alarm: (alarm) => alarms.inc({ alarm }),
    checked({ mchId, billDate }, proof) {
      if (billDate < (latest.get(mchId) ?? '')) return;
      latest.set(mchId, billDate);
      for (const [kind, tally] of [
        ['payment', proof.payments],
        ['refund', proof.refunds],
      ] as const) {
        for (const fate of billFates) {
          entries.set({ mchId, kind, fate }, tally[fate].count);
          yuan.set({ mchId, kind, fate }, tally[fate].fen / 100);
        }
      }
    },
  };
}

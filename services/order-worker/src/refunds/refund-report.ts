import type { Logger, Metrics } from '@huidiao/runtime';

/** Why people have to look at a refund. */
export type RefundAlarm =
  /** The money could not be returned: the card is closed, or frozen. */
  | 'refund-abnormal'
  /** WeChat Pay gave one up that was asked for here: nothing was given back. */
  | 'refund-closed'
  | 'refund-refused'
  | 'refund-insufficient-funds'
  | 'refund-not-final';

/** What an alarm names a refund by; `refundFen` is what was asked for. */
export interface RefundFacts {
  readonly mchId: string;
  readonly outTradeNo: string;
  readonly outRefundNo: string;
  readonly refundFen: number;
}

/** How refunds end, in metrics, and in log lines that raise an alarm. */
export interface RefundReport {
  /** One was settled, or its state became news. `isOurs`: it was asked for here. */
  ended(outcome: string, facts: { readonly isOurs: boolean; readonly refundFen: number }): void;
  alarm(alarm: RefundAlarm, facts: RefundFacts & Readonly<Record<string, unknown>>): void;
}

/** Registers the three counters of refunds; every alarm is a line at error level, too. */
export function createRefundReport(metrics: Metrics, logger: Logger): RefundReport {
  const refunds = metrics.counter({
    name: 'huidiao_refunds_total',
    help: 'Refunds by what became of them, and whether they were asked for here or made elsewhere',
    labelNames: ['outcome', 'by'],
  });
  const refundedFen = metrics.counter({
    name: 'huidiao_refunded_fen_total',
    help: 'What buyers got back, in fen',
    labelNames: ['by'],
  });
  const alarms = metrics.counter({
    name: 'huidiao_refund_alarms_total',
    help: 'Refunds that people have to look at, by why',
    labelNames: ['alarm'],
  });
  return {
    ended(outcome, { isOurs, refundFen }) {
      const by = isOurs ? 'us' : 'others';
      refunds.inc({ outcome, by });
      if (outcome === 'succeeded') refundedFen.inc({ by }, refundFen);
    },
    alarm(alarm, facts) {
      alarms.inc({ alarm });
      const event = 'refund.alarm';
      logger.error({ event, alarm, ...facts }, event);
    },
  };
}

import type { Metrics } from '@huidiao/runtime';
import type { BodyBudget } from './body/body-budget.ts';
import type { DurableIn } from './durable/durable-stores.ts';

/** What the ingress counts. Labels are from closed sets; no header or path of a request becomes one. */
export interface CallbackMetrics {
  received(outcome: string, reason: string, durationMs: number): void;
  durable(durableIn: DurableIn): void;
  /** A callback that went to the bulk lane because its merchant, a configured one, is beyond its rate. */
  beyondRate(mchId: string): void;
}

export function createCallbackMetrics(metrics: Metrics, bodyBudget: BodyBudget): CallbackMetrics {
  const total = metrics.counter({
    name: 'huidiao_callbacks_total',
    help: 'Callbacks by what became of them',
    labelNames: ['outcome', 'reason'],
  });
  const duration = metrics.histogram({
    name: 'huidiao_callback_duration_seconds',
    help: 'From the first byte of a callback to its answer',
    labelNames: ['outcome'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5],
  });
  const durable = metrics.counter({
    name: 'huidiao_callbacks_durable_total',
    help: 'Callbacks by where they became durable: redis, or the inbox in MongoDB',
    labelNames: ['durable_in'],
  });
  const beyondRate = metrics.counter({
    name: 'huidiao_callbacks_beyond_rate_total',
    help: 'Callbacks that went to the bulk lane because their merchant was beyond its rate',
    labelNames: ['mchid'],
  });
  metrics.gauge({
    name: 'huidiao_callback_body_bytes',
    help: 'Memory taken by callback bodies in flight',
    collect() {
      this.set(bodyBudget.inFlightBytes);
    },
  });
  return {
    received(outcome, reason, durationMs) {
      total.inc({ outcome, reason });
      duration.observe({ outcome }, durationMs / 1_000);
    },
    durable: (durableIn) => durable.inc({ durable_in: durableIn }),
    beyondRate: (mchId) => beyondRate.inc({ mchid: mchId }),
  };
}

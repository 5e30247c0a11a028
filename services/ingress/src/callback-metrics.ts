import type { Metrics } from '@huidiao/runtime';
import type { PlatformKeyKind } from '@huidiao/wechat';
import type { BodyBudget } from './body/body-budget.ts';
import type { CallbackKind } from './callback/callback-address.ts';
import type { DurableIn } from './durable/durable-stores.ts';

/** What the ingress counts. Labels are from closed sets; no header or path of a request becomes one. */
export interface CallbackMetrics {
  received(kind: CallbackKind | 'push-address', outcome: string, reason: string, durationMs: number): void;
  durable(durableIn: DurableIn): void;
  /** A callback that went to the bulk lane because its merchant or app, a configured one, is beyond its rate. */
  beyondRate(id: string): void;
}

/** Registers the metrics of the ingress, with a gauge of what is taken of the budget for bodies. */
export function createCallbackMetrics(metrics: Metrics, bodyBudget: BodyBudget): CallbackMetrics {
  const total = metrics.counter({
    name: 'huidiao_callbacks_total',
    help: 'Callbacks by their kind and what became of them',
    labelNames: ['kind', 'outcome', 'reason'],
  });
  const duration = metrics.histogram({
    name: 'huidiao_callback_duration_seconds',
    help: 'From the first byte of a callback to its answer',
    labelNames: ['kind', 'outcome'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5],
  });
  const durable = metrics.counter({
    name: 'huidiao_callbacks_durable_total',
    help: 'Callbacks by where they became durable: redis, or the inbox in MongoDB',
    labelNames: ['durable_in'],
  });
  const beyondRate = metrics.counter({
    name: 'huidiao_callbacks_beyond_rate_total',
    help: 'Callbacks that went to the bulk lane because their merchant or app was beyond its rate',
    labelNames: ['id'],
  });
  metrics.gauge({
    name: 'huidiao_callback_body_bytes',
    help: 'Memory taken by callback bodies in flight',
    collect() {
      this.set(bodyBudget.inFlightBytes);
    },
  });
  return {
    received(kind, outcome, reason, durationMs) {
      total.inc({ kind, outcome, reason });
      duration.observe({ kind, outcome }, durationMs / 1_000);
    },
    durable: (durableIn) => durable.inc({ durable_in: durableIn }),
    beyondRate: (id) => beyondRate.inc({ id }),
  };
}

/** Which keys WeChat Pay signs notifications with, per merchant: how far a change from certificates has come. */
export interface SignatureMetrics {
  /** A notification whose signature is good. */
  verified(mchId: string, keyKind: PlatformKeyKind): void;
}

/** WeChat Pay alone decides that share: https://pay.weixin.qq.com/doc/v3/merchant/4012154180 */
export function createSignatureMetrics(metrics: Metrics): SignatureMetrics {
  const total = metrics.counter({
    name: 'huidiao_signatures_verified_total',
    help: 'Notifications of WeChat Pay whose signature is good, by merchant and kind of key: the share of a migration',
    labelNames: ['mchid', 'key_kind'],
  });
  return { verified: (mchId, keyKind) => total.inc({ mchid: mchId, key_kind: keyKind }) };
}

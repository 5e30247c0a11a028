import { type AroundPorts, asTheyAre, type Clock } from '@huidiao/contracts';
import type { Lifecycle, LiveDirectory, Logger, Metrics } from '@huidiao/runtime';
import type { Store } from '@huidiao/store';
import { createRefundClients, type RefundClients } from './refund-clients.ts';
import { type RefundPace, refundPace } from './refund-pace.ts';
import { createRefundQueries } from './refund-queries.ts';
import { createRefundReport } from './refund-report.ts';

export interface OpenRefundClientsOptions {
  /** https://api.mch.weixin.qq.com */
  readonly config: { readonly wechatPayApiUrl: string };
  readonly directory: LiveDirectory;
  readonly lifecycle: Pick<Lifecycle, 'onRelease'>;
  /** For tests; see AroundPorts. */
  readonly around?: AroundPorts;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Of one call; 5 s by default. */
  readonly timeoutMs?: number | undefined;
}

const callTimeoutMs = 5_000;

/** WeChat Pay as refunds need it, for each merchant; the lifecycle closes it. */
export function openRefundClients(options: OpenRefundClientsOptions): RefundClients {
  const { config, lifecycle, around = asTheyAre, timeoutMs = callTimeoutMs, ...shared } = options;
  const clients = createRefundClients({ ...shared, baseUrl: config.wechatPayApiUrl, timeoutMs });
  lifecycle.onRelease('refund clients', () => clients.close());
  return {
    ...clients,
    of: (merchant) => around({ refundClient: clients.of(merchant) }).refundClient,
  };
}

export interface RefundDutiesOptions {
  readonly clients: Pick<RefundClients, 'of'>;
  readonly turns: Store['turns'];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** For tests that cannot wait for minutes. */
  readonly pace?: RefundPace | undefined;
}

/** What every handler of refunds has besides the ports: queries within the rate, figures, alarms and the pace. */
export function createRefundDuties({ clients, turns, clock, logger, metrics, pace }: RefundDutiesOptions) {
  return {
    refundQueries: createRefundQueries({ clientOf: clients.of, turns, clock }),
    refundReport: createRefundReport(metrics, logger),
    adoptedRefunds: metrics.counter({
      name: 'huidiao_refunds_adopted_total',
      help: 'Refunds that were made elsewhere, as in the merchant platform, by their first known state',
      labelNames: ['state'],
    }),
    pace: pace ?? refundPace,
  };
}

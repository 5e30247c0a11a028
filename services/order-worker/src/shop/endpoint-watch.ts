import type { Clock } from '@huidiao/contracts';
import { toAppError } from '@huidiao/errors';
import type { Logger, Metrics } from '@huidiao/runtime';

/** Looks after one address, so that nobody finds out by dead letters, a day later, that it takes nothing. */
export interface EndpointWatch {
  /** Asks, and notes how it ended. @throws what `ask` throws */
  around<R>(ask: () => Promise<R>): Promise<R>;
}

export interface EndpointWatchOptions {
  /** Whose address it is: `shop-1900000001`. A label. */
  readonly name: string;
  /** Only its host goes into the log: shops put secrets into paths and queries. */
  readonly url: string;
  readonly clock: Clock;
  /** Whether all calls to it pause now, for it said that it is gone. */
  readonly isLeftAlone: () => boolean;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Longer than a deploy takes. */
const tellAfterMs = 10 * 60_000;
const tellAgainAfterMs = 60 * 60_000;

/**
 * What people are told, while something is asked of the address:
 *
 * | it | alarm |
 * |--- |---    |
 * | answered no 2xx for 10 minutes | then, and again each hour |
 * | says that it is gone (410), for which all calls to it pause | at once, and again each hour |
 * | answers 2xx again | a line that it does |
 */
export function createEndpointWatch(options: EndpointWatchOptions): EndpointWatch {
  const { name: endpoint, clock, isLeftAlone, logger } = options;
  const { host } = new URL(options.url);
  const gauge = toFailingGauge(options.metrics);
  gauge.set({ endpoint }, 0);
  /** Since the first failure after the last 2xx. */
  let failing: { readonly since: number; failures: number; isTold: boolean } | undefined;
  let toldAt = Number.NEGATIVE_INFINITY;

  function noteFailure(error: unknown): void {
    const now = clock.now().getTime();
    failing ??= { since: now, failures: 0, isTold: false };
    failing.failures += 1;
    if (!isLeftAlone() && now - failing.since < tellAfterMs) return;
    gauge.set({ endpoint }, 1);
    if (now - toldAt < tellAgainAfterMs) return;
    toldAt = now;
    failing.isTold = true;
    const event = 'endpoint.failing';
    const { code: errorCode, details } = toAppError(error);
    const { httpStatus, reason } = details;
    const facts = { endpoint, host, failingSince: new Date(failing.since), failures: failing.failures };
    logger.error({ event, alarm: 'endpoint-failing', ...facts, errorCode, httpStatus, reason }, event);
  }

  function noteAnswer(): void {
    if (failing === undefined) return;
    const { since, failures, isTold } = failing;
    failing = undefined;
    gauge.set({ endpoint }, 0);
    const event = 'endpoint.recovered';
    if (isTold) logger.info({ event, endpoint, host, failingSince: new Date(since), failures }, event);
  }

  return {
    async around(ask) {
      try {
        const result = await ask();
        noteAnswer();
        return result;
      } catch (error) {
        noteFailure(error);
        throw error;
      }
    },
  };
}

function toFailingGauge(metrics: Metrics) {
  return metrics.gauge({
    name: 'huidiao_endpoint_failing',
    help: '1 while the address of a shop or of a pass_through has answered no 2xx for 10 minutes, or says that it is gone',
    labelNames: ['endpoint'],
  });
}

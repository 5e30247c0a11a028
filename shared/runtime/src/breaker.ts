import { AppError, type ErrorCode } from '@huidiao/errors';
import CircuitBreaker from 'opossum';
import type { Logger } from './logger.ts';
import type { Gauge, Metrics } from './metrics.ts';

export interface BreakerOptions<A extends unknown[], R> {
  /** What is called, and for whom: `shop/1900000001`. Bounded in number, for it is a label. */
  readonly name: string;
  /** Must end by itself (`AbortSignal.timeout`): the breaker has no time limit of its own. */
  readonly action: (...args: A) => Promise<R>;
  /** The code of the error that a call gets while the breaker is open. */
  readonly openCode: ErrorCode;
  /**
   * Whether a failure speaks against the remote. One that does not (a refused request, a call given up by us)
   * neither opens the breaker nor closes it. Default: all do.
   */
  readonly failureCounts?: (error: unknown) => boolean;
  /** How long the breaker stays open before one call may try again. Default 10 s. */
  readonly resetTimeoutMs?: number;
  /** Calls within the window before the breaker may open; default and least 10. */
  readonly volumeThreshold?: number;
  /** The share of failed calls above which it opens; default 50. */
  readonly errorThresholdPercentage?: number;
  /** The window in which calls are counted; default 10 s. */
  readonly rollingWindowMs?: number;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export interface Breaker<A extends unknown[], R> {
  /** Calls the action and gives what it gives. @throws AppError(openCode) without calling while open. */
  fire(...args: A): Promise<R>;
  /** Whether a call would be turned away now. */
  readonly isOpen: boolean;
  /** Ends its timers. Calls still go through afterwards. */
  close(): void;
}

/**
 * A circuit breaker around one remote. Closed: calls go through. Open: they are turned away. Half-open, after
 * `resetTimeoutMs`: one call at a time goes through, until one succeeds or fails in a way that counts.
 *
 * opossum keeps the state and the counts, but is told outcomes only after the call: what its `errorFilter`
 * matches counts as a success there and closes a half-open breaker
 * (https://github.com/nodeshift/opossum/blob/main/lib/circuit.js, handleError).
 */
export function createBreaker<A extends unknown[], R>(options: BreakerOptions<A, R>): Breaker<A, R> {
  const { name, action, openCode, failureCounts = () => true, resetTimeoutMs = 10_000 } = options;
  const state = createState(options);
  let trials = 0;
  let openedAt = 0;
  state.on('open', () => {
    openedAt = Date.now();
  });

  const isOpen = () => state.opened || (state.halfOpen && trials > 0);
  const rejections = options.metrics.counter({
    name: 'huidiao_breaker_rejections_total',
    help: 'Calls turned away because the breaker was open',
    labelNames: ['breaker'],
  });
  const turnAway = (): AppError => {
    rejections.inc({ breaker: name });
    const untilTrialMs = state.opened ? openedAt + resetTimeoutMs - Date.now() : 0;
    const retryAfterMs = Math.max(untilTrialMs, Math.min(1_000, resetTimeoutMs));
    return new AppError(openCode, { retryAfterMs, details: { breaker: name } });
  };

  const call = async (args: A): Promise<R> => {
    try {
      const result = await action(...args);
      await tell(state, Promise.resolve());
      return result;
    } catch (error) {
      if (failureCounts(error)) await tell(state, Promise.reject(error));
      throw error;
    }
  };

  return {
    async fire(...args) {
      if (isOpen()) throw turnAway();
      if (!state.halfOpen) return call(args);
      trials += 1;
      try {
        return await call(args);
      } finally {
        trials -= 1;
      }
    },
    get isOpen() {
      return isOpen();
    },
    close() {
      // Whoever looks at the metric must not see it open for ever.
      if (state.opened || state.halfOpen) toOpenGauge(options.metrics).set({ breaker: name }, 0);
      state.shutdown();
    },
  };
}

type State = CircuitBreaker<[Promise<unknown>], unknown>;

function createState<A extends unknown[], R>(options: BreakerOptions<A, R>): State {
  const { name, logger } = options;
  const open = toOpenGauge(options.metrics);
  open.set({ breaker: name }, 0);
  const state: State = new CircuitBreaker((outcome: Promise<unknown>) => outcome, {
    name,
    timeout: false,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
    resetTimeout: options.resetTimeoutMs ?? 10_000,
    rollingCountTimeout: options.rollingWindowMs ?? 10_000,
    volumeThreshold: Math.max(10, options.volumeThreshold ?? 10),
    errorThresholdPercentage: options.errorThresholdPercentage ?? 50,
  });
  const note = (event: string, value: number) => () => {
    open.set({ breaker: name }, value);
    logger.warn({ event, breaker: name }, event);
  };
  state.on('open', note('breaker.opened', 1));
  state.on('halfOpen', note('breaker.half_open', 0.5));
  state.on('close', note('breaker.closed', 0));
  return state;
}

function toOpenGauge(metrics: Metrics): Gauge {
  return metrics.gauge({
    name: 'huidiao_breaker_open',
    help: '1 while calls are turned away, 0.5 while one is tried, 0 otherwise',
    labelNames: ['breaker'],
  });
}

/** The caller has the outcome itself; one that comes while the breaker is open changes nothing. */
async function tell(state: State, outcome: Promise<unknown>): Promise<void> {
  outcome.catch(() => undefined);
  await state.fire(outcome).catch(() => undefined);
}

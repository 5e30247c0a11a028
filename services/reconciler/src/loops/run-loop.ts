import { toAppError } from '@huidiao/errors';
import type { Logger, Metrics } from '@huidiao/runtime';

export interface LoopOptions {
  readonly name: string;
  readonly intervalMs: number;
  /** One round; gives how many things it did. May throw: the next round tries again. */
  readonly round: () => Promise<number>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly random: () => number;
}

/** Something that runs again and again until it is stopped. */
export interface Loop {
  /** Stops after the round that is under way. */
  stop(): Promise<void>;
}

/**
 * Runs rounds one after another, `intervalMs` apart give or take a fifth so that replicas do not march in step.
 * A failing round is logged, and no reason to end: what it reads is away for a while.
 */
export function runLoop(options: LoopOptions): Loop {
  const { name, intervalMs, logger, random } = options;
  const done = options.metrics.counter({
    name: 'huidiao_reconciled_total',
    help: 'Things that a round of the reconciler did, by its name',
    labelNames: ['loop'],
  });
  const failures = options.metrics.counter({
    name: 'huidiao_reconciler_failed_rounds_total',
    help: 'Rounds that failed, by name and error code',
    labelNames: ['loop', 'error_code'],
  });
  let stopping = false;
  let wake = (): void => undefined;

  async function runRound(): Promise<void> {
    const startedAt = performance.now();
    try {
      const count = await options.round();
      if (count === 0) return;
      done.inc({ loop: name }, count);
      const durationMs = Math.round(performance.now() - startedAt);
      logger.info({ event: 'reconciler.round', loop: name, count, durationMs }, 'reconciler.round');
    } catch (error) {
      const { code, kind } = toAppError(error);
      failures.inc({ loop: name, error_code: code });
      logger.warn(
        { event: 'reconciler.round_failed', loop: name, errorCode: code, errorKind: kind, err: error },
        'reconciler.round_failed',
      );
    }
  }

  async function run(): Promise<void> {
    while (!stopping) {
      await runRound();
      if (stopping) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, intervalMs * (0.8 + random() * 0.4));
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  const running = run();
  return {
    async stop() {
      stopping = true;
      wake();
      await running;
    },
  };
}

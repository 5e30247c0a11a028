import { type AppError, toAppError } from '@huidiao/errors';
import type { Logger, Metrics } from '@huidiao/runtime';

export interface LoopOptions {
  readonly name: string;
  /** What its log lines say besides, where several loops have one name. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly intervalMs: number;
  /** One round; gives how many things it did. May throw: the next round tries again. */
  readonly round: () => Promise<number>;
  /** A round that did this many things probably left some: the next one begins at once. */
  readonly limit: number;
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
 * A failing round is no reason to end: what it reads is away for a while. Of failures in a row with one code only
 * the first is logged; the counter has them all.
 */
export function runLoop(options: LoopOptions): Loop {
  const { name, fields, intervalMs, limit, logger, random } = options;
  const count = createCounters(options.metrics, name);
  let stopping = false;
  let wake = (): void => undefined;
  let failure: string | undefined;

  /** Whether to go on at once. */
  async function runRound(): Promise<boolean> {
    const startedAt = performance.now();
    try {
      const done = await options.round();
      failure = undefined;
      if (done === 0) return false;
      count.done(done);
      const durationMs = Math.round(performance.now() - startedAt);
      const event = 'reconciler.round';
      logger.info({ event, loop: name, ...fields, count: done, durationMs }, event);
      return done >= limit;
    } catch (error) {
      reportFailure(toAppError(error), error);
      return false;
    }
  }

  function reportFailure({ code, kind }: AppError, err: unknown): void {
    count.failed(code);
    const level = failure === code ? 'debug' : 'warn';
    failure = code;
    const event = 'reconciler.round_failed';
    logger[level]({ event, loop: name, ...fields, errorCode: code, errorKind: kind, err }, event);
  }

  async function run(): Promise<void> {
    while (!stopping) {
      const goOn = await runRound();
      if (stopping) return;
      await pause(goOn ? 0 : intervalMs * (0.8 + random() * 0.4));
    }
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
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

function createCounters(metrics: Metrics, loop: string) {
  const done = metrics.counter({
    name: 'huidiao_reconciled_total',
    help: 'Things that a round of the reconciler did, by its name',
    labelNames: ['loop'],
  });
  const failures = metrics.counter({
    name: 'huidiao_reconciler_failed_rounds_total',
    help: 'Rounds that failed, by name and error code',
    labelNames: ['loop', 'error_code'],
  });
  return {
    done: (count: number) => done.inc({ loop }, count),
    failed: (code: string) => failures.inc({ loop, error_code: code }),
  };
}

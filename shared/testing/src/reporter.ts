import { setTimeout as pause } from 'node:timers/promises';
import mocha from 'mocha';
import { HandleOrigins } from './handle-origins.ts';
import { openChildren, openHandles } from './open-handles.ts';

/** A run that takes longer hangs: its test is named and the run fails. */
const defaultRunLimitMs = 9 * 60_000;
/** What closes on its own after the last test, such as a keep-alive connection, may take this long. */
const defaultSettleMs = 3_000;

/**
 * Mocha's spec reporter, and after it: a check that nothing is left open, which fails the run, and the counts on
 * a line of their own.
 */
export default class ClosingReporter extends mocha.reporters.Spec {
  readonly #guard: NodeJS.Timeout;
  readonly #origins = new HandleOrigins();
  readonly #run: mocha.Runner;
  readonly #limitMs: number;
  readonly #settleMs: number;

  constructor(runner: mocha.Runner, options: mocha.MochaOptions) {
    super(runner, options);
    this.#run = runner;
    const { runLimitMs = defaultRunLimitMs, settleMs = defaultSettleMs } = options.reporterOptions ?? {};
    this.#limitMs = Number(runLimitMs);
    this.#settleMs = Number(settleMs);
    this.#guard = setTimeout(() => this.#giveUp(), this.#limitMs).unref();
    runner.on('suite end', (suite) => {
      if (suite.parent?.root) this.#origins.note(suite.title);
    });
  }

  /** Mocha calls it once the global teardown is over. */
  override done(failures: number, end?: (failures: number) => void): void {
    void this.#close(failures, end);
  }

  async #close(failures: number, end: ((failures: number) => void) | undefined): Promise<void> {
    clearTimeout(this.#guard);
    const leaks = await whatStaysOpen(this.#settleMs);
    if (leaks.length > 0) console.log(this.#origins.describe(leaks));
    const failed = failures + (leaks.length > 0 ? 1 : 0);
    console.log(`\n${this.stats.passes} passed, ${failed} failed`);
    end?.(failed);
    if (leaks.length > 0) endAll();
  }

  #giveUp(): never {
    const where = this.#run.currentRunnable?.fullTitle() ?? 'between two tests';
    console.log(`\nthe run took longer than ${this.#limitMs / 1_000} s; it was at: ${where}`);
    for (const handle of openHandles()) console.log(`  ${handle}`);
    console.log(`\n${this.stats.passes} passed, ${this.stats.failures + 1} failed`);
    endAll();
  }
}

/** What is left open would keep this process for ever. Children that we talk to over IPC end with us; others outlive us. */
function endAll(): never {
  for (const child of openChildren().filter(({ connected }) => !connected)) child.kill('SIGKILL');
  process.exit(1);
}

async function whatStaysOpen(withinMs: number): Promise<string[]> {
  for (let waitedMs = 0; waitedMs < withinMs; waitedMs += 50) {
    if (openHandles().length === 0) return [];
    await pause(50);
  }
  return openHandles();
}

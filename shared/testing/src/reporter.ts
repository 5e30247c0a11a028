import mocha from 'mocha';
import { readAtWork } from './at-work.ts';
import { HandleOrigins } from './handle-origins.ts';
import { endChildren, openChildren, openHandles, whatStaysOpen } from './open-handles.ts';
import { storeUse } from './store-use.ts';

/** A run that takes longer hangs: its test is named and the run fails. */
const defaultRunLimitMs = 9 * 60_000;

/**
 * Mocha's spec reporter, and after it: a check that nothing is left open, one of the store's use after a whole run,
 * and the counts on a line of their own. Mocha's workers make the first check for each of their files.
 */
export default class ClosingReporter extends mocha.reporters.Spec {
  readonly #guard: NodeJS.Timeout;
  readonly #origins = new HandleOrigins();
  readonly #run: mocha.Runner;
  readonly #settings: { runLimitMs?: string; settleMs?: string; wholeRun?: string };

  constructor(runner: mocha.Runner, options: mocha.MochaOptions) {
    super(runner, options);
    this.#run = runner;
    this.#settings = options.reporterOptions ?? {};
    this.#guard = setTimeout(() => this.#giveUp(), this.#limitMs).unref();
    runner.on('suite end', (suite) => {
      if (suite.parent?.root) this.#origins.note(suite.title);
    });
    // Of a worker that died, or a file that does not load, mocha tells nothing but for the first.
    runner.on('fail', (_, error: Error & { file?: string }) => {
      if (error.file !== undefined) console.log(`  of ${error.file}:\n${error.stack}\n`);
    });
  }

  get #limitMs(): number {
    return Number(this.#settings.runLimitMs ?? defaultRunLimitMs);
  }

  /** Mocha calls it once the global teardown is over. */
  override done(failures: number, end?: (failures: number) => void): void {
    void this.#close(failures, end);
  }

  async #close(failures: number, end: ((failures: number) => void) | undefined): Promise<void> {
    clearTimeout(this.#guard);
    const { settleMs, wholeRun } = this.#settings;
    const leaks = await whatStaysOpen(settleMs === undefined ? {} : { settleMs: Number(settleMs) });
    if (leaks.length > 0) console.log(this.#origins.describe(leaks));
    const problems = wholeRun ? storeUse.problems : [];
    if (wholeRun) console.log(`\n${storeUse.report}`);
    const failed = failures + Math.sign(leaks.length) + Math.sign(problems.length);
    console.log(`\n${this.stats.passes} passed, ${failed} failed`);
    end?.(failed);
    if (leaks.length > 0) endAll();
  }

  #giveUp(): never {
    const ofWorkers = readAtWork(openChildren().map(({ pid }) => pid)).join(', ');
    const where = this.#run.currentRunnable?.fullTitle() ?? (ofWorkers || 'between two tests');
    console.log(`\nthe run took longer than ${this.#limitMs / 1_000} s; it was at: ${where}`);
    for (const handle of openHandles()) console.log(`  ${handle}`);
    console.log(`\n${this.stats.passes} passed, ${this.stats.failures + 1} failed`);
    endAll();
  }
}

/** What is left open would keep this process for ever. */
function endAll(): never {
  endChildren();
  process.exit(1);
}

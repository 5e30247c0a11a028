import type { Logger } from './logger.ts';

type Release = () => void | Promise<void>;
interface Entry {
  readonly name: string;
  readonly release: Release;
}

/** The releases of one process: added as its resources are made, run once at its end. */
export interface ReleaseStack {
  add(name: string, release: Release, options?: { readonly last?: boolean }): void;
  /** Runs all; gives the names of those that had not ended at the deadline. One that failed has ended. */
  run(deadlineMs: number): Promise<readonly string[]>;
}

/** The share of the deadline after which a release that hangs no longer holds up the others. */
const lastCallShare = 0.8;

/**
 * Releases run one after another, the latest first. One that hangs (a BullMQ worker never closes while Redis is
 * down, https://github.com/taskforcesh/bullmq/issues/4656) is waited for until four fifths of the deadline; then
 * the others run while it goes on, so that each resource has had its chance.
 */
export function createReleaseStack(logger: Logger): ReleaseStack {
  const entries: Entry[] = [];
  let finished = false;

  const run = async ({ name, release }: Entry): Promise<void> => {
    try {
      await release();
    } catch (error) {
      logger.error({ event: 'release.failed', release: name, err: error }, 'release.failed');
    }
  };

  return {
    add(name, release, options = {}) {
      if (finished) void run({ name, release });
      else if (options.last) entries.unshift({ name, release });
      else entries.push({ name, release });
    },
    async run(deadlineMs) {
      const lastCall = createTimer(deadlineMs * lastCallShare);
      const deadline = createTimer(deadlineMs);
      const unfinished = new Map<Entry, Promise<void>>();
      for (let entry = entries.pop(); entry !== undefined; entry = entries.pop()) {
        const started = entry;
        const ended = run(started).finally(() => unfinished.delete(started));
        unfinished.set(started, ended);
        await Promise.race([ended, lastCall.passed]);
      }
      finished = true;
      await Promise.race([Promise.all(unfinished.values()), deadline.passed]);
      lastCall.cancel();
      deadline.cancel();
      return [...unfinished.keys()].map(({ name }) => name);
    },
  };
}

function createTimer(afterMs: number): { readonly passed: Promise<void>; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, afterMs);
  });
  return { passed, cancel: () => clearTimeout(timer) };
}

export interface WaitOptions {
  /** How long to keep looking; default 10 s. */
  timeoutMs?: number;
  /** Pause between looks; default a tenth of the time waited so far, from 20 to 100 ms: to look costs time too. */
  intervalMs?: number;
}

/**
 * Looks until `probe` gives something truthy, and gives that. An error that it throws counts as "not yet".
 * After the time limit it throws, naming what was waited for and what was seen last.
 */
export async function waitFor<T>(
  what: string,
  probe: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<Exclude<T, false | null | undefined | 0 | ''>> {
  const startedAt = Date.now();
  const deadline = startedAt + (options.timeoutMs ?? 10_000);
  let last: unknown;
  for (;;) {
    try {
      const seen = await probe();
      if (seen) return seen as Exclude<T, false | null | undefined | 0 | ''>;
      last = seen;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}; last seen: ${String(last)}`);
    const pauseMs = options.intervalMs ?? toPauseMs(Date.now() - startedAt);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function toPauseMs(waitedMs: number): number {
  return Math.min(100, Math.max(20, waitedMs / 10));
}

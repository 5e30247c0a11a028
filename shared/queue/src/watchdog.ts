/** A worker as its watchdog sees it. */
export interface WatchedWorker {
  /** Jobs that it could fetch now; undefined where that cannot be said, as when Redis is away. */
  countFetchable(): Promise<number | undefined>;
  /** Jobs that it has fetched so far. */
  fetched(): number;
  hasFreeSlot(): boolean;
  /** Its connection is to be made anew. */
  renew(fetchable: number): void;
  /** That did not help. */
  giveUp(fetchable: number): void;
}

export interface WatchdogOptions {
  /** How long jobs may wait for a worker with a free slot before it is renewed, and then before it is given up. */
  readonly stuckAfterMs: number;
  /** Calls `look` every so often until it is told to stop. For tests; default an interval that keeps no process. */
  readonly repeat?: (look: () => Promise<void>, everyMs: number) => () => void;
}

const looksPerPeriod = 6;

/**
 * Notices a worker that does not fetch although jobs wait and it has a free slot: its connection may be half dead,
 * or a promise that the fetch loop waits for was lost (https://github.com/taskforcesh/bullmq/issues/4479). Such a
 * process looks healthy, and its jobs stay. First the connection is renewed, then the worker is given up; then it
 * begins anew.
 *
 * | looks in a row at a worker that does not fetch | 1–6 | 7     | 8–12 | 13      |
 * |---                                             |---  |---    |---   |---      |
 * |                                                | –   | renew | –    | give up |
 *
 * Looks are counted, not time: while this process itself stands still, it cannot fetch either.
 */
export function createWatchdog(worker: WatchedWorker, options: WatchdogOptions): { stop(): void } {
  const { stuckAfterMs, repeat = repeatByInterval } = options;
  let looks = 0;
  let answered = 0;
  let idleLooks = 0;
  let lastFetched = worker.fetched();

  const look = async (): Promise<void> => {
    looks += 1;
    const thisLook = looks;
    // Redis owes the answer to the look before: it is slow or silent, and that is not the worker's fault.
    if (answered < thisLook - 1) idleLooks = 0;
    const fetchable = await worker.countFetchable().catch(() => undefined);
    answered = thisLook;
    const fetched = worker.fetched();
    const isIdle =
      fetched === lastFetched && worker.hasFreeSlot() && fetchable !== undefined && fetchable > 0;
    lastFetched = fetched;
    idleLooks = isIdle ? idleLooks + 1 : 0;
    if (fetchable === undefined) return;
    if (idleLooks === looksPerPeriod + 1) worker.renew(fetchable);
    if (idleLooks > 2 * looksPerPeriod) {
      idleLooks = 0;
      worker.giveUp(fetchable);
    }
  };
  return { stop: repeat(look, stuckAfterMs / looksPerPeriod) };
}

function repeatByInterval(look: () => Promise<void>, everyMs: number): () => void {
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

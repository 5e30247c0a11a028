import type { Clock } from '@huidiao/contracts';
import type { Timers } from '@huidiao/runtime';

/** One thing that is to be done at the earliest of the times asked for. */
export interface DueTimer {
  /** Asks for it to be done at this time, in milliseconds since the epoch; at once where that is past. */
  by(at: number): void;
  /** Ends it for good. */
  close(): void;
}

/** @param longestMs how long it waits at most, whatever the clock says: it may be set back meanwhile */
export function createDueTimer(
  { clock, timers, longestMs }: { clock: Clock; timers: Timers; longestMs: number },
  run: () => void,
): DueTimer {
  let dueAt = Number.POSITIVE_INFINITY;
  let cancel = (): void => undefined;
  let closed = false;
  return {
    by(at) {
      if (closed || at >= dueAt) return;
      cancel();
      dueAt = at;
      const waitMs = Math.min(Math.max(0, at - clock.now().getTime()), longestMs);
      cancel = timers.after(waitMs, () => {
        dueAt = Number.POSITIVE_INFINITY;
        run();
      });
    },
    close() {
      closed = true;
      cancel();
    },
  };
}

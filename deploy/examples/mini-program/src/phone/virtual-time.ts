/** The time of a phone, which passes only when a test says so. */
export interface VirtualTime {
  now(): number;
  /** Lets time pass, and whatever timers are due on the way ring, the earliest first. */
  elapse(ms: number): void;
  /** What a mini-program sees of it. */
  readonly globals: {
    readonly Date: DateConstructor;
    readonly setTimeout: (callback: () => unknown, delayMs?: number) => number;
    readonly clearTimeout: (id: number | undefined) => void;
  };
  /** Drops all timers. */
  stop(): void;
}

interface Timer {
  readonly dueAt: number;
  readonly callback: () => unknown;
}

/** Begins at the wall clock's time, so that what servers date fits. */
export function createVirtualTime(): VirtualTime {
  const timers = new Map<number, Timer>();
  let now = Date.now();
  let ids = 0;

  const findDue = (until: number): [number, Timer] | undefined =>
    [...timers]
      .filter(([, { dueAt }]) => dueAt <= until)
      .sort(([, a], [, b]) => a.dueAt - b.dueAt)
      .at(0);

  class VirtualDate extends Date {
    static override now(): number {
      return now;
    }
  }

  return {
    now: () => now,
    elapse(ms) {
      const until = now + ms;
      for (let due = findDue(until); due !== undefined; due = findDue(until)) {
        const [id, { dueAt, callback }] = due;
        timers.delete(id);
        now = Math.max(now, dueAt);
        callback();
      }
      now = until;
    },
    globals: {
      Date: VirtualDate as DateConstructor,
      setTimeout: (callback, delayMs = 0) => {
        ids += 1;
        timers.set(ids, { dueAt: now + delayMs, callback });
        return ids;
      },
      clearTimeout: (id) => {
        if (id !== undefined) timers.delete(id);
      },
    },
    stop: () => timers.clear(),
  };
}

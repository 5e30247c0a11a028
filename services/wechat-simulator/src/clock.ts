/**
 * The simulator's own time. Durations run on it (re-send schedule, expiry of orders, prepay_ids and tokens);
 * what is written on the wire stays wall time, because receivers compare it with their own clocks.
 */
export interface SimulatedClock {
  /** Simulated milliseconds since the epoch; starts at the wall clock's time. */
  now(): number;
  readonly speed: number;
  /** How many times faster than the wall clock time passes from now on. */
  setSpeed(speed: number): void;
  /**
   * Moves time on, stopping at everything that is due on the way and waiting until it is done (a notification
   * sent and answered, for instance), so that what comes after it is scheduled before time moves further.
   */
  advance(byMs: number): Promise<void>;
  /** Runs `work`, which must not fail, when simulated time reaches `atMs`; gives a function that calls it off. */
  schedule(atMs: number, work: () => Promise<void> | void): () => void;
  /** Resolves after that many simulated milliseconds, or when the clock is closed. */
  sleep(ms: number): Promise<void>;
  /** Drops what is scheduled, then waits for what runs. */
  close(): Promise<void>;
}

interface Task {
  readonly atMs: number;
  readonly work: () => Promise<void> | void;
  /** Tells a sleeper that the clock is gone. */
  readonly onClose: (() => void) | undefined;
}

/** setTimeout takes 32 bits; a longer wait is done in pieces. */
const longestTimeoutMs = 2 ** 31 - 1;

/** A clock that starts at the present wall time. Close it: it holds a timer. */
export function createSimulatedClock(initialSpeed: number): SimulatedClock {
  const tasks = new Set<Task>();
  const running = new Set<Promise<void>>();
  let speed = initialSpeed;
  let wallBase = Date.now();
  let simulatedBase = wallBase;
  let timer: NodeJS.Timeout | undefined;
  /** What the timer waits for. */
  let armedForMs = Infinity;
  let turn: Promise<void> = Promise.resolve();
  let closed = false;

  const now = (): number => simulatedBase + (Date.now() - wallBase) * speed;

  const moveTo = (simulated: number): void => {
    simulatedBase = simulated;
    wallBase = Date.now();
  };

  const nextDueMs = (): number => {
    let least = Infinity;
    for (const task of tasks) least = Math.min(least, task.atMs);
    return least;
  };

  const runDue = (): void => {
    const moment = now();
    for (const task of [...tasks]) {
      if (task.atMs > moment) continue;
      tasks.delete(task);
      const run = Promise.resolve(task.work());
      running.add(run);
      void run.finally(() => running.delete(run));
    }
  };

  const arm = (): void => {
    clearTimeout(timer);
    armedForMs = nextDueMs();
    if (armedForMs === Infinity) return;
    const waitMs = Math.min(longestTimeoutMs, Math.max(0, Math.ceil((armedForMs - now()) / speed)));
    timer = setTimeout(() => {
      runDue();
      arm();
    }, waitMs);
  };

  const add = (task: Task): void => {
    if (closed) task.onClose?.();
    else tasks.add(task);
    if (!closed && task.atMs < armedForMs) arm();
  };

  const walk = async (byMs: number): Promise<void> => {
    const target = now() + byMs;
    for (;;) {
      // What runs may be about to schedule something that is due within the time as well.
      while (running.size > 0) await Promise.all(running);
      const due = nextDueMs();
      if (due > target) break;
      if (due > now()) moveTo(due);
      runDue();
    }
    if (now() < target) moveTo(target);
    arm();
  };

  return {
    now,
    get speed() {
      return speed;
    },
    setSpeed: (wanted) => {
      moveTo(now());
      speed = wanted;
      arm();
    },
    advance: (byMs) => {
      turn = turn.then(() => walk(byMs));
      return turn;
    },
    schedule: (atMs, work) => {
      const task = { atMs, work, onClose: undefined };
      add(task);
      return () => {
        tasks.delete(task);
      };
    },
    sleep: (ms) =>
      new Promise((resolve) => {
        add({ atMs: now() + ms, work: resolve, onClose: resolve });
      }),
    close: async () => {
      closed = true;
      clearTimeout(timer);
      for (const task of tasks) task.onClose?.();
      tasks.clear();
      await Promise.all(running);
    },
  };
}

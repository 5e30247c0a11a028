/** Something that runs later, so that tests can let time pass. */
export interface Timers {
  /** Runs `run` once after so many milliseconds; gives the function that takes it back. */
  after(ms: number, run: () => void): () => void;
}

/** Real time. What waits keeps no process alive. */
export const systemTimers: Timers = {
  after(ms, run) {
    const timer = setTimeout(run, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** The handlers that run in this worker now, so that they can be told to stop. */
export interface RunningHandlers {
  readonly size: number;
  /** Call `end` when the handler has ended, however it did. */
  begin(jobId: string): { readonly signal: AbortSignal; end(): void };
  /** Tells the handlers of one job to stop, or all of them. */
  abort(reason: string, jobId?: string): void;
  /** Calls `listener` whenever the last one has ended; gives a function that takes it away. */
  onIdle(listener: () => void): () => void;
}

/** @see RunningHandlers */
export function createRunningHandlers(): RunningHandlers {
  // Not a map by id: after a lost lock the same job may run twice in one worker.
  const running = new Set<{ jobId: string; controller: AbortController }>();
  const idleListeners = new Set<() => void>();
  return {
    get size() {
      return running.size;
    },
    begin(jobId) {
      const one = { jobId, controller: new AbortController() };
      running.add(one);
      const end = (): void => {
        running.delete(one);
        if (running.size === 0) for (const listener of idleListeners) listener();
      };
      return { signal: one.controller.signal, end };
    },
    abort(reason, jobId) {
      for (const one of running) {
        if (jobId === undefined || one.jobId === jobId) one.controller.abort(new Error(reason));
      }
    },
    onIdle(listener) {
      idleListeners.add(listener);
      return () => idleListeners.delete(listener);
    },
  };
}

import { setMaxListeners } from 'node:events';
import type { Logger } from './logger.ts';
import { createReleaseStack } from './release-stack.ts';

type Release = () => void | Promise<void>;

/** How one process stops. Every resource registers its release when it is created. */
export interface Lifecycle {
  /** Aborted when draining begins: take on nothing new. */
  readonly signal: AbortSignal;
  /**
   * Registers how a resource is given back. Releases run one after another, last in, first out, so that a
   * resource outlives what was built on it. `last` keeps one to the very end whenever it was registered.
   * Registered while the process drains, it still runs.
   */
  onRelease(name: string, release: Release, options?: { readonly last?: boolean }): void;
  /**
   * Drains: aborts `signal`, then runs the releases. Resolves when all have ended, or at the deadline; a
   * failing release is logged and the rest still run. Calling it again gives the same promise.
   */
  close(): Promise<void>;
  /** An error that the process cannot go on after: it is logged, and the process drains and exits with 1. */
  fatal(error: unknown): void;
  /**
   * Waits for SIGTERM, SIGINT, the end of the parent's IPC channel, an uncaught error or `fatal`, then closes.
   * Sets `process.exitCode`: 0 when asked to stop, 1 after a fatal error or a missed deadline. Whatever still
   * keeps the process alive at the deadline, it ends then.
   */
  untilStopped(): Promise<void>;
}

export interface LifecycleOptions {
  readonly logger: Logger;
  /** From the wish to stop to the end of the process; default 24 s. Kubernetes kills after 30 s by default. */
  readonly drainDeadlineMs?: number;
  /** How the process is ended at the deadline; default `process.exit`. */
  readonly exit?: (code: number) => void;
}

/** @see Lifecycle */
export function createLifecycle(options: LifecycleOptions): Lifecycle {
  const { logger, drainDeadlineMs = 24_000, exit = (code: number) => process.exit(code) } = options;
  const draining = new AbortController();
  setMaxListeners(0, draining.signal);
  const releases = createReleaseStack(logger);
  let closing: Promise<boolean> | undefined;
  let failed = false;
  let stop: (reason: string) => void = () => undefined;
  const stopped = new Promise<string>((resolve) => {
    stop = resolve;
  });

  const drain = (): Promise<boolean> => {
    closing ??= (async () => {
      draining.abort();
      const unfinished = await releases.run(drainDeadlineMs);
      if (unfinished.length === 0) return true;
      logger.error({ event: 'lifecycle.deadline', drainDeadlineMs, unfinished }, 'lifecycle.deadline');
      return false;
    })();
    return closing;
  };
  const fatal = (error: unknown): void => {
    failed = true;
    logger.fatal({ event: 'lifecycle.fatal', err: error }, 'lifecycle.fatal');
    stop('fatal');
  };

  return {
    signal: draining.signal,
    onRelease: releases.add,
    close: async () => void (await drain()),
    fatal,
    untilStopped: async () => {
      const unwatch = watchForStop(stop, fatal);
      const reason = await stopped;
      const startedAt = performance.now();
      logger.info({ event: 'lifecycle.draining', reason }, 'lifecycle.draining');
      const inTime = await drain();
      unwatch();
      process.exitCode = failed || !inTime ? 1 : 0;
      if (!inTime) return exit(1);
      const durationMs = Math.round(performance.now() - startedAt);
      logger.info({ event: 'lifecycle.stopped', durationMs }, 'lifecycle.stopped');
      endAtDeadline(drainDeadlineMs - durationMs);
    },
  };

  /** Something that nobody registered may still hold the event loop. */
  function endAtDeadline(remainingMs: number): void {
    const timer = setTimeout(
      () => {
        logger.error({ event: 'lifecycle.leaked', drainDeadlineMs }, 'lifecycle.leaked');
        exit(1);
      },
      Math.max(0, remainingMs),
    );
    timer.unref();
  }
}

function watchForStop(stop: (reason: string) => void, fatal: (error: unknown) => void): () => void {
  const watched = {
    SIGTERM: () => stop('SIGTERM'),
    SIGINT: () => stop('SIGINT'),
    disconnect: () => stop('parent gone'),
    uncaughtException: fatal,
    unhandledRejection: fatal,
  };
  for (const [event, listener] of Object.entries(watched)) process.on(event, listener);
  // The parent may have gone while this process was starting.
  if (process.send !== undefined && !process.connected) stop('parent gone');
  return () => {
    for (const [event, listener] of Object.entries(watched)) process.off(event, listener);
  };
}

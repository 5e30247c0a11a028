import type { OpenWorker } from './open-queue.ts';

/** What Redis refuses one worker. */
export interface Refusals {
  /** Whether the last fetch was refused and the next one waits its turn. */
  isRefused(): boolean;
  /** Lets nothing wait any more. */
  end(): void;
}

/**
 * A Redis that is up may still refuse to hand out jobs: its memory is full, its disk is. BullMQ then asks again at
 * once, hundreds of times a second, and reports each refusal. Here a fetch that was refused ends only `pauseMs`
 * later. A connection that fails is left to BullMQ, which paces that itself.
 */
export function paceRefusals(worker: OpenWorker, pauseMs: number): Refusals {
  const pauses = new Set<() => void>();
  let ended = false;
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        pauses.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ended ? 0 : pauseMs);
      pauses.add(end);
    });

  const backend = worker.getBackend();
  const moveToActive = backend.moveToActive.bind(backend);
  backend.moveToActive = async (...asked) => {
    try {
      return await moveToActive(...asked);
    } catch (error) {
      if (error instanceof Error && error.name === 'ReplyError') await pause();
      throw error;
    }
  };
  return {
    isRefused: () => pauses.size > 0,
    end() {
      ended = true;
      for (const end of pauses) end();
    },
  };
}

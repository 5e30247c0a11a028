import type { Clock } from '@huidiao/contracts';
import { isGone, pauseAfterGoneMs } from './classify-answer.ts';

/**
 * Leaves an address alone that said it is gone (410), whichever job asks. After that, one call at a time asks until one
 * is answered 2xx. An address that takes other things says 410 of one thing, which a REST-minded shop does for a cancelled
 * order: that is about this job alone, and all else goes there as before.
 *
 * | 410, and the last 2xx was | |
 * |---|---|
 * | within the last minute, or after the 410 before | this job waits |
 * | before that, or never | all wait |
 */
export interface EndpointPause {
  /** @throws what `ask` throws; what `turnAway` makes, without asking, in a pause or while another asks after it */
  run<R>(ask: () => Promise<R>): Promise<R>;
  /** The call itself, around which it is noted how it ends. @throws what `ask` throws */
  note<R>(ask: () => Promise<R>): Promise<R>;
  /** Whether it is left alone now. */
  readonly isPaused: boolean;
}

export interface EndpointPauseOptions {
  readonly clock: Clock;
  /** Makes the error of a call that comes too early, by the milliseconds after which it may come again. */
  readonly turnAway: (retryAfterMs: number) => Error;
}

/** For a call that meets another one after a pause: how long that one may take is not known. */
const shortestWaitMs = 1_000;
/** Calls that an address takes and says 410 to may come in any order. */
const takenLatelyMs = 60_000;

/** @see EndpointPause */
export function createEndpointPause({ clock, turnAway }: EndpointPauseOptions): EndpointPause {
  let pausedUntil: number | undefined;
  let isTrying = false;
  let takenAt = Number.NEGATIVE_INFINITY;
  let isGoneBefore = false;
  /** Whether anything was taken after the latest 410. */
  let isTakenSince = false;

  const toLeftMs = () => (pausedUntil ?? 0) - clock.now().getTime();

  function noteTaken(): void {
    takenAt = clock.now().getTime();
    isTakenSince = isGoneBefore;
    pausedUntil = undefined;
  }

  function noteGone(): void {
    const now = clock.now().getTime();
    const takesOthers = isTakenSince || now - takenAt < takenLatelyMs;
    if (!takesOthers) pausedUntil = now + pauseAfterGoneMs;
    isGoneBefore = true;
    isTakenSince = false;
  }

  async function askAlone<R>(ask: () => Promise<R>): Promise<R> {
    isTrying = true;
    try {
      return await ask();
    } finally {
      isTrying = false;
    }
  }

  return {
    async run(ask) {
      if (pausedUntil === undefined) return ask();
      const leftMs = toLeftMs();
      if (leftMs > 0 || isTrying) throw turnAway(Math.max(leftMs, shortestWaitMs));
      return askAlone(ask);
    },
    async note(ask) {
      try {
        const result = await ask();
        noteTaken();
        return result;
      } catch (error) {
        if (isGone(error)) noteGone();
        throw error;
      }
    },
    get isPaused() {
      return toLeftMs() > 0;
    },
  };
}

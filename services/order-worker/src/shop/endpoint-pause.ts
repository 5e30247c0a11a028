import type { Clock } from '@huidiao/contracts';
import { isGone, pauseAfterGoneMs } from './classify-answer.ts';

/**
 * Leaves an address alone that said it is gone (410), whichever job asks. After that, one call at a time asks until one
 * is answered 2xx.
 */
export interface EndpointPause {
  /** @throws what `ask` throws; what `turnAway` makes, without asking, in a pause or while another asks after it */
  run<R>(ask: () => Promise<R>): Promise<R>;
}

export interface EndpointPauseOptions {
  readonly clock: Clock;
  /** Makes the error of a call that comes too early, by the milliseconds after which it may come again. */
  readonly turnAway: (retryAfterMs: number) => Error;
}

/** For a call that meets another one after a pause: how long that one may take is not known. */
const shortestWaitMs = 1_000;

/** @see EndpointPause */
export function createEndpointPause({ clock, turnAway }: EndpointPauseOptions): EndpointPause {
  let pausedUntil: number | undefined;
  let isTrying = false;

  async function askOnce<R>(ask: () => Promise<R>): Promise<R> {
    try {
      const result = await ask();
      pausedUntil = undefined;
      return result;
    } catch (error) {
      if (isGone(error)) pausedUntil = clock.now().getTime() + pauseAfterGoneMs;
      throw error;
    }
  }

  async function askAlone<R>(ask: () => Promise<R>): Promise<R> {
    isTrying = true;
    try {
      return await askOnce(ask);
    } finally {
      isTrying = false;
    }
  }

  return {
    async run(ask) {
      if (pausedUntil === undefined) return askOnce(ask);
      const leftMs = pausedUntil - clock.now().getTime();
      if (leftMs > 0 || isTrying) throw turnAway(Math.max(leftMs, shortestWaitMs));
      return askAlone(ask);
    },
  };
}

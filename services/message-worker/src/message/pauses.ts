import type { Clock } from '@huidiao/contracts';
import type { AppError } from '@huidiao/errors';

/** Until when something is refused without a call, and how. */
export interface Pause {
  /** In milliseconds since 1970. */
  readonly until: number;
  readonly error: AppError;
}

/** Pauses by what they are about. */
export interface Pauses {
  /** The one that still lasts, with what is left of it in milliseconds. */
  find(key: string): { readonly error: AppError; readonly leftMs: number } | undefined;
  set(key: string, pause: Pause): void;
  /** How many are remembered, over or not. */
  readonly size: number;
}

/**
 * At most `most` of them, for keys come from whoever asks for messages: beyond that those that are over are forgotten, and
 * if none is, the oldest, which costs one call more.
 */
export function createPauses(clock: Clock, most = 1_000): Pauses {
  const pauses = new Map<string, Pause>();
  const now = () => clock.now().getTime();

  function forget(): void {
    for (const [key, { until }] of pauses) if (until <= now()) pauses.delete(key);
    const [oldest] = pauses.keys();
    if (pauses.size >= most && oldest !== undefined) pauses.delete(oldest);
  }

  return {
    find(key) {
      const pause = pauses.get(key);
      if (pause === undefined) return undefined;
      const leftMs = pause.until - now();
      if (leftMs > 0) return { error: pause.error, leftMs };
      pauses.delete(key);
      return undefined;
    },
    set(key, pause) {
      pauses.delete(key);
      if (pauses.size >= most) forget();
      pauses.set(key, pause);
    },
    get size() {
      return pauses.size;
    },
  };
}

import type { Clock } from '@huidiao/contracts';
import type { Pause } from './pause.ts';

/** Gives turns that lie evenly apart: never more than `perSecond` of them a second, and none saved up. */
export function createPacer(
  { clock, pause, signal }: { readonly clock: Clock; readonly pause: Pause; readonly signal: AbortSignal },
  perSecond: number,
): () => Promise<void> {
  const apartMs = 1_000 / perSecond;
  let nextAt = 0;
  return async () => {
    const now = clock.now().getTime();
    const at = Math.max(now, nextAt);
    nextAt = at + apartMs;
    if (at > now) await pause(Math.ceil(at - now), signal);
  };
}

import { setTimeout as sleep } from 'node:timers/promises';

/** Waits, at most until the signal is aborted, if one is given. Never rejects. */
export type Pause = (ms: number, signal?: AbortSignal) => Promise<void>;

/** @see Pause */
export const pause: Pause = async (ms, signal) => {
  await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
};

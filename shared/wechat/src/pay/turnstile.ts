/** Runs what it is given, so many at once, the others in their order. */
export type Turnstile = <T>(work: () => Promise<T>) => Promise<T>;

/** @param mostAtOnce at least 1 */
export function createTurnstile(mostAtOnce: number): Turnstile {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    // Whoever ends hands its place on, so that nobody who comes meanwhile slips in between.
    if (running < mostAtOnce) running += 1;
    else await new Promise<void>((resolve) => void waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

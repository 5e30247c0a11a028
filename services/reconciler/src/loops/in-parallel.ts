/** Runs `work` on each item, at most `width` at a time, in order. Gives how each ended; never rejects. */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<PromiseSettledResult<R>[]> {
  const results: PromiseSettledResult<R>[] = [];
  const left = items.entries();
  const runners = Array.from({ length: Math.min(width, items.length) }, async () => {
    for (const [index, item] of left) {
      results[index] = (await Promise.allSettled([work(item)]))[0];
    }
  });
  await Promise.all(runners);
  return results;
}

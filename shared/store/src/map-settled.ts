/** Well below the pool's connections, so that one heap of rows leaves some for everything else. */
const mostAtOnce = 16;

/**
 * Works on rows that do not depend on each other, some at a time, and gives the results in their order. After a
 * failure no further one is begun; what succeeded is given nevertheless, for it has happened: a row that is claimed
 * here is nobody else's before its lease is over.
 * @throws the first failure when nothing succeeded
 */
export async function mapSettled<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Map<number, R>();
  const failures: unknown[] = [];
  const left = items.entries();
  const workOff = async () => {
    for (const [index, item] of left) {
      try {
        results.set(index, await work(item));
      } catch (error) {
        failures.push(error);
      }
      if (failures.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: mostAtOnce }, workOff));
  if (results.size === 0 && failures.length > 0) throw failures[0];
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}

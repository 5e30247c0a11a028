import type { Merchant } from '@huidiao/contracts';
import type { LiveDirectory } from '@huidiao/runtime';
import type { Loop } from './run-loop.ts';

/**
 * A loop for each merchant of the directory, now and whenever it changes: that of an entry which was replaced or removed
 * ends after the round that is under way.
 *
 * @param start begins the loop of a merchant
 */
export function runMerchantLoops(
  directory: Pick<LiveDirectory, 'merchants' | 'onChange'>,
  start: (merchant: Merchant) => Loop,
): Loop {
  const running = new Map<Merchant, Loop>();
  const ending = new Set<Promise<void>>();

  function end(merchant: Merchant, loop: Loop): void {
    running.delete(merchant);
    const ended = loop.stop().finally(() => ending.delete(ended));
    ending.add(ended);
  }

  function follow(): void {
    const current = new Set(directory.merchants.values());
    for (const [merchant, loop] of running) if (!current.has(merchant)) end(merchant, loop);
    for (const merchant of current) if (!running.has(merchant)) running.set(merchant, start(merchant));
  }

  follow();
  const unfollow = directory.onChange(follow);
  return {
    async stop() {
      unfollow();
      for (const [merchant, loop] of running) end(merchant, loop);
      await Promise.all(ending);
    },
  };
}

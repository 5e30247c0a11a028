import { createHash } from 'node:crypto';
import type { Clock } from '@huidiao/contracts';

/** Longer than a shop or a page is silent while it is in use. */
const rememberedMs = 10 * 60_000;
const mostRemembered = 50_000;

/** The tokens that named somebody lately, as digests. */
export interface RecentCallers {
  add(token: string | undefined): void;
  has(token: string | undefined): boolean;
  forget(token: string | undefined): void;
}

/** In this process alone; past the most tokens it forgets the one that was seen longest ago. */
export function createRecentCallers(clock: Clock): RecentCallers {
  const seenAt = new Map<string, number>();
  return {
    add(token = '') {
      const digest = toDigest(token);
      // Set anew, so that the first of the map is always the one that was seen longest ago.
      seenAt.delete(digest);
      seenAt.set(digest, clock.now().getTime());
      if (seenAt.size > mostRemembered) seenAt.delete(seenAt.keys().next().value ?? '');
    },
    has(token = '') {
      const at = seenAt.get(toDigest(token));
      return at !== undefined && clock.now().getTime() - at <= rememberedMs;
    },
    forget: (token = '') => void seenAt.delete(toDigest(token)),
  };
}

function toDigest(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}

/** What is left of one allowance. */
export interface TokenBucket {
  readonly tokens: number;
  /** When it was last counted, in milliseconds since the epoch. */
  readonly at: number;
}

export interface TokenRate {
  readonly perSecond: number;
  /** The most that a bucket holds: how many may come at once. */
  readonly burst: number;
}

/**
 * Takes one token out of a bucket that fills by `perSecond`, up to `burst`. Without a bucket it is a full one.
 * A clock that was set back adds nothing and takes nothing away.
 *
 * @param now milliseconds since the epoch
 */
export function takeToken(
  bucket: TokenBucket | undefined,
  { perSecond, burst }: TokenRate,
  now: number,
): { readonly granted: boolean; readonly bucket: TokenBucket } {
  const before = bucket ?? { tokens: burst, at: now };
  const filled = before.tokens + (Math.max(0, now - before.at) / 1_000) * perSecond;
  const tokens = Math.min(burst, filled);
  const granted = tokens >= 1;
  return { granted, bucket: { tokens: granted ? tokens - 1 : tokens, at: now } };
}

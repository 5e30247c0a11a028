/** A remote may ask for patience, not for a day of silence by mistake. */
const longestMs = 3_600_000;

/**
 * The Retry-After header in milliseconds from now: whole seconds or a date (RFC 9110, 10.2.3). Undefined where
 * it is absent or malformed; at most an hour.
 */
export function parseRetryAfter(value: string | null, now: Date): number | undefined {
  if (value === null) return undefined;
  const ms = /^[0-9]{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now.getTime();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), longestMs) : undefined;
}

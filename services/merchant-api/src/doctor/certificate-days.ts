import type { Level } from './finding.ts';

const dayMs = 24 * 60 * 60_000;
/** A certificate of WeChat Pay's or a merchant's takes days of people to renew. */
const warnDays = 30;

/** How bad it is that something ends at a time, and that in words. */
export function judgeExpiry(
  expiresAt: Date,
  now: Date,
  daysToWarn = warnDays,
): { readonly level: Extract<Level, 'ok' | 'warning' | 'problem'>; readonly says: string } {
  const days = Math.floor((expiresAt.getTime() - now.getTime()) / dayMs);
  const day = expiresAt.toISOString().slice(0, 10);
  if (days < 0) return { level: 'problem', says: `ended on ${day}` };
  return { level: days <= daysToWarn ? 'warning' : 'ok', says: `ends on ${day}, in ${days} days` };
}

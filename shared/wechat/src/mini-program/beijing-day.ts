const dayMs = 86_400_000;
const beijingOffsetMs = 8 * 3_600_000;

/** The day in Beijing, YYYY-MM-DD: WeChat's daily quotas count by it, whatever zone this machine is in. */
export function toBeijingDay(now: Date): string {
  return new Date(now.getTime() + beijingOffsetMs).toISOString().slice(0, 10);
}

/** Milliseconds until the next midnight in Beijing; a whole day at midnight itself. */
export function msUntilBeijingMidnight(now: Date): number {
  return dayMs - ((now.getTime() + beijingOffsetMs) % dayMs);
}

/** Milliseconds until the next whole minute. */
export function msUntilNextMinute(now: Date): number {
  return 60_000 - (now.getTime() % 60_000);
}

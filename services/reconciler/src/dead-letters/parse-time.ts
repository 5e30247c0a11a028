const unitMs = { m: 60_000, h: 60 * 60_000, d: 24 * 60 * 60_000 } as const;

/**
 * A time as a person types it: `90m`, `2h` or `3d` before `now`, or ISO 8601 with its zone, for a time without
 * one would mean something else on each machine. undefined for anything else.
 */
export function parseTime(text: string, now: Date): Date | undefined {
  const ago = /^([1-9][0-9]{0,5})([mhd])$/.exec(text);
  if (ago !== null) {
    const [, count, unit] = ago;
    return new Date(now.getTime() - Number(count) * unitMs[unit as keyof typeof unitMs]);
  }
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

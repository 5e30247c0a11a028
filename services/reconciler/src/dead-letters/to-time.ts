/** A time as it is printed everywhere here: UTC, to the second, and in a form that `--since` takes. */
export function toTime(time: Date): string {
  return time.toISOString().replace(/\.\d{3}Z$/, 'Z');
}

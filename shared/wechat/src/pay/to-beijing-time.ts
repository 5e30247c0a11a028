const beijingOffsetMs = 8 * 3_600_000;

/** RFC 3339 with +08:00 and whole seconds, as WeChat Pay writes times: 2018-06-08T10:34:56+08:00. */
export function toBeijingTime(time: Date): string {
  return `${new Date(time.getTime() + beijingOffsetMs).toISOString().slice(0, 19)}+08:00`;
}

const beijingOffsetMs = 8 * 60 * 60 * 1_000;

/** RFC 3339 in Beijing time with seconds, as WeChat Pay writes it: 2026-11-22T18:00:00+08:00. */
export function toWireTime(atMs: number): string {
  return `${new Date(atMs + beijingOffsetMs).toISOString().slice(0, 19)}+08:00`;
}

/** The day in Beijing (yyyy-mm-dd): quotas begin anew with it. */
export function toBeijingDay(atMs: number): string {
  return new Date(atMs + beijingOffsetMs).toISOString().slice(0, 10);
}

/** yyyyMMddHHmmss in Beijing time, without a zone, as API v2 and 支付分 write it. */
export function toBeijingStamp(atMs: number): string {
  return toWireTime(atMs).replaceAll(/\D/g, '').slice(0, 14);
}

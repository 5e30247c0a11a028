import { toBeijingDay } from '../../mini-program/beijing-day.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** 10:00 in Beijing on the day after. https://pay.weixin.qq.com/doc/v3/merchant/4013071227 */
const readyAfterMs = 34 * hourMs;
/** WeChat Pay keeps bills for three months. */
export const mostBillDaysBack = 90;

/** When a day in Beijing (`2026-11-22`) begins, and when the next one does. */
export function toBillPeriod(billDate: string): { readonly from: Date; readonly until: Date } {
  const from = Date.parse(`${billDate}T00:00:00+08:00`);
  return { from: new Date(from), until: new Date(from + dayMs) };
}

/** From when on WeChat Pay has the bill of that day. */
export function toBillReadyAt(billDate: string): Date {
  return new Date(toBillPeriod(billDate).from.getTime() + readyAfterMs);
}

/** The day in Beijing that is so many days before the one of `now`: 1 is yesterday. */
export function toBillDateBefore(now: Date, days: number): string {
  return toBeijingDay(new Date(now.getTime() - days * dayMs));
}

/** Whether the bill of that day can be asked for; `not_yet` from yesterday on, before 10:00. */
export function judgeBillDate(billDate: string, now: Date): 'possible' | 'not_yet' | 'too_old' | 'not_past' {
  if (billDate > toBillDateBefore(now, 1)) return 'not_past';
  if (billDate < toBillDateBefore(now, mostBillDaysBack)) return 'too_old';
  return now < toBillReadyAt(billDate) ? 'not_yet' : 'possible';
}

import { PayRefusal, paramError } from '../pay/refusal.ts';
import { toBeijingDay } from '../pay/wire-time.ts';

const hourMs = 3_600_000;
const readyAfterMs = 34 * hourMs;
const months = 3;

/**
 * The bill_date, if there can be a bill of it: from 10:00 of the next day, Beijing time, and three months back. `nowMs`
 * is simulated. Throws PayRefusal. https://pay.weixin.qq.com/doc/v3/merchant/4013071254
 */
export function parseBillDate(billDate: unknown, nowMs: number): string {
  const startMs = toStart(billDate);
  if (typeof billDate !== 'string' || startMs === undefined || toBeijingDay(startMs) !== billDate) {
    throw paramError('/query/bill_date', '格式应为yyyy-MM-DD');
  }
  const today = toBeijingDay(nowMs);
  if (billDate >= today) throw new PayRefusal(400, 'INVALID_REQUEST', '不能申请当日及之后的账单');
  if (billDate < toMonthsBefore(today)) throw new PayRefusal(400, 'INVALID_REQUEST', '仅支持三个月内的账单');
  if (nowMs < startMs + readyAfterMs) throw new PayRefusal(400, 'STATEMENT_CREATING', '账单生成中');
  return billDate;
}

function toStart(billDate: unknown): number | undefined {
  if (typeof billDate !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(billDate)) return undefined;
  const startMs = Date.parse(`${billDate}T00:00:00+08:00`);
  return Number.isNaN(startMs) ? undefined : startMs;
}

function toMonthsBefore(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() - months);
  return date.toISOString().slice(0, 10);
}

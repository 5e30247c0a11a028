import { z } from 'zod';
import type { Context } from '../../context.ts';
import type { SimulatedApp } from '../../settings.ts';
import type { JsonValue } from '../../write-json.ts';
import { MiniProgramRefusal } from '../api-error.ts';
import { findTrade } from './find-trade.ts';
import { toOrder, toOrderState } from './trade-state.ts';

const ids = z.object({
  transaction_id: z.string().optional(),
  merchant_id: z.string().optional(),
  sub_merchant_id: z.string().optional(),
  merchant_trade_no: z.string().optional(),
});

const listRequest = z.object({
  /** Unix seconds, both included. */
  pay_time_range: z
    .object({ begin_time: z.number().default(0), end_time: z.number().default(0xffff_ffff) })
    .prefault({}),
  order_state: z.number().optional(),
  openid: z.string().optional(),
  last_index: z.string().optional(),
  page_size: z.number().int().min(1).default(100),
});

/**
 * POST /wxa/sec/order/get_order. Throws MiniProgramRefusal.
 * https://developers.weixin.qq.com/miniprogram/dev/server/API/order_shipping/api_getorder
 */
export function getOrder(context: Context, { appId }: SimulatedApp, body: unknown): JsonValue {
  const parsed = ids.safeParse(body);
  if (!parsed.success) throw new MiniProgramRefusal(47001, 'data format error');
  const trade = findTrade(context, appId, parsed.data);
  return { errcode: 0, errmsg: 'ok', order: toOrder(context, trade) };
}

/**
 * POST /wxa/sec/order/get_order_list: a page of them, oldest payment first. Throws MiniProgramRefusal.
 * https://developers.weixin.qq.com/miniprogram/dev/server/API/order_shipping/api_getorderlist
 */
export function getOrderList(context: Context, { appId }: SimulatedApp, body: unknown): JsonValue {
  const parsed = listRequest.safeParse(body ?? {});
  if (!parsed.success) throw new MiniProgramRefusal(47001, 'data format error');
  const { pay_time_range: range, order_state, openid, last_index, page_size } = parsed.data;
  const lastSequence = toSequence(last_index);
  const now = context.clock.now();
  const found = context.trades
    .all()
    .filter(
      (trade) =>
        trade.appId === appId &&
        trade.sequence > lastSequence &&
        trade.visibleAtMs <= now &&
        trade.payTime >= range.begin_time &&
        trade.payTime <= range.end_time &&
        (openid === undefined || trade.openId === openid) &&
        (order_state === undefined || toOrderState(context, trade) === order_state),
    );
  const page = found.slice(0, page_size);
  return {
    errcode: 0,
    errmsg: 'ok',
    order_list: page.map((trade) => toOrder(context, trade)),
    last_index: toIndex(page.at(-1)?.sequence ?? lastSequence),
    has_more: found.length > page.length,
  };
}

function toIndex(sequence: number): string {
  return sequence.toString(16).padStart(18, '0');
}

/** Where the page before ended: orders whose state has changed since do not shift the next one. */
function toSequence(lastIndex: string | undefined): number {
  if (!lastIndex) return 0;
  if (!/^[0-9a-f]{18}$/.test(lastIndex)) throw new MiniProgramRefusal(10060011, 'last_index不合法');
  return Number.parseInt(lastIndex, 16);
}

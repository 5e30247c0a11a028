import { z } from 'zod';
import type { Context } from '../../context.ts';
import type { SimulatedApp } from '../../settings.ts';
import type { JsonValue } from '../../write-json.ts';
import { MiniProgramRefusal } from '../api-error.ts';

/*
 * What concerns an app as a whole: whether it is managed, and the pages that WeChat opens.
 * https://developers.weixin.qq.com/miniprogram/dev/server/API/order_shipping/
 * https://developers.weixin.qq.com/miniprogram/dev/platform-capabilities/business-capabilities/order_center/order_center.html
 */

const ok = { errcode: 0, errmsg: 'ok' };
const ownAppId = z.object({ appid: z.string().min(1) });
const page = z.object({ path: z.string() });

/** POST /wxa/sec/order/is_trade_managed. Throws MiniProgramRefusal. */
export function isTradeManaged({ trades }: Context, app: SimulatedApp, body: unknown): JsonValue {
  assertOwn(app, body);
  return { ...ok, is_trade_managed: trades.ofApp(app.appId).isManaged };
}

/** POST /wxa/sec/order/is_trade_management_confirmation_completed. Throws MiniProgramRefusal. */
export function isTradeConfirmed({ trades }: Context, app: SimulatedApp, body: unknown): JsonValue {
  assertOwn(app, body);
  return { ...ok, completed: trades.ofApp(app.appId).isConfirmed };
}

/** POST /wxa/sec/order/set_msg_jump_path: an empty path takes it back. Throws MiniProgramRefusal. */
export function setMsgJumpPath({ trades }: Context, { appId }: SimulatedApp, body: unknown): JsonValue {
  trades.ofApp(appId).msgJumpPath = toPath(body);
  return ok;
}

/** POST /wxa/sec/order/update_order_detail_path. Throws MiniProgramRefusal. */
export function updateOrderDetailPath(
  { trades }: Context,
  { appId }: SimulatedApp,
  body: unknown,
): JsonValue {
  const path = toPath(body);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: WeChat itself fills this in
  if (!path.includes('${商品订单号}')) throw new MiniProgramRefusal(10060035, '无效的路径');
  trades.ofApp(appId).orderDetailPath = path;
  return ok;
}

/** POST /wxa/sec/order/get_order_detail_path. */
export function getOrderDetailPath({ trades }: Context, { appId }: SimulatedApp): JsonValue {
  return { ...ok, path: trades.ofApp(appId).orderDetailPath };
}

/** Nobody but a service provider may ask about another app. */
function assertOwn({ appId }: SimulatedApp, body: unknown): void {
  const parsed = ownAppId.safeParse(body);
  if (!parsed.success) throw new MiniProgramRefusal(40097, 'invalid args');
  if (parsed.data.appid !== appId) throw new MiniProgramRefusal(40013, 'invalid appid');
}

function toPath(body: unknown): string {
  const parsed = page.safeParse(body);
  if (!parsed.success) throw new MiniProgramRefusal(47001, 'data format error');
  return parsed.data.path;
}

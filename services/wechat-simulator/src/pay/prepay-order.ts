import { randomBytes } from 'node:crypto';
import type { Context } from '../context.ts';
import type { KnownMerchant } from './merchants.ts';
import { type CombinedOrder, type Order, type Payable, wasPaid } from './order-book.ts';
import { PayRefusal, paramError } from './refusal.ts';
import { toBeijingStamp } from './wire-time.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** A prepay_id or code_url can be paid with for two hours. */
const prepayIdLifeMs = 120 * minuteMs;
/** time_expire: raised to one minute, cut to 90 days, 7 days where it is missing. */
const leastLifeMs = minuteMs;
const longestLifeMs = 90 * dayMs;
const usualLifeMs = 7 * dayMs;

/** What a prepay is called with. */
export interface PrepayCall {
  readonly merchant: KnownMerchant;
  readonly body: unknown;
  /** The answer will carry a probe signature. */
  readonly underProbe: boolean;
}

/** Throws PayRefusal where the merchant is not the one that signed, or the app is not bound to it. */
export function assertOwn(merchant: KnownMerchant, { mchid, appid }: { mchid: string; appid: string }): void {
  if (mchid !== merchant.mchId) {
    throw paramError('/body/mchid', 'Http头Authorization中的mchid与请求参数中的mchid不一致');
  }
  if (!merchant.appIds.includes(appid)) {
    throw new PayRefusal(400, 'APPID_MCHID_NOT_MATCH', 'appid和mchid不匹配，请检查后再试');
  }
}

/** Seen at the real one: https://developers.weixin.qq.com/community/pay/doc/00002804f14f880b5aa46d88269400 */
export function assertOpenId(context: Context, appId: string, openId: string): void {
  if (!context.openIds.belongs(appId, openId)) {
    throw new PayRefusal(400, 'PARAM_ERROR', 'appid和openid不匹配');
  }
}

/** The order of that number: the known one if it has the same content and can be paid, else the new one. */
export function takeOrder(context: Context, { merchant, body }: PrepayCall, wanted: Order): Order {
  const known = context.orders.find(merchant.mchId, wanted.outTradeNo);
  if (known === undefined) {
    context.orders.add(wanted);
    return wanted;
  }
  assertPayable(context, known, writeInOrder(body));
  return known;
}

/** Throws PayRefusal where it is paid, closed, or of another content. */
export function assertPayable(context: Context, payable: Payable, content: string): void {
  if (wasPaid(payable)) throw new PayRefusal(400, 'ORDER_PAID', '该订单已支付');
  if (payable.state === 'CLOSED') throw new PayRefusal(400, 'ORDER_CLOSED', '该订单已关闭');
  if (payable.content === content) return;
  if (context.faults.settings.duplicate_number_answer === 'INVALID_REQUEST') {
    // https://developers.weixin.qq.com/community/pay/doc/000ae86d1049f0625e4cfeeef51800
    throw new PayRefusal(400, 'INVALID_REQUEST', '201 商户订单号重复');
  }
  throw new PayRefusal(403, 'OUT_TRADE_NO_USED', '商户订单号重复');
}

/** time_expire is wall time; how long that still is passes on the simulated clock. */
export function toExpiry(context: Context, timeExpire: string | undefined): number {
  const wantedMs = timeExpire === undefined ? usualLifeMs : Date.parse(timeExpire) - Date.now();
  return context.clock.now() + Math.min(longestLifeMs, Math.max(leastLifeMs, wantedMs));
}

/** Remembers a prepay_id or code_url, and gives it back. */
export function addPrepay(
  context: Context,
  { underProbe }: PrepayCall,
  payable: Order | CombinedOrder,
  prepayId: string,
): string {
  const expiresAtMs = context.clock.now() + prepayIdLifeMs;
  context.orders.addPrepay(payable, { prepayId, expiresAtMs, underProbe });
  return prepayId;
}

/** A new prepay_id, of the usual form. */
export function toPrepayId(): string {
  return `wx${toBeijingStamp(Date.now())}${randomBytes(9).toString('hex')}`;
}

/** JSON with all keys in order, so that two bodies with the same content compare equal. */
export function writeInOrder(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  );
}

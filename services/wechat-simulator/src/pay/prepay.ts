import { randomBytes } from 'node:crypto';
import type { Context } from '../context.ts';
import type { KnownMerchant } from './merchants.ts';
import { type Order, wasPaid } from './order-book.ts';
import { type PrepayRequest, parsePrepayRequest } from './prepay-request.ts';
import { type ApiAnswer, PayRefusal, paramError } from './refusal.ts';
import { toWireTime } from './wire-time.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** A prepay_id can be paid with for two hours. */
const prepayIdLifeMs = 120 * minuteMs;
/** time_expire: raised to one minute, cut to 90 days, 7 days where it is missing. */
const leastLifeMs = minuteMs;
const longestLifeMs = 90 * dayMs;
const usualLifeMs = 7 * dayMs;

/**
 * POST /v3/pay/transactions/jsapi: creates the order, or gives a further prepay_id for the same order with the
 * same content. `underProbe`: the answer will carry a probe signature.
 */
export function prepay(
  context: Context,
  merchant: KnownMerchant,
  body: unknown,
  underProbe: boolean,
): ApiAnswer {
  const request = parsePrepayRequest(body, context.settings.allowPrivateNotifyHosts);
  assertParties(context, merchant, request);
  const content = writeInOrder(body);
  const known = context.orders.find(merchant.mchId, request.out_trade_no);
  if (known !== undefined) assertPayable(context, known, content);

  const order = known ?? toOrder(context, request, content);
  const prepayId = `wx${toWireTime(Date.now()).replaceAll(/\D/g, '').slice(0, 14)}${randomBytes(9).toString('hex')}`;
  context.orders.addPrepay(order, {
    prepayId,
    expiresAtMs: context.clock.now() + prepayIdLifeMs,
    underProbe,
  });
  if (known === undefined) context.orders.add(order);
  return { status: 200, body: { prepay_id: prepayId } };
}

function assertParties(context: Context, merchant: KnownMerchant, request: PrepayRequest): void {
  if (request.mchid !== merchant.mchId) {
    throw paramError('/body/mchid', 'Http头Authorization中的mchid与请求参数中的mchid不一致');
  }
  if (!merchant.appIds.includes(request.appid)) {
    throw new PayRefusal(400, 'APPID_MCHID_NOT_MATCH', 'appid和mchid不匹配，请检查后再试');
  }
  // Seen at the real one: https://developers.weixin.qq.com/community/pay/doc/00002804f14f880b5aa46d88269400
  if (!context.openIds.belongs(request.appid, request.payer.openid)) {
    throw new PayRefusal(400, 'PARAM_ERROR', 'appid和openid不匹配');
  }
}

function assertPayable(context: Context, order: Order, content: string): void {
  if (wasPaid(order)) throw new PayRefusal(400, 'ORDER_PAID', '该订单已支付');
  if (order.state === 'CLOSED') throw new PayRefusal(400, 'ORDER_CLOSED', '该订单已关闭');
  if (order.content === content) return;
  if (context.faults.settings.duplicate_number_answer === 'INVALID_REQUEST') {
    // https://developers.weixin.qq.com/community/pay/doc/000ae86d1049f0625e4cfeeef51800
    throw new PayRefusal(400, 'INVALID_REQUEST', '201 商户订单号重复');
  }
  throw new PayRefusal(403, 'OUT_TRADE_NO_USED', '商户订单号重复');
}

function toOrder(context: Context, request: PrepayRequest, content: string): Order {
  const wantedMs =
    request.time_expire === undefined ? usualLifeMs : Date.parse(request.time_expire) - Date.now();
  return {
    mchId: request.mchid,
    appId: request.appid,
    outTradeNo: request.out_trade_no,
    openId: request.payer.openid,
    description: request.description,
    attach: request.attach,
    notifyUrl: request.notify_url,
    totalFen: request.amount.total,
    currency: request.amount.currency,
    // time_expire is wall time; how long that still is passes on the simulated clock.
    expiresAtMs: context.clock.now() + Math.min(longestLifeMs, Math.max(leastLifeMs, wantedMs)),
    content,
    prepays: [],
    state: 'NOTPAY',
  };
}

/** JSON with all keys in order, so that two bodies with the same content compare equal. */
function writeInOrder(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  );
}

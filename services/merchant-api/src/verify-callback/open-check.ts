import { toCheckOrderNo } from '@huidiao/contracts';
import { toAppError } from '@huidiao/errors';
import type { NewOrder, Order } from '@huidiao/store';
import { askAboutPayment } from './ask-wechat.ts';
import { repeatCall, toNotProven } from './call-wechat.ts';
import type { CheckDeps } from './check-deps.ts';
import { closeHere, endCheck } from './end-check.ts';
import { NotProven } from './not-proven.ts';

/** A check that can be paid. */
export interface OpenCheck {
  readonly order: Order;
  /** What is to be scanned as a QR code. */
  readonly codeUrl: string;
}

const amountFen = 1;
/** Of numbers that WeChat Pay knows although our store does not: it was restored, or another installation made them. */
const mostNumbers = 20;
/** The order of a check that nobody ends can still be paid for this long after the check gave up waiting. */
const marginMs = 60_000;

/** The number of the latest check of a merchant, and its order; 0 and undefined where there was none. */
export async function findLatestCheck({
  store,
  merchant,
}: Pick<CheckDeps, 'store' | 'merchant'>): Promise<{ count: number; order: Order | undefined }> {
  let latest: Order | undefined;
  for (let count = 1; ; count += 1) {
    const order = await store.orders.find(merchant.mchId, toCheckOrderNo(count));
    if (order === undefined) return { count: count - 1, order: latest };
    latest = order;
  }
}

/**
 * Registers an order of 1 fen under the next number and asks WeChat Pay for a code to pay it with.
 * @throws NotProven where WeChat Pay makes no code; the order is closed then
 */
export async function openCheck(deps: CheckDeps, appId: string, after: number): Promise<OpenCheck> {
  for (let count = after + 1; count <= after + mostNumbers; count += 1) {
    const { outcome, order } = await deps.store.orders.register(toNewOrder(deps, appId, count));
    if (outcome !== 'registered') throw anotherRuns(order.outTradeNo);
    const codeUrl = await prepay(deps, order);
    if (codeUrl !== undefined) return { order: await putOffQueries(deps, order), codeUrl };
    deps.say(`WeChat Pay knows ${order.outTradeNo} already; ending what it is, and taking the next number`);
    await endCheck(deps, order);
  }
  throw new NotProven(`WeChat Pay knows the numbers of ${mostNumbers} checks that our store does not have`, [
    'run it again, which goes on from there',
  ]);
}

/** undefined where WeChat Pay has other content under the number. */
async function prepay(deps: CheckDeps, order: Order): Promise<string | undefined> {
  try {
    const { appId, description, outTradeNo, currency, timeExpire } = order;
    const { notifyUrl } = deps;
    const wanted = { appId, description, outTradeNo, amountFen, currency, notifyUrl, timeExpire };
    return (await repeatCall(deps, () => deps.client.prepayNative(wanted))).codeUrl;
  } catch (error) {
    if (await isNumberUsed(deps, error, order.outTradeNo)) return undefined;
    await closeHere(deps, order);
    throw toNotProven('WeChat Pay made no code to pay with', error);
  }
}

/** A refusal may be about the number rather than the content, and only a query tells. */
async function isNumberUsed(deps: CheckDeps, error: unknown, outTradeNo: string): Promise<boolean> {
  const { code, kind, details } = toAppError(error);
  if (kind !== 'permanent' || details.queryFirst !== true) return false;
  if (code === 'ORDER_CONFLICT' || code === 'ORDER_NOT_PAYABLE') return true;
  const found = await repeatCall(deps, () => askAboutPayment(deps, outTradeNo)).catch(() => undefined);
  return found !== undefined && found.state !== 'unknown';
}

/**
 * The check itself asks WeChat Pay. A reconciler that was faster would put into the ledger what only a callback is to
 * tell; it takes over once the order has expired.
 */
async function putOffQueries({ store }: CheckDeps, order: Order): Promise<Order> {
  const nextQueryAt = new Date(order.timeExpire.getTime() + marginMs);
  await store.orders.recordQuery(order, { nextQueryAt });
  return order;
}

function toNewOrder(
  { merchant, clock, times, notifyUrl }: CheckDeps,
  appId: string,
  count: number,
): NewOrder {
  const outTradeNo = toCheckOrderNo(count);
  const expiresAtMs = clock.now().getTime() + times.scanMs + marginMs;
  return {
    mchId: merchant.mchId,
    appId,
    outTradeNo,
    description: '回调检查，自动退款 (callback check, refunded)',
    amountFen,
    currency: 'CNY',
    // Nothing is to be delivered.
    logisticsType: 3,
    timeExpire: new Date(Math.ceil(expiresAtMs / 1_000) * 1_000),
    notifyUrl,
    // Ours: whatever becomes of this process, the reconciler closes it when it has expired.
    prepay: true,
    contentHash: outTradeNo,
  };
}

function anotherRuns(outTradeNo: string): NotProven {
  return new NotProven(`another check of this merchant has just begun (${outTradeNo})`, [
    'wait for it to end, then run this again',
  ]);
}

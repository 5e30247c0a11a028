import { setTimeout as pause } from 'node:timers/promises';
import type { Clock, RequestPaymentParameters } from '@huidiao/contracts';
import { type AppError, toAppError } from '@huidiao/errors';
import type { Order, Store } from '@huidiao/store';
import type { PayClient } from '@huidiao/wechat';
import { decideNotPayable, type NotPayableReason, usablePrepayId } from './decide-payable.ts';
import { settlePrepayFailure } from './settle-prepay-failure.ts';

/** What became of the wish to start a payment. */
export type PrepayOutcome =
  | { readonly kind: 'payable'; readonly order: Order; readonly payment: RequestPaymentParameters }
  | { readonly kind: 'not-payable'; readonly reason: NotPayableReason }
  /** WeChat Pay knows the number with other content. */
  | { readonly kind: 'number-used' }
  /** WeChat Pay refuses this order for good. */
  | { readonly kind: 'refused'; readonly error: AppError }
  /** Another request has the turn and did not come to an end in time. */
  | { readonly kind: 'under-way' };

export interface PrepayOrderDeps {
  readonly orders: Pick<Store['orders'], 'find' | 'takePrepayTurn' | 'recordPrepay'>;
  readonly clock: Clock;
  readonly turn: PrepayTurnTimes;
}

/**
 * The turn spares WeChat Pay the same question many times at once; two that ask nevertheless both get a good
 * prepay_id. A turn ends when the prepay_id is recorded, and after a failure with its lease.
 *
 * | time | is | because |
 * |---|---|---|
 * | leaseMs | longer than a usual prepay call, at most what Retry-After tells clients | a repeat after a failure shall not wait |
 * | waitMs | longer than leaseMs | else those who wait get 503 although one of them could go on |
 */
export interface PrepayTurnTimes {
  /** How long one request may talk to WeChat Pay about an order before another may. */
  readonly leaseMs: number;
  /** How long the others wait for its prepay_id. */
  readonly waitMs: number;
  /** Pause between their looks at the order. */
  readonly pollMs: number;
}

/** Of validity of a prepay_id. https://pay.weixin.qq.com/doc/v3/merchant/4012525167 */
const prepayIdTtlMs = 2 * 60 * 60 * 1_000;

type Client = Pick<PayClient, 'prepayJsapi' | 'queryByOutTradeNo' | 'requestPaymentParameters'>;

/**
 * Signs the parameters of wx.requestPayment for an order, with the prepay_id that it has or a new one. Requests
 * for one order take turns, so that any number of them at once makes one prepay call.
 *
 * @throws AppError WECHAT_UNREACHABLE, WECHAT_SYSTEM_ERROR, WECHAT_RESPONSE_NOT_AUTHENTIC, WECHAT_BUSY,
 * WECHAT_BREAKER_OPEN (whether WeChat Pay acted is unknown or no matter: the same request may be repeated, as
 * its content and number stay the same), WECHAT_CREDENTIALS_REFUSED, STORE_UNAVAILABLE.
 */
export async function prepayOrder(
  deps: PrepayOrderDeps,
  client: Client,
  notifyUrl: string,
  registered: Order,
): Promise<PrepayOutcome> {
  const deadlineMs = performance.now() + deps.turn.waitMs;
  let order = registered;
  for (;;) {
    const settled = withoutCalling(deps, client, order);
    if (settled !== undefined) return settled;
    // Taken only of an order that still is as it was read: whoever had the turn before left no prepay_id in it.
    if (await deps.orders.takePrepayTurn(order, deps.turn.leaseMs)) {
      return await callPrepay(deps, client, notifyUrl, order);
    }
    if (performance.now() >= deadlineMs) return { kind: 'under-way' };
    await pause(deps.turn.pollMs);
    order = await readAgain(deps, order);
  }
}

/** The outcome, if the order as it is decides it; `undefined` if it takes a prepay call. */
function withoutCalling(deps: PrepayOrderDeps, client: Client, order: Order): PrepayOutcome | undefined {
  const now = deps.clock.now();
  const reason = decideNotPayable(order, now);
  if (reason !== undefined) return { kind: 'not-payable', reason };
  const prepayId = usablePrepayId(order, now);
  return prepayId === undefined ? undefined : toPayable(client, order, prepayId);
}

async function callPrepay(
  deps: PrepayOrderDeps,
  client: Client,
  notifyUrl: string,
  order: Order,
): Promise<PrepayOutcome> {
  // From before the call: a prepay_id is rather thought to end too early than too late.
  const expiresAt = new Date(deps.clock.now().getTime() + prepayIdTtlMs);
  const prepaid = await tryPrepay(client, order, notifyUrl);
  if ('error' in prepaid) return await settlePrepayFailure(client, order, prepaid.error);

  const { prepayId } = prepaid;
  const recorded = await deps.orders.recordPrepay(order.mchId, order.outTradeNo, { prepayId, expiresAt });
  return withoutCalling(deps, client, recorded) ?? toPayable(client, recorded, prepayId);
}

type Prepaid = { readonly prepayId: string } | { readonly error: AppError };

async function tryPrepay(client: Client, order: Order, notifyUrl: string): Promise<Prepaid> {
  try {
    return await client.prepayJsapi(toPrepayRequest(order, notifyUrl));
  } catch (error) {
    return { error: toAppError(error) };
  }
}

/** The stored content, never the request's: the same number must always come with the same body. */
function toPrepayRequest(order: Order, notifyUrl: string): Parameters<Client['prepayJsapi']>[0] {
  return {
    appId: order.appId,
    description: order.description,
    outTradeNo: order.outTradeNo,
    amountFen: order.amountFen,
    currency: order.currency,
    openId: order.openId ?? '',
    notifyUrl,
    timeExpire: order.timeExpire,
    ...(order.attach === undefined ? {} : { attach: order.attach }),
  };
}

function toPayable(client: Client, order: Order, prepayId: string): PrepayOutcome {
  return {
    kind: 'payable',
    order,
    payment: client.requestPaymentParameters({ appId: order.appId, prepayId }),
  };
}

async function readAgain(deps: PrepayOrderDeps, order: Order): Promise<Order> {
  return (await deps.orders.find(order.mchId, order.outTradeNo)) ?? order;
}

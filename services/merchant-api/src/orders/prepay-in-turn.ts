import { setTimeout as pause } from 'node:timers/promises';
import type { Clock, RequestPaymentParameters } from '@huidiao/contracts';
import { type AppError, toAppError } from '@huidiao/errors';
import type { PayClient } from '@huidiao/wechat';
import { type NotPayableReason, usablePrepayId } from './decide-payable.ts';
import type { PrepayFailure } from './settle-prepay-failure.ts';

/** What became of the wish to start a payment. `P`: what is paid, an order or a combined one. */
export type PrepayOutcome<P> =
  | { readonly kind: 'payable'; readonly order: P; readonly payment: RequestPaymentParameters }
  | { readonly kind: 'not-payable'; readonly reason: NotPayableReason }
  /** WeChat Pay knows the number with other content. */
  | { readonly kind: 'number-used' }
  /** WeChat Pay refuses this order for good. */
  | { readonly kind: 'refused'; readonly error: AppError }
  /** Another request has the turn and did not come to an end in time. */
  | { readonly kind: 'under-way' };

/** What came of it where no payment can be started. */
export type NotPrepaid = Exclude<PrepayOutcome<unknown>, { kind: 'payable' }>;

/**
 * The turn spares WeChat Pay the same question many times at once; two that ask nevertheless both get a good
 * prepay_id. A turn ends when the prepay_id is recorded or the call has failed, and with its lease where the process
 * died that had it.
 *
 * | time | is | because |
 * |---|---|---|
 * | leaseMs | longer than a prepay call may take | else a slow WeChat Pay is asked by many at once |
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

/** What any kind of order needs to be prepaid. */
export interface PrepayInTurnDeps {
  readonly clock: Clock;
  readonly turn: PrepayTurnTimes;
  readonly client: Pick<PayClient, 'requestPaymentParameters'>;
}

interface Prepaid {
  readonly prepayId: string;
  readonly expiresAt: Date;
}

/** How one kind of order is prepaid. */
export interface PrepayTarget<P> {
  /** The app that signs, and the prepay_id, if any. */
  facts(payable: P): {
    readonly appId: string;
    readonly prepayId?: string;
    readonly prepayIdExpiresAt?: Date;
  };
  notPayable(payable: P, now: Date): NotPayableReason | undefined;
  /** Given only while it still is as it was read: whoever had the turn before left no prepay_id in it. */
  takeTurn(payable: P, leaseMs: number): Promise<boolean>;
  /** Gives the turn back. */
  endTurn(payable: P): Promise<void>;
  readAgain(payable: P): Promise<P>;
  /** With the stored content, never the request's: the same number must always come with the same body. */
  callPrepay(payable: P): Promise<{ readonly prepayId: string }>;
  /** See settlePrepayFailure. */
  settleFailure(payable: P, error: AppError): Promise<PrepayFailure>;
  record(payable: P, prepaid: Prepaid): Promise<P>;
}

/** Of validity of a prepay_id. https://pay.weixin.qq.com/doc/v3/merchant/4012525167 */
const prepayIdTtlMs = 2 * 60 * 60 * 1_000;

/**
 * Signs the parameters of wx.requestPayment for an order, with the prepay_id that it has or a new one. Requests
 * for one order take turns, so that any number of them at once makes one prepay call.
 *
 * @throws AppError WECHAT_UNREACHABLE, WECHAT_SYSTEM_ERROR, WECHAT_RESPONSE_NOT_AUTHENTIC, WECHAT_BUSY,
 * WECHAT_BREAKER_OPEN (whether WeChat Pay acted is unknown or no matter: the same request may be repeated, as
 * its content and number stay the same), WECHAT_CREDENTIALS_REFUSED, STORE_UNAVAILABLE.
 */
export async function prepayInTurn<P>(
  deps: PrepayInTurnDeps,
  target: PrepayTarget<P>,
  registered: P,
): Promise<PrepayOutcome<P>> {
  const deadlineMs = performance.now() + deps.turn.waitMs;
  let payable = registered;
  for (;;) {
    const settled = withoutCalling(deps, target, payable);
    if (settled !== undefined) return settled;
    if (await target.takeTurn(payable, deps.turn.leaseMs)) return await call(deps, target, payable);
    if (performance.now() >= deadlineMs) return { kind: 'under-way' };
    await pause(deps.turn.pollMs);
    payable = await target.readAgain(payable);
  }
}

/** The outcome, if the order as it is decides it; `undefined` if it takes a prepay call. */
function withoutCalling<P>(
  deps: PrepayInTurnDeps,
  target: PrepayTarget<P>,
  payable: P,
): PrepayOutcome<P> | undefined {
  const now = deps.clock.now();
  const reason = target.notPayable(payable, now);
  if (reason !== undefined) return { kind: 'not-payable', reason };
  const prepayId = usablePrepayId(target.facts(payable), now);
  return prepayId === undefined ? undefined : toPayable(deps, target, payable, prepayId);
}

async function call<P>(
  deps: PrepayInTurnDeps,
  target: PrepayTarget<P>,
  payable: P,
): Promise<PrepayOutcome<P>> {
  // From before the call: a prepay_id is rather thought to end too early than too late.
  const expiresAt = new Date(deps.clock.now().getTime() + prepayIdTtlMs);
  const prepaid = await tryPrepay(target, payable);
  if ('error' in prepaid) return await settle(target, payable, prepaid.error);

  const { prepayId } = prepaid;
  const recorded = await target.record(payable, { prepayId, expiresAt });
  return withoutCalling(deps, target, recorded) ?? toPayable(deps, target, recorded, prepayId);
}

/** Whoever waits, or asks again, need not wait for the lease. */
async function settle<P>(target: PrepayTarget<P>, payable: P, error: AppError): Promise<PrepayFailure> {
  try {
    return await target.settleFailure(payable, error);
  } finally {
    // Should the store be away too, the lease ends the turn.
    await target.endTurn(payable).catch(() => undefined);
  }
}

async function tryPrepay<P>(
  target: PrepayTarget<P>,
  payable: P,
): Promise<{ readonly prepayId: string } | { readonly error: AppError }> {
  try {
    return await target.callPrepay(payable);
  } catch (error) {
    return { error: toAppError(error) };
  }
}

function toPayable<P>(
  { client }: PrepayInTurnDeps,
  target: PrepayTarget<P>,
  order: P,
  prepayId: string,
): PrepayOutcome<P> {
  const { appId } = target.facts(order);
  return { kind: 'payable', order, payment: client.requestPaymentParameters({ appId, prepayId }) };
}

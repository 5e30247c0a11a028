import type { Order } from '@huidiao/store';
import type { QueriedRefund } from '@huidiao/wechat';
import { askAboutPayment, askAboutRefund } from './ask-wechat.ts';
import { repeatCall, toNotProven } from './call-wechat.ts';
import type { CheckDeps } from './check-deps.ts';
import { giveBack, toRefundNo } from './give-back.ts';
import { NotProven } from './not-proven.ts';

/** How a check ended. */
export type CheckEnd =
  /** Nobody paid it, and nobody can any more. */
  | { readonly kind: 'not_paid' }
  | { readonly kind: 'refunded'; readonly refund: QueriedRefund }
  /** Somebody refunded it at the merchant platform. */
  | { readonly kind: 'refunded_elsewhere' };

/**
 * Ends a check that is not known to be paid: closes it at WeChat Pay, and gives back what was paid. It may run any
 * number of times, and go on where it was broken off.
 * @throws NotProven that says how to get the money back where this could not be done
 */
export async function endCheck(deps: CheckDeps, order: Order): Promise<CheckEnd> {
  try {
    return await end(deps, order);
  } catch (error) {
    throw toStillOpen(order, error);
  }
}

/** The same for one that is known to be paid. @throws NotProven likewise */
export async function refundCheck(deps: CheckDeps, order: Order): Promise<QueriedRefund> {
  try {
    return await giveBack(deps, order);
  } catch (error) {
    throw toStillOpen(order, error);
  }
}

async function end(deps: CheckDeps, order: Order): Promise<CheckEnd> {
  const { outTradeNo } = order;
  const ask = () => repeatCall(deps, () => askAboutPayment(deps, outTradeNo));
  let found = await ask();
  if (found.state === 'waiting') {
    // A close says nothing about the order: somebody may have paid in between, and then it fails.
    await deps.client.closeByOutTradeNo(outTradeNo).catch(() => undefined);
    found = await ask();
  }
  if (found.state === 'waiting') throw new NotProven(`${outTradeNo} could not be closed`, []);
  if (found.state === 'paid') {
    const isElsewhere =
      found.refunded &&
      (await repeatCall(deps, () => askAboutRefund(deps, toRefundNo(outTradeNo)))) === undefined;
    return isElsewhere
      ? { kind: 'refunded_elsewhere' }
      : { kind: 'refunded', refund: await giveBack(deps, order) };
  }
  await closeHere(deps, order);
  return { kind: 'not_paid' };
}

/** Somebody may be faster; then the order is what it is. */
export async function closeHere({ store }: Pick<CheckDeps, 'store'>, order: Order): Promise<void> {
  const now = await store.orders.find(order.mchId, order.outTradeNo);
  if (now?.status === 'created') await store.orders.close(now, { by: 'verify-callback' });
}

function toStillOpen({ outTradeNo, timeExpire }: Order, error: unknown): NotProven {
  const cause =
    error instanceof NotProven ? error : toNotProven(`WeChat Pay did not let ${outTradeNo} be ended`, error);
  return new NotProven(
    cause.message,
    [
      ...cause.advice,
      `if 1 fen was paid for ${outTradeNo}, it is not given back yet: run this command again, which does that first and needs no --yes for it`,
      `or by hand: 商户平台 → 交易中心 → 退款, by 商户订单号 ${outTradeNo}`,
      `it cannot be paid after ${timeExpire.toISOString()}`,
    ],
    { cause: error },
  );
}

import type { Order } from '@huidiao/store';
import type { QueriedRefund } from '@huidiao/wechat';
import { askAboutRefund } from './ask-wechat.ts';
import { repeatCall } from './call-wechat.ts';
import type { CheckDeps } from './check-deps.ts';
import { NotProven } from './not-proven.ts';

/** A refund that was CLOSED never comes back, and a new one wants a new number. */
const mostRefunds = 5;

/**
 * Refunds a check that was paid, once: its refunds have the same numbers however often this runs, and WeChat Pay gives
 * back nothing twice under one number. Gives the refund that is under way or done.
 * @throws AppError WECHAT_* (the same again is safe); NotProven where every number is used up
 */
export async function giveBack(deps: CheckDeps, order: Order): Promise<QueriedRefund> {
  for (let round = 1; round <= mostRefunds; round += 1) {
    const outRefundNo = toRefundNo(order.outTradeNo, round);
    const known = await repeatCall(deps, () => askAboutRefund(deps, outRefundNo));
    const refund = known ?? (await makeRefund(deps, order, outRefundNo));
    if (refund.status !== 'CLOSED') return refund;
  }
  throw new NotProven(`WeChat Pay has closed ${mostRefunds} refunds of ${order.outTradeNo}`, []);
}

/** The number of the first refund that a check is given. */
export function toRefundNo(outTradeNo: string, round = 1): string {
  return `${outTradeNo}-R${round}`;
}

function makeRefund(deps: CheckDeps, order: Order, outRefundNo: string): Promise<QueriedRefund> {
  const { outTradeNo, amountFen, currency } = order;
  return repeatCall(deps, () =>
    deps.client.createRefund({
      outTradeNo,
      outRefundNo,
      refundFen: amountFen,
      totalFen: amountFen,
      currency,
      reason: '回调检查自动退款',
      notifyUrl: deps.notifyUrl,
    }),
  );
}

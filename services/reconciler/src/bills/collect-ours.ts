import type { Clock, Merchant } from '@huidiao/contracts';
import type { Order, OrderRefund, Store } from '@huidiao/store';
import { toBillPeriod } from '@huidiao/wechat';
import { type BillEntry, isOwnOrder } from './bill-entry.ts';
import type { EntryFile } from './entry-file.ts';

export interface CollectOursDeps {
  readonly store: Pick<Store, 'billOrders'>;
  readonly clock: Clock;
  /** Called now and then; throws to end the work. */
  readonly keep: () => Promise<void>;
}

const pageSize = 500;
/** Our clock and WeChat's differ a little. */
const marginMs = 5 * 60_000;
/** What changed while refunds were looked for is looked at again, this often at most. */
const mostWalks = 5;

/**
 * Writes down what the bill of a day must have by what is known here: payments by WeChat's own time of them, and refunds as
 * far as it is certain that they were accepted on that day. A bill has a refund on the day on which it was accepted, which
 * nobody tells us of those that were made elsewhere.
 * https://pay.weixin.qq.com/docs/merchant/products/bill-download/format-trade.html
 *
 * @throws AppError STORE_UNAVAILABLE; what `keep` throws
 */
export async function collectOurs(
  deps: CollectOursDeps,
  merchant: Merchant,
  billDate: string,
  ours: EntryFile,
): Promise<void> {
  const { billOrders } = deps.store;
  const { mchId } = merchant;
  const { from, until } = toBillPeriod(billDate);
  const isExpected = (order: Order): boolean => isBilledHere(merchant, order);
  for await (const orders of billOrders.walkPaid({ mchId, from, until, limit: pageSize })) {
    for (const order of orders.filter(isExpected)) addPayment(ours, order);
    await ours.flush();
    await deps.keep();
  }
  let seenUntil = from;
  for (let walks = 0; walks < mostWalks; walks += 1) {
    const walk = { mchId, from: seenUntil, until: deps.clock.now(), limit: pageSize };
    let found = 0;
    for await (const orders of billOrders.walkRefunded(walk)) {
      found += orders.length;
      for (const order of orders.filter(isExpected)) addRefunds(ours, order, billDate);
      await ours.flush();
      await deps.keep();
    }
    if (found === 0) return;
    seenUntil = walk.until;
  }
}

/** A part of a combined order (合单) may be another merchant's, and is then in that one's bill. */
function isBilledHere(merchant: Merchant, order: Order): boolean {
  if (!isOwnOrder(merchant.bill, order)) return false;
  const subMchId = order.subMchId ?? order.payment?.subMchId;
  return merchant.isServiceProvider || subMchId === undefined || subMchId === merchant.mchId;
}

/** One whose time WeChat did not say may be of another day. */
function addPayment(ours: EntryFile, { outTradeNo, amountFen, transactionId, payment }: Order): void {
  if (transactionId === undefined || payment?.successTime === undefined) return;
  ours.add({ kind: 'payment', outTradeNo, transactionId, amountFen });
}

function addRefunds(ours: EntryFile, order: Order, billDate: string): void {
  for (const refund of order.refunds) {
    if (refund.status !== 'CLOSED' && isAcceptedOn(order, refund, billDate)) ours.add(toEntry(order, refund));
  }
}

function toEntry({ outTradeNo, transactionId }: Order, refund: OrderRefund): BillEntry {
  const { refundId, outRefundNo, refundFen: amountFen, status: state } = refund;
  const ofTransaction = refund.transactionId ?? transactionId ?? '';
  return {
    kind: 'refund',
    outTradeNo,
    transactionId: ofTransaction,
    amountFen,
    refundId,
    outRefundNo,
    state,
  };
}

/** It was accepted after it was asked for here, and before we asked a second time or knew its end. */
function isAcceptedOn(
  { refundRequests }: Order,
  { outRefundNo, at }: OrderRefund,
  billDate: string,
): boolean {
  const request = refundRequests.find((one) => one.outRefundNo === outRefundNo);
  if (request === undefined) return false;
  const { from, until } = toBillPeriod(billDate);
  const isWithin = (time: Date | undefined): boolean =>
    time !== undefined &&
    time.getTime() >= from.getTime() + marginMs &&
    time.getTime() < until.getTime() - marginMs;
  const isSubmittedOnce = request.attempts === 1 && isWithin(request.submittedAt);
  return isWithin(request.requestedAt) && (isWithin(at) || isSubmittedOnce);
}

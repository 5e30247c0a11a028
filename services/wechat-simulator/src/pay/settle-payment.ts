import type { Context } from '../context.ts';
import { ControlRefusal } from '../control-refusal.ts';
import type { Deliveries, Notification } from '../delivery/notification.ts';
import { createTransactionId } from '../events/event-subject.ts';
import { answerPopupLater, type Buyer } from '../mini-program/consents.ts';
import { recordTrade } from '../mini-program/trades/record-trade.ts';
import type { CombinedOrder, Order } from './order-book.ts';
import { toAnnouncement } from './to-announcement.ts';
import { toCombinedTransaction, toTransaction } from './transaction.ts';
import { toWireTime } from './wire-time.ts';

export interface Payment {
  /** Of a combined order combine_transaction_id: each of its orders has one of its own. */
  readonly transactionId: string;
  /** out_trade_no or combine_out_trade_no. */
  readonly outTradeNo: string;
  readonly notification: Notification;
}

/** Marks it paid, lets the buyer answer about messages, and announces it. Throws ControlRefusal where it cannot be paid. */
export function settlePayment(
  context: Context,
  payable: Order | CombinedOrder,
  deliveries?: Deliveries,
): Payment {
  if (payable.state !== 'NOTPAY')
    throw new ControlRefusal(409, `ORDER_${payable.state}`, 'the order is paid or closed');
  const transactionId = createTransactionId();
  const isCombined = 'subOrders' in payable;
  const paidNow = { successTime: toWireTime(Date.now()), paidAtMs: context.clock.now() };
  if (isCombined) Object.assign(payable, paidNow, { transactionId, state: 'SUCCESS' });
  for (const order of isCombined ? payable.subOrders : [payable]) {
    const ofOrder = isCombined ? createTransactionId() : transactionId;
    context.orders.setPaid(order, { transactionId: ofOrder, ...paidNow });
    context.balances.addPayment(order);
  }
  answerPopupLater(context, toBuyer(payable));
  recordTrade(context, payable, toBuyer(payable));
  const { mchId, outTradeNo, notifyUrl } = payable;
  const announcement = toAnnouncement(context, {
    mchId,
    outTradeNo,
    url: notifyUrl,
    eventType: 'TRANSACTION.SUCCESS',
    originalType: 'transaction',
    summary: '支付成功',
    resource: isCombined ? toCombinedTransaction(payable) : toTransaction(payable),
  });
  return { transactionId, outTradeNo, notification: context.delivery.announce(announcement, deliveries) };
}

/** The payer in the app that was paid in: of a service provider's order perhaps that of the merchant below it. */
function toBuyer(payable: Order | CombinedOrder): Buyer {
  const { payerAppId: appId, openId } = payable;
  const sub = 'sub' in payable ? payable.sub : undefined;
  return { appId, openId: sub?.appId === appId && sub.openId !== undefined ? sub.openId : openId };
}

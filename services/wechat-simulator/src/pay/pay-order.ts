import { createVerify } from 'node:crypto';
import type { Context } from '../context.ts';
import { ControlRefusal } from '../control-refusal.ts';
import type { Deliveries, Notification } from './notification.ts';
import { type Order, wasPaid } from './order-book.ts';
import { createTransactionId, toTransaction } from './transaction.ts';
import { toWireTime } from './wire-time.ts';

/** What the mini-program hands to wx.requestPayment, and the app that it runs in. */
export interface RequestPayment {
  readonly appId: string;
  readonly timeStamp: string;
  readonly nonceStr: string;
  /** `prepay_id=…`. */
  readonly package: string;
  readonly signType: string;
  readonly paySign: string;
}

export interface Payment {
  readonly transactionId: string;
  readonly outTradeNo: string;
  readonly notification: Notification;
}

/**
 * The buyer confirms in WeChat. Pays only where paySign verifies under the merchant's key and the prepay_id and
 * the order still live, then announces it to the order's notify_url. Throws ControlRefusal.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012791898
 */
export function payByBuyer(context: Context, request: RequestPayment, deliveries?: Deliveries): Payment {
  const found = context.orders.findByPrepay(request.package.replace(/^prepay_id=/, ''));
  if (!request.package.startsWith('prepay_id=') || found === undefined) {
    throw new ControlRefusal(404, 'PREPAY_ID_UNKNOWN', 'no prepay gave this prepay_id');
  }
  const { order, prepay } = found;
  if (order.appId !== request.appId) {
    throw new ControlRefusal(403, 'APPID_DIFFERS', 'the prepay was for another appid');
  }
  assertPaySign(context, order, request);
  const now = context.clock.now();
  if (now > prepay.expiresAtMs)
    throw new ControlRefusal(409, 'PREPAY_ID_EXPIRED', 'a prepay_id lives two hours');
  if (now > order.expiresAtMs) throw new ControlRefusal(409, 'ORDER_EXPIRED', 'time_expire is past');
  if (prepay.underProbe) {
    const { mchId, outTradeNo } = order;
    context.ledger.recordAcceptedProbe({ kind: 'answer', mchId, subject: outTradeNo });
  }
  return settlePayment(context, order, deliveries);
}

function assertPaySign(context: Context, order: Order, request: RequestPayment): void {
  if (request.signType !== 'RSA') throw new ControlRefusal(400, 'SIGN_TYPE_UNKNOWN', 'signType must be RSA');
  const merchant = context.merchants.get(order.mchId);
  const message = `${request.appId}\n${request.timeStamp}\n${request.nonceStr}\n${request.package}\n`;
  const isGenuine =
    merchant !== undefined &&
    createVerify('RSA-SHA256').update(message).verify(merchant.publicKey, request.paySign, 'base64');
  if (!isGenuine)
    throw new ControlRefusal(403, 'PAY_SIGN_WRONG', 'paySign does not verify: 支付验证签名失败');
}

/** A payment of an order that this simulator has no prepay of. */
export interface DirectPayment {
  readonly mchId: string;
  readonly appId: string;
  readonly openId: string;
  readonly outTradeNo: string;
  readonly totalFen: number;
  readonly currency?: string | undefined;
  readonly attach?: string | undefined;
  readonly notifyUrl: string;
}

/** Pays an order that was prepaid elsewhere, and announces it. Throws ControlRefusal. */
export function payDirectly(context: Context, payment: DirectPayment, deliveries?: Deliveries): Payment {
  const merchant = context.merchants.get(payment.mchId);
  if (merchant === undefined)
    throw new ControlRefusal(404, 'MERCHANT_UNKNOWN', 'no such mchid in the settings');
  if (!merchant.appIds.includes(payment.appId)) {
    throw new ControlRefusal(409, 'APPID_NOT_BOUND', 'the appid is not bound to this mchid');
  }
  const known = context.orders.find(payment.mchId, payment.outTradeNo);
  if (known !== undefined)
    throw new ControlRefusal(409, 'ORDER_KNOWN', 'it was prepaid here: pay by its prepay_id');
  const order: Order = {
    ...payment,
    currency: payment.currency ?? 'CNY',
    attach: payment.attach,
    description: 'prepaid elsewhere',
    expiresAtMs: Number.POSITIVE_INFINITY,
    content: '',
    prepays: [],
    state: 'NOTPAY',
  };
  context.orders.add(order);
  return settlePayment(context, order, deliveries);
}

/**
 * The merchant refunds a payment in its console, in part or in full: a query cannot tell which. Nothing is announced.
 * Throws ControlRefusal.
 */
export function refundAtConsole(context: Context, mchId: string, outTradeNo: string): void {
  const order = context.orders.find(mchId, outTradeNo);
  if (order === undefined || !wasPaid(order)) {
    throw new ControlRefusal(409, 'ORDER_NOT_PAID', 'there is no payment to refund');
  }
  order.state = 'REFUND';
}

function settlePayment(context: Context, order: Order, deliveries: Deliveries | undefined): Payment {
  if (order.state !== 'NOTPAY')
    throw new ControlRefusal(409, `ORDER_${order.state}`, 'the order is paid or closed');
  const transactionId = createTransactionId();
  context.orders.setPaid(order, transactionId, toWireTime(Date.now()));
  grantMessages(context, order);
  const { mchId, outTradeNo } = order;
  const notification = context.delivery.announce(
    {
      mchId,
      outTradeNo,
      url: order.notifyUrl,
      eventType: 'TRANSACTION.SUCCESS',
      originalType: 'transaction',
      summary: '支付成功',
      resource: toTransaction(order),
    },
    deliveries,
  );
  return { transactionId, outTradeNo, notification };
}

/** As if the page had called wx.requestSubscribeMessage in the payment's callback and the buyer had agreed. */
function grantMessages(context: Context, order: Order): void {
  const app = context.apps.get(order.appId);
  if (app === undefined) return;
  context.openIds.belongs(order.appId, order.openId);
  for (const templateId of Object.keys(app.templates)) {
    context.messages.grant(
      { appId: order.appId, openId: order.openId, templateId },
      app.grantsPerPayment ?? 1,
    );
  }
}

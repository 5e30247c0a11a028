import { createVerify } from 'node:crypto';
import type { Context } from '../context.ts';
import { ControlRefusal } from '../control-refusal.ts';
import type { Deliveries } from '../delivery/notification.ts';
import type { Payable, Prepay } from './order-book.ts';
import { type Payment, settlePayment } from './settle-payment.ts';

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
  const { payable, prepay } = found;
  if (payable.payerAppId !== request.appId) {
    throw new ControlRefusal(403, 'APPID_DIFFERS', 'the prepay was for another appid');
  }
  assertPaySign(context, payable, request);
  assertLiving(context, payable, prepay);
  return settlePayment(context, payable, deliveries);
}

/**
 * The buyer scans the code of a Native order and confirms. Throws ControlRefusal.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012791877
 */
export function payByScan(
  context: Context,
  scan: { readonly codeUrl: string; readonly openId?: string | undefined },
  deliveries?: Deliveries,
): Payment {
  const found = context.orders.findByPrepay(scan.codeUrl);
  if (found === undefined) throw new ControlRefusal(404, 'CODE_URL_UNKNOWN', 'no prepay gave this code_url');
  const { payable, prepay } = found;
  assertLiving(context, payable, prepay);
  payable.openId = scan.openId ?? `oScanner-of-${payable.outTradeNo}`;
  return settlePayment(context, payable, deliveries);
}

function assertLiving(context: Context, payable: Payable, prepay: Prepay): void {
  const now = context.clock.now();
  if (now > prepay.expiresAtMs)
    throw new ControlRefusal(409, 'PREPAY_ID_EXPIRED', 'a prepay_id lives two hours');
  if (now > payable.expiresAtMs) throw new ControlRefusal(409, 'ORDER_EXPIRED', 'time_expire is past');
  if (!prepay.underProbe) return;
  const { mchId, outTradeNo } = payable;
  context.ledger.recordAcceptedProbe({ kind: 'answer', mchId, subject: outTradeNo });
}

function assertPaySign(context: Context, payable: Payable, request: RequestPayment): void {
  if (request.signType !== 'RSA') throw new ControlRefusal(400, 'SIGN_TYPE_UNKNOWN', 'signType must be RSA');
  const merchant = context.merchants.get(payable.mchId);
  const message = `${request.appId}\n${request.timeStamp}\n${request.nonceStr}\n${request.package}\n`;
  const isGenuine =
    merchant !== undefined &&
    createVerify('RSA-SHA256').update(message).verify(merchant.publicKey, request.paySign, 'base64');
  if (!isGenuine)
    throw new ControlRefusal(403, 'PAY_SIGN_WRONG', 'paySign does not verify: 支付验证签名失败');
}

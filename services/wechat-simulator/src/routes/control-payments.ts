import type { Router } from 'express';
import type { Context } from '../context.ts';
import { answerPopup, refuseTemplate } from '../mini-program/consents.ts';
import { payCombined, payDirectly } from '../pay/pay-directly.ts';
import { payByBuyer, payByScan } from '../pay/pay-order.ts';
import type { Refund } from '../pay/refund-book.ts';
import type { Payment } from '../pay/settle-payment.ts';
import { findAndSettle, refundAtConsole } from '../pay/settle-refund.ts';
import { startPaying } from '../pay/start-paying.ts';
import { control } from './control-route.ts';
import {
  balance,
  buyerPays,
  buyerRefuses,
  buyerScans,
  buyerStarts,
  combinedPayment,
  consoleRefund,
  directPayment,
  popupAnswer,
  settledRefund,
} from './control-schemas.ts';
import { toDeliveries } from './to-deliveries.ts';

/** What buyers do, and merchants in their console: paying, answering about messages, refunding. */
export function addPayments(router: Router, context: Context): void {
  addBuyers(router, context);
  addDirectPayments(router, context);
  addRefunds(router, context);
  addBalances(router, context);
}

function addBuyers(router: Router, context: Context): void {
  router.post(
    '/buyers/pay',
    control(buyerPays, ({ deliveries, ...request }) =>
      toPaymentView(payByBuyer(context, request, toDeliveries(deliveries))),
    ),
  );
  router.post(
    '/buyers/scan',
    control(buyerScans, ({ code_url: codeUrl, openid: openId, deliveries }) =>
      toPaymentView(payByScan(context, { codeUrl, openId }, toDeliveries(deliveries))),
    ),
  );
  router.post(
    '/buyers/start',
    control(buyerStarts, ({ mchid, out_trade_no, for_ms }) =>
      startPaying(context, { mchId: mchid, outTradeNo: out_trade_no, forMs: for_ms }),
    ),
  );
  router.post(
    '/buyers/popup',
    control(popupAnswer, ({ appid, openid, answers, deliveries }) => {
      const given = answers.map(({ template_id: templateId, answer }) => ({ templateId, answer }));
      const asked = { appId: appid, openId: openid, answers: given };
      return { notification_id: answerPopup(context, asked, toDeliveries(deliveries)).id };
    }),
  );
  router.post(
    '/buyers/refuse',
    control(buyerRefuses, ({ appid: appId, openid: openId, template_id: templateId, deliveries }) => ({
      notification_id: refuseTemplate(context, { appId, openId, templateId }, toDeliveries(deliveries)).id,
    })),
  );
}

function addDirectPayments(router: Router, context: Context): void {
  router.post(
    '/payments',
    control(directPayment, ({ deliveries, sub, ...payment }) =>
      toPaymentView(
        payDirectly(
          context,
          {
            ...toPayer(payment),
            outTradeNo: payment.out_trade_no,
            totalFen: payment.total,
            currency: payment.currency,
            attach: payment.attach,
            sub: sub && { mchId: sub.mchid, appId: sub.appid, openId: sub.openid },
          },
          toDeliveries(deliveries),
        ),
      ),
    ),
  );
  router.post(
    '/payments/combined',
    control(combinedPayment, ({ deliveries, sub_orders, ...payment }) =>
      toPaymentView(
        payCombined(
          context,
          {
            ...toPayer(payment),
            combineOutTradeNo: payment.combine_out_trade_no,
            subOrders: sub_orders.map((sub) => ({
              mchId: sub.mchid,
              subMchId: sub.sub_mchid,
              outTradeNo: sub.out_trade_no,
              totalFen: sub.total,
              attach: sub.attach,
            })),
          },
          toDeliveries(deliveries),
        ),
      ),
    ),
  );
}

function addRefunds(router: Router, context: Context): void {
  router.post(
    '/refunds',
    control(consoleRefund, ({ mchid, out_trade_no, refund, notify_url, course, deliveries }) => {
      const wanted = {
        refundFen: refund,
        notifyUrl: notify_url,
        course,
        deliveries: toDeliveries(deliveries),
      };
      const made = refundAtConsole(context, mchid, out_trade_no, wanted);
      return { ...toRefundNumbers(made.refund), notification_id: made.notification?.id };
    }),
  );
  router.post(
    '/refunds/settle',
    control(settledRefund, ({ mchid, out_refund_no, course, deliveries }) => ({
      notification_id: findAndSettle(context, {
        mchId: mchid,
        outRefundNo: out_refund_no,
        course,
        deliveries: toDeliveries(deliveries),
      })?.id,
    })),
  );
}

function addBalances(router: Router, context: Context): void {
  router.post(
    '/balances',
    control(balance, ({ mchid, balance: fen }) => context.balances.set(mchid, fen ?? undefined)),
  );
}

function toPayer(payment: { mchid: string; appid: string; openid: string; notify_url: string }) {
  return {
    mchId: payment.mchid,
    appId: payment.appid,
    openId: payment.openid,
    notifyUrl: payment.notify_url,
  };
}

function toPaymentView({ transactionId, outTradeNo, notification }: Payment) {
  return {
    transaction_id: transactionId,
    out_trade_no: outTradeNo,
    notification_id: notification.id,
    notify_url: notification.url,
    /** Simulated time of the first attempt. */
    notification_due_at: notification.nextDueAt,
  };
}

function toRefundNumbers({ outRefundNo, refundId, refundFen }: Refund) {
  return { out_refund_no: outRefundNo, refund_id: refundId, refund: refundFen };
}

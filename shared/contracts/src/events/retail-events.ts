import { z } from 'zod';
import { currency, mchId, openId, outTradeNo } from '../ids.ts';
import { attach, environment, fen, instant, prose, pushed, wechatId, wechatState } from './pushed.ts';

const order = {
  ...pushed,
  mchId,
  outTradeNo,
  /** order_id: B2b支付订单号. */
  orderId: wechatId,
  environment,
};

const payment = {
  ...order,
  openId,
  transactionId: wechatId.optional(),
  orderFen: fen.optional(),
  payerFen: fen.optional(),
  currency: currency.optional(),
  paidAt: instant.optional(),
  attach: attach.optional(),
};

const refund = {
  ...order,
  outRefundNo: z.string().min(1).max(64),
  /** B2b支付退款单号. */
  refundId: wechatId.optional(),
  wxpayRefundId: wechatId.optional(),
  refundFen: fen,
  orderFen: fen,
  /** pay_channel: 0 and 1. */
  channel: z.enum(['wechat_pay', 'bank_transfer']),
  /** refund_from and refund_reason, as WeChat wrote them: its table says digits, its sample names. */
  refundFrom: wechatState.optional(),
  refundReason: wechatState.optional(),
  createdAt: instant.optional(),
  refundedAt: instant.optional(),
  description: prose.optional(),
};

/**
 * Payments of B2b stores: 支付通知 and 退款通知 of WeChat's page 小程序 B2b 门店助手 (3.3.4 and 3.3.7), which re-sends
 * both over 22 hours.
 */
export const retailEvents = {
  /** retail_pay_notify with ORDER_PAY_SUCC. */
  'retail_payment.succeeded': z.object({ type: z.literal('retail_payment.succeeded'), ...payment }),
  /** retail_pay_notify with ORDER_CLOSE. */
  'retail_payment.closed': z.object({ type: z.literal('retail_payment.closed'), ...payment }),
  /** retail_refund_notify with REFUND_SUCC. */
  'retail_refund.succeeded': z.object({ type: z.literal('retail_refund.succeeded'), ...refund }),
  /** retail_refund_notify with REFUND_FAIL. */
  'retail_refund.failed': z.object({ type: z.literal('retail_refund.failed'), ...refund }),
} as const;

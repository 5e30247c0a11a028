import type { App } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { Order } from '@huidiao/store';
import type { IosRefundAnswer, IosRefundQuestion } from '@huidiao/wechat';
import type { FoundOrder } from './find-order-of-app.ts';

/**
 * What we say when Apple wants to know whether to refund a virtual payment. Pure.
 *
 * | ios_refund.answer | our order | answer |
 * |---|---|---|
 * | allow, refuse | | as configured |
 * | unless_delivered | accepted or fulfilled | refuse |
 * | unless_delivered | there, and not delivered | allow |
 * | unless_delivered | none | by what WeChat itself knows of the delivery |
 * | unless_delivered | cannot be read | none: WeChat asks three times, and then says that it is undecided |
 *
 * @throws AppError STORE_UNAVAILABLE in the last case
 */
export function decideIosRefund(
  rule: App['iosRefund'],
  question: IosRefundQuestion,
  found: FoundOrder,
): IosRefundAnswer {
  const order = found === 'none' || found instanceof AppError ? undefined : found;
  const evidence = toEvidence(rule.evidence, order);
  if (rule.answer !== 'unless_delivered') return { decision: rule.answer, evidence };
  if (found instanceof AppError) throw found;
  const isDelivered =
    order === undefined
      ? question.delivery === 'delivered'
      : order.status === 'accepted' || order.status === 'fulfilled';
  if (isDelivered) return { decision: 'refuse', evidence };
  return {
    decision: 'allow',
    evidence: 'Our records show no delivery of this order. 我方记录显示该订单未发货。',
  };
}

/** What the order shows, for Apple's audit: numbers and times, no person. */
function toEvidence(configured: string, order: Order | undefined): string {
  if (order === undefined) return configured;
  const acceptedAt = order.timeLine.find(({ event }) => event === 'accepted')?.at;
  return [
    configured,
    `out_trade_no ${order.outTradeNo}`,
    order.paidAt && `paid ${order.paidAt.toISOString()}`,
    acceptedAt && `delivered ${acceptedAt.toISOString()}`,
  ]
    .filter((part) => part !== undefined)
    .join('; ');
}

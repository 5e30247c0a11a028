import { type RefundEvent, refundEvent, refundTypes, toRefundCallbackKey } from '@huidiao/contracts';
import type { ToldFact } from '../../genuine-callback.ts';
import { describeProblem } from '../describe-problem.ts';
import { type OpenedNotification, type Resource, readPath, tellRefused } from './event-rule.ts';

/** A map, in which no member of Object's prototype is found under what a body says. */
const types = new Map<unknown, RefundEvent['type']>(Object.entries(refundTypes));

/**
 * What became of a refund, of a direct merchant or of one below a service provider. refund_status decides, and an
 * event_type that says otherwise makes it callback.unhandled. https://pay.weixin.qq.com/doc/v3/merchant/4012791906
 */
export function tellRefund(notification: OpenedNotification, resource: Resource): ToldFact {
  const status = readPath(resource, 'refund_status');
  const type = types.get(status);
  if (type === undefined)
    return tellRefused(notification, 'refund_status: neither SUCCESS, ABNORMAL nor CLOSED');
  if (notification.eventType !== `REFUND.${status}`) {
    return tellRefused(notification, `refund_status is ${status}, which the event_type denies`);
  }
  const parsed = refundEvent.safeParse({ type, ...readRefund(resource), proof: 'signature' });
  if (!parsed.success) return tellRefused(notification, describeProblem(parsed.error));
  return { callbackKey: toRefundCallbackKey(parsed.data), event: parsed.data };
}

function readRefund(resource: Resource): Record<string, unknown> {
  const subMchId = readPath(resource, 'sub_mchid');
  const successTime = readPath(resource, 'success_time');
  return {
    mchId: readPath(resource, 'sp_mchid') ?? readPath(resource, 'mchid'),
    ...(isShortText(subMchId, 32) ? { subMchId } : {}),
    outTradeNo: readPath(resource, 'out_trade_no'),
    transactionId: readPath(resource, 'transaction_id'),
    outRefundNo: readPath(resource, 'out_refund_no'),
    refundId: readPath(resource, 'refund_id'),
    refundFen: readPath(resource, 'amount.refund'),
    totalFen: readPath(resource, 'amount.total'),
    ...(isShortText(successTime, 64) ? { successTime } : {}),
  };
}

function isShortText(value: unknown, longest: number): boolean {
  return typeof value === 'string' && value.length <= longest;
}

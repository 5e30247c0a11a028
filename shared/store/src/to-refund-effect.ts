import { type Lane, toRefundEffectId } from '@huidiao/contracts';
import type { NamedRefund } from './move-refund.ts';
import type { Effect } from './order.ts';

/** The effect that makes a refund and follows it until it is final. @param dueAt when a reconciler may add its job */
export function toRefundEffect(
  { mchId, outTradeNo, outRefundNo }: NamedRefund,
  cause: { readonly requestId: string; readonly lane: Lane },
  dueAt: Date,
): Effect {
  return { id: toRefundEffectId(mchId, outTradeNo, outRefundNo), job: 'make-refund', dueAt, ...cause };
}

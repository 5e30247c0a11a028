import type { Handlers } from '../http/endpoint-handler.ts';
import { type CreateRefundDeps, serveCreateRefund } from './serve-create-refund.ts';
import { type ReadRefundDeps, serveReadRefund } from './serve-read-refund.ts';
import { type SettleAbnormalDeps, serveSettleAbnormal } from './serve-settle-abnormal.ts';

export type RefundEndpointDeps = CreateRefundDeps & ReadRefundDeps & SettleAbnormalDeps;

/** What can be asked of refunds. */
export function refundEndpointHandlers(
  deps: RefundEndpointDeps,
): Handlers<'createRefund' | 'readRefund' | 'settleAbnormalRefund'> {
  return {
    createRefund: serveCreateRefund(deps),
    readRefund: serveReadRefund(deps),
    settleAbnormalRefund: serveSettleAbnormal(deps),
  };
}

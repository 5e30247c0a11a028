import type { Clock, Merchant } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { Store } from '@huidiao/store';
import type { QueriedRefund, RefundQueries } from './confirm-refund.ts';

/** What it takes to ask WeChat Pay about refunds, for one merchant. */
export interface RefundClient {
  queryRefund(outRefundNo: string, of?: { readonly subMchId?: string | undefined }): Promise<QueriedRefund>;
}

export interface RefundQueriesDeps {
  readonly clientOf: (merchant: Merchant) => RefundClient;
  readonly turns: Store['turns'];
  readonly clock: Clock;
}

const nextTurnMs = 1_000;

/** Asks within each merchant's rate, which all processes share, as far as refunds go. */
export function createRefundQueries({ clientOf, turns, clock }: RefundQueriesDeps): RefundQueries {
  return {
    async query(merchant, { outRefundNo, subMchId }) {
      const perSecond = merchant.limits.queriesPerSecond;
      const key = `query-refund_${merchant.mchId}`;
      const taken = await turns.take({ key, want: 1, perSecond, burst: perSecond, now: clock.now() });
      if (taken === 0) {
        const details = { reason: 'queries_per_second' };
        throw new AppError('WECHAT_BUSY', { retryAfterMs: nextTurnMs, details });
      }
      return await clientOf(merchant).queryRefund(outRefundNo, { subMchId });
    },
  };
}

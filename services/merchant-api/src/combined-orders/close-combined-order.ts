import type { Store } from '@huidiao/store';
import { endCombined } from '@huidiao/wechat';
import { toAskedCombined } from '../orders/ask-about-whole.ts';
import type { CloseOutcome } from '../orders/close-order.ts';
import { type EndInTurnDeps, endInTurn } from '../orders/end-in-turn.ts';
import type { PayingMerchant } from '../orders/paying-merchant.ts';
import type { QueryOrderDeps } from '../orders/serve-query-order.ts';
import { settleOrLeave } from '../orders/settle-or-leave.ts';
import { type CombinedWhole, findWhole, toWholeStatus } from './combined-whole.ts';

export interface CloseCombinedDeps
  extends EndInTurnDeps,
    Pick<QueryOrderDeps, 'deadLetters' | 'producer' | 'orders'> {
  readonly combinedOrders: Pick<Store['combinedOrders'], 'find' | 'takePrepayTurn' | 'endPrepayTurn'>;
}

export type CloseCombinedOutcome =
  | { readonly kind: 'closed'; readonly whole: CombinedWhole }
  | Exclude<CloseOutcome, { kind: 'closed' }>;

/** Closes a combined order as closeOrder does one: there, and then each part here. @throws AppError WECHAT_*, STORE_UNAVAILABLE */
export async function closeCombinedOrder(
  deps: CloseCombinedDeps,
  { merchant, client }: Pick<PayingMerchant, 'merchant' | 'client'>,
  whole: CombinedWhole,
): Promise<CloseCombinedOutcome> {
  const settled = toSettled(whole);
  if (settled !== undefined) return settled;
  const { combined } = whole;
  const readAgain = async () => (await findWhole(deps, combined.mchId, combined.combineOutTradeNo)) ?? whole;
  const ended = await endInTurn<CloseCombinedOutcome>(deps, merchant, {
    takeTurn: (leaseMs) => deps.combinedOrders.takePrepayTurn(combined, leaseMs),
    endTurn: () => deps.combinedOrders.endPrepayTurn(combined),
    end: async () => {
      const taken = await readAgain();
      // WeChat Pay shall close no more than what is of this whole: a number that it lacks is another one's.
      const answers = await endCombined(client, toAskedCombined({ ...combined, parts: toOwnParts(taken) }));
      await Promise.all(
        taken.orders.map(async (order) => {
          const answer = answers.get(order.outTradeNo);
          if (answer !== undefined) await settleOrLeave({ ...deps, store: deps }, order, answer);
        }),
      );
      const states = [...answers.values()].map(({ state }) => state);
      if (states.includes('paid')) return { kind: 'paid' };
      if (states.includes('open')) return { kind: 'not-closed' };
      return toSettled(await readAgain()) ?? { kind: 'overtaken' };
    },
  });
  return ended.kind === 'ended' ? ended.value : ended;
}

function toOwnParts({ combined, orders }: CombinedWhole): CombinedWhole['combined']['parts'] {
  const own = new Set(orders.map(({ outTradeNo }) => outTradeNo));
  return combined.parts.filter(({ outTradeNo }) => own.has(outTradeNo));
}

function toSettled(whole: CombinedWhole): CloseCombinedOutcome | undefined {
  const status = toWholeStatus(whole);
  if (status === 'created') return undefined;
  return status === 'closed' ? { kind: 'closed', whole } : { kind: 'paid' };
}

import type { Order, Store } from '@huidiao/store';
import { endOrder } from '@huidiao/wechat';
import { type EndInTurnDeps, type EndOutcome, endInTurn } from './end-in-turn.ts';
import type { PayingMerchant } from './paying-merchant.ts';
import type { QueryOrderDeps } from './serve-query-order.ts';
import { settleOrLeave } from './settle-or-leave.ts';

export interface CloseOrderDeps extends EndInTurnDeps, Pick<QueryOrderDeps, 'deadLetters' | 'producer'> {
  readonly orders: QueryOrderDeps['orders'] & Pick<Store['orders'], 'takePrepayTurn' | 'endPrepayTurn'>;
}

export type CloseOutcome =
  | { readonly kind: 'closed'; readonly order: Order }
  | { readonly kind: 'paid' }
  /** WeChat Pay did not close it. */
  | { readonly kind: 'not-closed' }
  /** It changed meanwhile. */
  | { readonly kind: 'overtaken' }
  | Exclude<EndOutcome<unknown>, { kind: 'ended' }>;

/**
 * Closes an order of ours: asks WeChat Pay, closes it there, asks again, and only then closes it here. What was paid
 * meanwhile goes the way of its callback.
 *
 * @param order prepaid here, and no part of a combined one
 * @throws AppError WECHAT_*, STORE_UNAVAILABLE
 */
export async function closeOrder(
  deps: CloseOrderDeps,
  { merchant, client }: Pick<PayingMerchant, 'merchant' | 'client'>,
  order: Order,
): Promise<CloseOutcome> {
  if (order.status === 'closed') return { kind: 'closed', order };
  if (order.status !== 'created') return { kind: 'paid' };
  const readAgain = async () => (await deps.orders.find(order.mchId, order.outTradeNo)) ?? order;
  const ended = await endInTurn<CloseOutcome>(deps, merchant, {
    takeTurn: (leaseMs) => deps.orders.takePrepayTurn(order, leaseMs),
    endTurn: () => deps.orders.endPrepayTurn(order),
    end: async () => {
      const taken = await readAgain();
      const answer = await endOrder(client, taken);
      await settleOrLeave({ ...deps, store: deps }, taken, answer);
      if (answer.state === 'paid') return { kind: 'paid' };
      if (answer.state === 'open') return { kind: 'not-closed' };
      const now = await readAgain();
      return now.status === 'closed' ? { kind: 'closed', order: now } : toOvertaken(now);
    },
  });
  return ended.kind === 'ended' ? ended.value : ended;
}

/** Somebody changed it between reading and closing it: perhaps it was paid. */
function toOvertaken({ status }: Order): CloseOutcome {
  return status === 'created' ? { kind: 'overtaken' } : { kind: 'paid' };
}

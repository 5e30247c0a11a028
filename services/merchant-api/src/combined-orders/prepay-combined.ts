import type { Clock } from '@huidiao/contracts';
import type { Store } from '@huidiao/store';
import type { PayClient, QueriedParts } from '@huidiao/wechat';
import { findParts } from '../orders/ask-about-whole.ts';
import {
  type PrepayOutcome,
  type PrepayTarget,
  type PrepayTurnTimes,
  prepayInTurn,
} from '../orders/prepay-in-turn.ts';
import { settlePrepayFailure } from '../orders/settle-prepay-failure.ts';
import {
  type CombinedWhole,
  decideWholeNotPayable,
  findWhole,
  type ReadCombinedDeps,
  toCombinedPrepay,
} from './combined-whole.ts';

export interface PrepayCombinedDeps extends ReadCombinedDeps {
  readonly combinedOrders: Pick<Store['combinedOrders'], 'find' | 'takePrepayTurn' | 'recordPrepay'>;
  readonly clock: Clock;
  readonly turn: PrepayTurnTimes;
}

type Client = Pick<PayClient, 'prepayCombined' | 'queryCombined' | 'requestPaymentParameters'>;

/** Prepays a combined order, all of whose parts are registered. @throws AppError as prepayInTurn does */
export function prepayCombined(
  deps: PrepayCombinedDeps,
  client: Client,
  whole: CombinedWhole,
): Promise<PrepayOutcome<CombinedWhole>> {
  return prepayInTurn({ ...deps, client }, toTarget(deps, client), whole);
}

function toTarget(deps: PrepayCombinedDeps, client: Client): PrepayTarget<CombinedWhole> {
  const { combinedOrders } = deps;
  return {
    facts: ({ combined }) => combined,
    notPayable: decideWholeNotPayable,
    takeTurn: ({ combined }, leaseMs) => combinedOrders.takePrepayTurn(combined, leaseMs),
    readAgain: async (whole) =>
      (await findWhole(deps, whole.combined.mchId, whole.combined.combineOutTradeNo)) ?? whole,
    callPrepay: (whole) => client.prepayCombined(toCombinedPrepay(whole)),
    settleFailure: ({ combined }, error) =>
      settlePrepayFailure(
        async () => toWholeState(await client.queryCombined(combined.combineOutTradeNo)),
        error,
      ),
    record: async ({ combined }, prepaid) => {
      const kept = await combinedOrders.recordPrepay(combined, prepaid);
      return { combined: kept, orders: await findParts(deps, kept) };
    },
  };
}

/** What a query of the whole says of it. */
function toWholeState(parts: QueriedParts): 'paid' | 'waiting' | 'closed' {
  const states = [...parts.values()].map(({ state }) => state);
  if (states.includes('paid')) return 'paid';
  return states.length > 0 && states.every((state) => state === 'closed') ? 'closed' : 'waiting';
}

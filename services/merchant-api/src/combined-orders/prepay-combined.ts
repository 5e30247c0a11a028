import type { Clock } from '@huidiao/contracts';
import type { Producer } from '@huidiao/queue';
import type { Store } from '@huidiao/store';
import { type PartAnswers, type PayClient, queryCombined } from '@huidiao/wechat';
import { findParts, toAskedCombined } from '../orders/ask-about-whole.ts';
import {
  type PrepayOutcome,
  type PrepayTarget,
  type PrepayTurnTimes,
  prepayInTurn,
} from '../orders/prepay-in-turn.ts';
import { settleOrLeave } from '../orders/settle-or-leave.ts';
import { type FoundState, settlePrepayFailure, toFoundState } from '../orders/settle-prepay-failure.ts';
import {
  type CombinedWhole,
  decideWholeNotPayable,
  findWhole,
  type ReadCombinedDeps,
  toCombinedPrepay,
} from './combined-whole.ts';

export interface PrepayCombinedDeps extends ReadCombinedDeps {
  readonly combinedOrders: Pick<
    Store['combinedOrders'],
    'find' | 'takePrepayTurn' | 'endPrepayTurn' | 'recordPrepay'
  >;
  readonly orders: Pick<Store['orders'], 'find' | 'close' | 'recordQuery'>;
  readonly deadLetters: Pick<Store['deadLetters'], 'find'>;
  readonly producer: Pick<Producer, 'add'>;
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
    endTurn: ({ combined }) => combinedOrders.endPrepayTurn(combined),
    readAgain: async (whole) =>
      (await findWhole(deps, whole.combined.mchId, whole.combined.combineOutTradeNo)) ?? whole,
    callPrepay: (whole) => client.prepayCombined(toCombinedPrepay(whole)),
    settleFailure: ({ combined }, error) =>
      settlePrepayFailure(async () => {
        const parts = await findParts(deps, combined);
        const answers = await queryCombined(client, toAskedCombined(combined));
        for (const part of parts) {
          const answer = answers.get(part.outTradeNo);
          if (answer !== undefined) await settleOrLeave({ ...deps, store: deps }, part, answer);
        }
        return toWholeState(answers);
      }, error),
    record: async ({ combined }, prepaid) => {
      const kept = await combinedOrders.recordPrepay(combined, prepaid);
      return { combined: kept, orders: await findParts(deps, kept) };
    },
  };
}

/** What a query of the whole says of it. */
function toWholeState(answers: PartAnswers): FoundState {
  const states = [...answers.values()].map(toFoundState);
  if (states.includes('paid')) return 'paid';
  const [first = 'not-known'] = states;
  return states.every((state) => state === first) ? first : 'waiting';
}

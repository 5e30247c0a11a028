import { type Clock, type Merchant, type OrderAnswer, toNextQueryAt } from '@huidiao/contracts';
import { AppError, toAppError } from '@huidiao/errors';
import type { Producer } from '@huidiao/queue';
import type { Logger } from '@huidiao/runtime';
import { type Order, type SettledAnswer, type Store, settleAnswer } from '@huidiao/store';
import { type AskingClient, answerQuestion } from '../queries/answer-question.ts';
import { createQueryTurns } from '../queries/query-turns.ts';
import { toPauseMs } from '../queries/to-pause-ms.ts';
import { type Question, toQuestions } from '../queries/to-questions.ts';
import type { ReconcilerMetrics } from '../reconciler-metrics.ts';
import { inParallel } from './in-parallel.ts';

export interface QueryOpenOrdersDeps {
  readonly store: Pick<Store, 'orders' | 'combinedOrders' | 'turns' | 'deadLetters'>;
  readonly producer: Pick<Producer, 'add' | 'isReady'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<ReconcilerMetrics, 'queried'>;
  /** An order that is being asked about is left alone for this long; so is one whose question failed. */
  readonly leaseMs: number;
  /** Orders of one merchant at once. */
  readonly concurrency: number;
  /** The most orders of one round. */
  readonly limit: number;
  /** Aborted when the process drains: no further order is asked about. */
  readonly signal: AbortSignal;
}

/** A merchant with its client of WeChat Pay. */
export interface QueriedMerchant {
  readonly merchant: Pick<Merchant, 'mchId' | 'limits'>;
  readonly client: AskingClient;
}

/**
 * Makes the round that asks WeChat Pay about one merchant's open orders whose time has come, within its rate.
 *
 * An order that got no turn, or whose question failed, keeps its place in the schedule and is asked about after its
 * lease. Nothing is claimed while Redis is away, since what a query finds goes through it.
 *
 * @returns a round, which gives how many orders were settled. It throws AppError STORE_UNAVAILABLE,
 * QUEUE_UNAVAILABLE, or why none of the orders could be settled.
 */
export function createQueryOpenOrders(deps: QueryOpenOrdersDeps, { merchant, client }: QueriedMerchant) {
  const { clock, leaseMs, signal } = deps;
  const { mchId, limits } = merchant;
  const turns = createQueryTurns(deps.store.turns, merchant);
  let pausedUntilMs = 0;
  const isPaused = (): boolean => clock.now().getTime() < pausedUntilMs;

  /** @param now when its turns were taken: whether it has expired since is for the next round */
  async function settle(question: Question, now: Date): Promise<void> {
    try {
      for (const { order, answer } of await answerQuestion(deps.store, client, question, now)) {
        report(deps, order, await settleAnswer(deps, order, answer), answer);
      }
    } catch (error) {
      const failure = toAppError(error);
      deps.metrics.queried(failure.code);
      pausedUntilMs = Math.max(pausedUntilMs, clock.now().getTime() + toPauseMs(failure));
      // A refusal is about these orders, and would be the same after the lease.
      if (failure.code !== 'WECHAT_REFUSED') throw error;
      for (const order of question.orders)
        await deps.store.orders.recordQuery(order, { nextQueryAt: toNextQueryAt(order, clock.now()) });
      throw error;
    }
  }

  return async (): Promise<number> => {
    if (!deps.producer.isReady()) throw new AppError('QUEUE_UNAVAILABLE');
    if (isPaused()) return 0;
    const now = clock.now();
    const limit = Math.min(deps.limit, limits.queriesPerSecond);
    const claimed = await deps.store.orders.claimOrdersToQuery({ mchId, now, leaseMs, limit });
    const chosen = await turns.choose(toQuestions(claimed), now);
    // Past half of the lease an order is rather asked about after it than by two replicas at once.
    const enoughAt = performance.now() + leaseMs / 2;
    let settled = 0;
    const results = await inParallel(chosen, deps.concurrency, async (question) => {
      if (isPaused() || signal.aborted || performance.now() > enoughAt) return;
      await settle(question, now);
      settled += question.orders.length;
    });
    const failed = results.find((result) => result.status === 'rejected');
    if (settled === 0 && failed !== undefined) throw failed.reason;
    return settled;
  };
}

function report(
  { logger, metrics }: QueryOpenOrdersDeps,
  { mchId, outTradeNo, queries }: Order,
  outcome: SettledAnswer,
  answer: OrderAnswer,
): void {
  metrics.queried(outcome);
  const facts = answer.state === 'paid' ? { transactionId: answer.payment.transactionId } : answer;
  const fields = { event: 'order.queried', mchId, outTradeNo, queries: queries + 1, outcome, ...facts };
  logger[outcome === 'open' ? 'debug' : 'info'](fields, 'order.queried');
}

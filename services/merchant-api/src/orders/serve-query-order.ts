import type { Clock, MerchantApi, OrderAnswer, QueriedTransactionResource } from '@huidiao/contracts';
import { toAppError } from '@huidiao/errors';
import type { Producer } from '@huidiao/queue';
import { type Store, takeQueryTurns } from '@huidiao/store';
import type { EndpointHandler } from '../http/endpoint-handler.ts';
import type { Problem } from '../http/problem.ts';
import { type AnsweredOrder, type AskAboutWholeDeps, askAboutWhole } from './ask-about-whole.ts';
import type { PayingOf } from './paying-merchant.ts';
import { toRefusalDetail } from './prepay-problem.ts';
import { settleOrLeave } from './settle-or-leave.ts';
import { toOrderResource } from './to-order-resource.ts';

export interface QueryOrderDeps extends AskAboutWholeDeps {
  readonly orders: Pick<Store['orders'], 'find' | 'close' | 'recordQuery'>;
  readonly deadLetters: Pick<Store['deadLetters'], 'find'>;
  readonly turns: Store['turns'];
  readonly producer: Pick<Producer, 'add'>;
  readonly clock: Clock;
  readonly payingOf: PayingOf;
}

/** `POST /v1/orders/{out_trade_no}/query`: what WeChat Pay says now, and what follows from it. */
export function serveQueryOrder(deps: QueryOrderDeps): EndpointHandler<MerchantApi['queryOrder']> {
  return async ({ params, caller: { merchant }, facts }) => {
    const order = await deps.orders.find(merchant.mchId, params.out_trade_no);
    if (order === undefined) return { problem: { status: 404, code: 'ORDER_NOT_FOUND' } };
    facts.outTradeNo = order.outTradeNo;
    const waitSeconds = await takeQueryTurns(deps.turns, merchant, 1, deps.clock.now());
    if (waitSeconds > 0) return { problem: toRateProblem(waitSeconds) };
    const asked = await refusedAsProblem(() => askAboutWhole(deps, deps.payingOf(merchant).client, order));
    if ('problem' in asked) return asked;

    const [outcome] = await Promise.all(asked.value.map((each) => settle(deps, each)));
    facts.outcome = outcome ?? 'overtaken';
    const now = (await deps.orders.find(merchant.mchId, order.outTradeNo)) ?? order;
    const body = {
      order: toOrderResource(now),
      wechat_pay: toQueried(asked.value[0].answer),
      outcome: outcome ?? 'overtaken',
    };
    return { status: 200, body };
  };
}

function settle(deps: QueryOrderDeps, { order, answer }: AnsweredOrder) {
  return settleOrLeave({ ...deps, store: deps }, order, answer);
}

/** The merchant's rate at WeChat Pay is used up. */
export function toRateProblem(retryAfterSeconds: number): Problem {
  return { status: 429, code: 'QUERY_RATE_EXCEEDED', retryAfterSeconds };
}

/** What WeChat Pay refuses for good is the client's to know of; every other failure is thrown. */
export async function refusedAsProblem<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly problem: Problem }> {
  try {
    return { value: await work() };
  } catch (error) {
    const failure = toAppError(error);
    if (failure.code !== 'WECHAT_REFUSED') throw error;
    return { problem: { status: 422, code: 'WECHAT_REFUSED', detail: toRefusalDetail(failure) } };
  }
}

function toQueried(answer: OrderAnswer): QueriedTransactionResource {
  if (answer.state !== 'paid') return { trade_state: answer.tradeState };
  const { transactionId, amountFen, currency, successTime, refundSeen } = answer.payment;
  return {
    trade_state: refundSeen === true ? 'REFUND' : 'SUCCESS',
    transaction_id: transactionId,
    amount: { total: amountFen, currency },
    ...(successTime === undefined ? {} : { success_time: successTime }),
  };
}

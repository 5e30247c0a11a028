import type { Clock } from '@huidiao/contracts';
import type { Producer } from '@huidiao/queue';
import type { Order, Store } from '@huidiao/store';
import { type PayClient, queryOrder } from '@huidiao/wechat';
import { decideNotPayable, isLastPrepay } from './decide-payable.ts';
import {
  type PrepayOutcome,
  type PrepayTarget,
  type PrepayTurnTimes,
  prepayInTurn,
} from './prepay-in-turn.ts';
import { settleOrLeave } from './settle-or-leave.ts';
import { settlePrepayFailure, toFoundState } from './settle-prepay-failure.ts';

export interface PrepayOrderDeps {
  readonly orders: Pick<
    Store['orders'],
    'find' | 'takePrepayTurn' | 'endPrepayTurn' | 'recordPrepay' | 'close' | 'recordQuery'
  >;
  readonly deadLetters: Pick<Store['deadLetters'], 'find'>;
  readonly producer: Pick<Producer, 'add'>;
  readonly clock: Clock;
  readonly turn: PrepayTurnTimes;
}

type Client = Pick<PayClient, 'prepayJsapi' | 'queryByOutTradeNo' | 'requestPaymentParameters'>;

/** Prepays an order that is paid by itself. @throws AppError as prepayInTurn does */
export function prepayOrder(
  deps: PrepayOrderDeps,
  client: Client,
  notifyUrl: string,
  order: Order,
): Promise<PrepayOutcome<Order>> {
  return prepayInTurn({ ...deps, client }, toTarget(deps, client, notifyUrl), order);
}

function toTarget(deps: PrepayOrderDeps, client: Client, notifyUrl: string): PrepayTarget<Order> {
  const { orders } = deps;
  const readAgain = async (order: Order): Promise<Order> =>
    (await orders.find(order.mchId, order.outTradeNo)) ?? order;
  return {
    facts: (order) => order,
    notPayable: (order, now) =>
      decideNotPayable(order, now) ?? (order.openId === undefined ? 'of no known payer' : undefined),
    takeTurn: (order, leaseMs) => orders.takePrepayTurn(order, leaseMs),
    endTurn: (order) => orders.endPrepayTurn(order),
    readAgain,
    callPrepay: (order) => client.prepayJsapi(toPrepayRequest(order, notifyUrl)),
    settleFailure: (order, error) =>
      settlePrepayFailure(async () => {
        const now = await readAgain(order);
        const answer = await queryOrder(client, now);
        await settleOrLeave({ ...deps, store: deps }, now, answer);
        return toFoundState(answer);
      }, error),
    record: (order, prepaid) => {
      const isLast = isLastPrepay(order, prepaid.expiresAt);
      return orders.recordPrepay(order.mchId, order.outTradeNo, { ...prepaid, isLast });
    },
  };
}

function toPrepayRequest(order: Order, notifyUrl: string): Parameters<Client['prepayJsapi']>[0] {
  const { appId, subMchId, subAppId, spAppId, attach, prepayOptions: options } = order;
  return {
    appId,
    subMchId,
    subAppId,
    spAppId,
    description: order.description,
    outTradeNo: order.outTradeNo,
    amountFen: order.amountFen,
    currency: order.currency,
    openId: order.openId ?? '',
    notifyUrl,
    timeExpire: order.timeExpire,
    attach,
    options,
  };
}

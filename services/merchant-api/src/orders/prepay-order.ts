import type { Clock } from '@huidiao/contracts';
import type { Order, Store } from '@huidiao/store';
import type { PayClient } from '@huidiao/wechat';
import { decideNotPayable } from './decide-payable.ts';
import {
  type PrepayOutcome,
  type PrepayTarget,
  type PrepayTurnTimes,
  prepayInTurn,
} from './prepay-in-turn.ts';
import { settlePrepayFailure } from './settle-prepay-failure.ts';

export interface PrepayOrderDeps {
  readonly orders: Pick<Store['orders'], 'find' | 'takePrepayTurn' | 'recordPrepay'>;
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

function toTarget({ orders }: PrepayOrderDeps, client: Client, notifyUrl: string): PrepayTarget<Order> {
  return {
    facts: (order) => order,
    notPayable: (order, now) =>
      decideNotPayable(order, now) ?? (order.openId === undefined ? 'of no known payer' : undefined),
    takeTurn: (order, leaseMs) => orders.takePrepayTurn(order, leaseMs),
    readAgain: async (order) => (await orders.find(order.mchId, order.outTradeNo)) ?? order,
    callPrepay: (order) => client.prepayJsapi(toPrepayRequest(order, notifyUrl)),
    settleFailure: (order, error) =>
      settlePrepayFailure(async () => (await client.queryByOutTradeNo(order.outTradeNo, order)).state, error),
    record: ({ mchId, outTradeNo }, prepaid) => orders.recordPrepay(mchId, outTradeNo, prepaid),
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

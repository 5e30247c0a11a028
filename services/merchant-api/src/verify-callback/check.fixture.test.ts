import type { Merchant } from '@huidiao/contracts';
import { AppError, type ErrorCode, type ErrorDetails } from '@huidiao/errors';
import type { LedgerEntry, Order } from '@huidiao/store';
import { plainMerchant } from '@huidiao/testing';
import type { QueriedRefund, QueriedTransaction } from '@huidiao/wechat';
import type { CheckClient, CheckDeps } from './check-deps.ts';

export const merchant: Merchant = {
  mchId: '1900000001',
  merchantSerialNo: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
  merchantPrivateKeyPem: '',
  apiV3Key: 'k'.repeat(32),
  ...plainMerchant,
  wechatpayPublicKeys: [],
  platformCertificatePems: [],
  appIds: ['wx8888888888888888'],
  shop: undefined,
  unknownOrder: 'dead_letter',
  latePayment: 'refund',
  limits: { callbacksPerSecond: 1_000, callbacksBurst: 5_000, queriesPerSecond: 20 },
};

const begin = new Date('2026-11-22T02:00:00.000Z');

/** The order of a check, as it was registered. */
export const order: Order = {
  id: '1900000001/HUIDIAO-CHECK-1',
  mchId: '1900000001',
  appId: 'wx8888888888888888',
  outTradeNo: 'HUIDIAO-CHECK-1',
  description: 'check',
  amountFen: 1,
  currency: 'CNY',
  logisticsType: 3,
  timeExpire: new Date('2026-11-22T02:11:00.000Z'),
  prepay: true,
  contentHash: 'HUIDIAO-CHECK-1',
  status: 'created',
  version: 1,
  appliedEvents: [],
  effects: [],
  timeLine: [],
  refunds: [],
  refundRequests: [],
  shipments: [],
  otherPayments: [],
  queries: 0,
  createdAt: begin,
  updatedAt: begin,
};

export const waiting: QueriedTransaction = { state: 'waiting', tradeState: 'NOTPAY' };
export const closed: QueriedTransaction = { state: 'closed', tradeState: 'CLOSED' };
export const paid: QueriedTransaction = {
  state: 'paid',
  refunded: false,
  payment: {
    type: 'payment.succeeded',
    mchId: order.mchId,
    appId: order.appId,
    outTradeNo: order.outTradeNo,
    transactionId: '4200000000000000000000000001',
    amountFen: 1,
    currency: 'CNY',
    tradeType: 'NATIVE',
  },
};

export function refundOf(outRefundNo: string, status: QueriedRefund['status']): QueriedRefund {
  const { outTradeNo } = order;
  const transactionId = '4200000000000000000000000001';
  return { outRefundNo, status, refundId: '5030', transactionId, outTradeNo, refundFen: 1, totalFen: 1 };
}

export function entryOf(changed: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    key: 'payment_1900000001_4200_SUCCESS',
    mchId: order.mchId,
    outTradeNo: order.outTradeNo,
    notificationId: '3119dfba-e649-5eec-ab1e-3412bc4d2e17',
    eventType: 'payment.succeeded',
    requestId: 'request-1',
    outcome: 'paid',
    firstAt: begin,
    lastAt: begin,
    times: 1,
    ...changed,
  };
}

/** Answers in turn, the last one for ever; an error is thrown. */
export function inTurn<A extends readonly unknown[]>(
  ...answers: A
): () => Promise<Exclude<A[number], AppError>> {
  let next = 0;
  return async () => {
    const answer = answers[Math.min(next, answers.length - 1)];
    next += 1;
    if (answer instanceof AppError) throw answer;
    return answer as Exclude<A[number], AppError>;
  };
}

/** WeChat Pay's answer to a call, as an error. */
export function refusal(code: ErrorCode, details: ErrorDetails = {}): AppError {
  return new AppError(code, { details });
}

interface Played {
  readonly client?: Partial<CheckClient>;
  readonly ledger?: () => Promise<LedgerEntry[]>;
  readonly order?: Order | undefined;
}

/** What a check works with, played: time goes by while it pauses. Everything that it did stands in `done`. */
export function playCheck(played: Played): { deps: CheckDeps; done: string[]; stopping: AbortController } {
  const done: string[] = [];
  const stopping = new AbortController();
  let nowMs = begin.getTime();
  const client = new Proxy({} as CheckClient, {
    get: (_, name: keyof CheckClient) => {
      const answer = played.client?.[name] as ((...given: unknown[]) => unknown) | undefined;
      return async (...given: unknown[]) => {
        done.push(`${name} ${JSON.stringify(given[0])}`);
        if (answer === undefined) throw new Error(`nobody plays ${name}`);
        return await answer(...given);
      };
    },
  });
  const orders: Pick<CheckDeps['store']['orders'], 'find' | 'close' | 'register' | 'recordQuery'> = {
    register: async () => ({ outcome: 'registered', order }),
    recordQuery: async () => true,
    find: async () => ('order' in played ? played.order : order),
    close: async (from) => {
      done.push(`close here ${from.outTradeNo}`);
      return { ...from, status: 'closed' };
    },
  };
  const callbacks = { listForOrder: played.ledger ?? (async () => []) };
  const store = { orders, callbacks, deadLetters: {} } as unknown as CheckDeps['store'];
  const deps: CheckDeps = {
    merchant,
    store,
    client,
    notifyUrl: 'https://shop.example.com/callbacks/wechat-pay/1900000001',
    times: {
      callbackMs: 60_000,
      scanMs: 600_000,
      refundMs: 600_000,
      lookMs: 500,
      askMs: 3_000,
      againMs: 2_000,
    },
    clock: { now: () => new Date(nowMs) },
    pause: async (ms) => {
      nowMs += ms;
    },
    signal: stopping.signal,
    say: (line) => void done.push(`say ${line}`),
  };
  return { deps, done, stopping };
}

import type { PaymentSucceeded } from '@huidiao/contracts';
import { createLogger, createMetrics } from '@huidiao/runtime';
import { dropTestDatabase } from '@huidiao/store';
import { testMongoUri } from '@huidiao/testing';
import { after, before } from 'mocha';
import type { Effect, NewOrder } from './order.ts';
import { createStore, type Store, type StoreOptions } from './store.ts';

/** A store on a database of its own, migrated, for all tests of the describe that calls this. */
export function useStore(options: Partial<StoreOptions> = {}): {
  readonly store: Store;
  readonly uri: string;
} {
  const uri = testMongoUri();
  const store = createStore({ ...quietOptions(), uri, ...options });
  before(async () => {
    await store.migrate();
  });
  after(async () => {
    await store.close();
    await dropTestDatabase(uri);
  });
  return { store, uri };
}

export function quietOptions(): Pick<StoreOptions, 'logger' | 'metrics'> {
  return {
    logger: createLogger({ service: 'store-test', level: 'silent' }),
    metrics: createMetrics({ service: 'store-test' }),
  };
}

let numbers = 0;

export function newOrder(changes: Partial<NewOrder> = {}): NewOrder {
  numbers += 1;
  return {
    mchId: '1900000001',
    appId: 'wx0000000000000001',
    outTradeNo: `order-${numbers}`,
    openId: 'openid-1',
    description: 'tea',
    amountFen: 888,
    currency: 'CNY',
    logisticsType: 3,
    timeExpire: new Date('2026-11-22T12:00:00Z'),
    prepay: true,
    contentHash: 'hash-1',
    ...changes,
  };
}

export function paymentOf(order: NewOrder, changes: Partial<PaymentSucceeded> = {}): PaymentSucceeded {
  return {
    type: 'payment.succeeded',
    mchId: order.mchId,
    appId: order.appId,
    outTradeNo: order.outTradeNo,
    transactionId: `42000000${order.outTradeNo.replace(/\D/g, '')}`,
    amountFen: order.amountFen,
    currency: order.currency,
    tradeType: 'JSAPI',
    successTime: '2026-11-22T18:00:00+08:00',
    ...changes,
  };
}

export function effectOf(id: string, changes: Partial<Effect> = {}): Effect {
  return {
    id,
    job: 'fulfil-order',
    dueAt: new Date('2026-11-22T10:00:00Z'),
    requestId: 'request-1',
    ...changes,
  };
}

/** The code of the AppError that a promise rejects with. */
export async function codeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return 'no error';
}

export async function inParallel<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  return await Promise.all(Array.from({ length: count }, (_, index) => work(index)));
}

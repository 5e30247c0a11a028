import { createMetrics } from '@huidiao/runtime';
import { createStore, dropTestDatabase, type NewOrder, type Order, type Store } from '@huidiao/store';
import { testMongoUri } from '@huidiao/testing';
import { createPayClient, type PayClient } from '@huidiao/wechat';
import type { Simulator } from '@huidiao/wechat-simulator';
import { expect } from 'chai';
import { after, afterEach, before, beforeEach } from 'mocha';
import {
  appId,
  createRecordingProducer,
  createTestClock,
  silentLogger as logger,
  mchId,
  newOrder,
  startWechatPay,
  toMerchant,
} from '../reconciler.fixture.test.ts';
import { createQueryOpenOrders, type QueryOpenOrdersDeps } from './query-open-orders.ts';

export const secondMs = 1_000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const leaseMs = 30 * secondMs;

/** What a replica is given besides its order book; by default as every replica has it. */
type RoundOptions = Partial<Pick<QueryOpenOrdersDeps, 'leaseMs' | 'concurrency' | 'signal'>> & {
  readonly perSecond?: number;
  readonly client?: PayClient;
};

type Calls = Readonly<Record<string, number>>;

/** A merchant's open orders, here and at WeChat Pay, as one suite of tests has them. */
export interface OpenOrders {
  readonly simulator: Simulator;
  readonly store: Store;
  readonly clock: ReturnType<typeof createTestClock>;
  /** The jobs that were added since the test began. */
  readonly recording: ReturnType<typeof createRecordingProducer>;
  /** What the metrics were told since the test began. */
  readonly outcomes: readonly string[];
  /** One round of the test's replica; gives how many orders it asked about. */
  round(): Promise<number>;
  /** The round of one more replica. */
  createRound(options?: RoundOptions): () => Promise<number>;
  connect(baseUrl?: string): PayClient;
  register(changes?: Partial<NewOrder>): Promise<Order>;
  read(order: Order): Promise<Order>;
  /** Prepaid at WeChat Pay, so that it knows the order. */
  prepay(order: Order): Promise<void>;
  /** Paid, and each notification of it is lost; gives the transaction_id. */
  pay(order: Order, totalFen?: number): string;
  /** The calls that WeChat Pay has had, and those since then. */
  callsOf(): Calls;
  callsSince(before: Calls): Calls;
  /** The next calls of an API are answered like this, and do nothing. */
  failWith(api: 'query' | 'close', answer: object | 'silence' | 'reset', times?: number): void;
}

/** For the suite that calls it: one store and one WeChat Pay, and of each test no open orders but its own. */
export function useOpenOrders(): OpenOrders {
  let simulator: Simulator;
  let store: Store;
  let mongoUri: string;
  let replica: () => Promise<number>;
  // One for all tests, for time must not run backwards in the bucket of the merchant's turns.
  const clock = createTestClock();
  const recording = createRecordingProducer();
  const outcomes: string[] = [];
  const registered: Order[] = [];
  const clients: PayClient[] = [];

  before(async () => {
    simulator = await startWechatPay();
    mongoUri = testMongoUri();
    store = createStore({ uri: mongoUri, logger, metrics: createMetrics({ service: 'test' }), clock });
    await store.migrate();
  });
  after(async () => {
    await store?.close();
    await dropTestDatabase(mongoUri);
    await simulator.close();
  });
  beforeEach(() => {
    for (const list of [registered, recording.added, clients, outcomes]) list.length = 0;
    delete recording.state.failure;
    recording.state.isReady = true;
    replica = createRound();
  });
  afterEach(async () => {
    simulator.faults.reset();
    for (const client of clients) client.close();
    await Promise.all(registered.map(async (order) => store.orders.close(await read(order))));
    clock.advance(hourMs);
  });

  function connect(baseUrl = simulator.uri): PayClient {
    const merchant = toMerchant(simulator);
    const metrics = createMetrics({ service: 'test' });
    const client = createPayClient({ merchant, baseUrl, timeoutMs: 500, logger, metrics });
    clients.push(client);
    return client;
  }

  function createRound({ perSecond = 100, client = connect(), ...deps }: RoundOptions = {}) {
    return createQueryOpenOrders(
      {
        store,
        producer: recording.producer,
        clock,
        logger,
        metrics: { queried: (outcome) => void outcomes.push(outcome) },
        leaseMs,
        concurrency: 4,
        limit: 500,
        signal: new AbortController().signal,
        ...deps,
      },
      { merchant: toMerchant(simulator, perSecond), client },
    );
  }

  const read = async ({ outTradeNo }: Order): Promise<Order> =>
    (await store.orders.find(mchId, outTradeNo)) ?? expect.fail('the order is gone');
  const callsOf = (): Calls => ({ ...simulator.ledger().calls.counts });

  return {
    get simulator() {
      return simulator;
    },
    get store() {
      return store;
    },
    clock,
    recording,
    outcomes,
    round: () => replica(),
    createRound,
    connect,
    async register(changes = {}) {
      const timeExpire = new Date(clock.now().getTime() + 2 * hourMs);
      const { order } = await store.orders.register(newOrder({ timeExpire, ...changes }));
      registered.push(order);
      return order;
    },
    read,
    async prepay({ outTradeNo, timeExpire, amountFen }) {
      await connect().prepayJsapi({
        appId,
        outTradeNo,
        description: 'tea',
        amountFen,
        currency: 'CNY',
        openId: 'o-buyer',
        notifyUrl: `${simulator.uri}/nowhere`,
        timeExpire,
      });
    },
    pay({ outTradeNo }, totalFen = 888) {
      const notifyUrl = 'http://127.0.0.1:1/nowhere';
      const payment = { mchId, appId, openId: 'o-buyer', outTradeNo, totalFen, notifyUrl };
      return simulator.payDirectly(payment, { drop: 100 }).transactionId;
    },
    callsOf,
    callsSince(before) {
      const counts = callsOf();
      return Object.fromEntries(
        ['query', 'close'].map((api) => [api, (counts[api] ?? 0) - (before[api] ?? 0)]),
      );
    },
    failWith(api, answer, times = 1) {
      const faults = { api: [{ api, moment: 'before', answer, times }] };
      simulator.faults.set(faults as Parameters<Simulator['faults']['set']>[0]);
    },
  };
}

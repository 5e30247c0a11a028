import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BillRule, type JobData, jobCatalogue, type Merchant } from '@huidiao/contracts';
import type { NewJob } from '@huidiao/queue';
import { createMetrics, type Logger } from '@huidiao/runtime';
import {
  type BillDay,
  type BillFate,
  type BillProof,
  billFates,
  createStore,
  dropTestDatabase,
  type NewOrder,
  type Order,
  type Store,
  withResultsRecorded,
} from '@huidiao/store';
import { rsaKeysOf, testMongoUri } from '@huidiao/testing';
import { createPayClient, type PayClient } from '@huidiao/wechat';
import { createSimulator, type Simulator, toBeijingDay } from '@huidiao/wechat-simulator';
import { after, afterEach, before } from 'mocha';
import {
  appId,
  createRecordingProducer,
  createTestClock,
  silentLogger as logger,
  newOrder,
  toMerchant,
} from '../reconciler.fixture.test.ts';
import { createBillMetrics } from './bill-metrics.ts';
import type { CheckBillDeps } from './check-bill.ts';
import { createCheckBills } from './check-bills.ts';

const hourMs = 3_600_000;
const firstMchId = 1_900_000_100;
const merchants = 40;

/** A merchant of its own for a test, whose bill of today can be had. */
export interface BillWorld {
  readonly mchId: string;
  readonly day: string;
  readonly added: NewJob[];
  readonly alarms: string[];
  /** The lines of the log that are alarms. */
  readonly told: Record<string, unknown>[];
  readonly producer: ReturnType<typeof createRecordingProducer>;
  /** The round of one more process. */
  round(changes?: Partial<CheckBillDeps> & { client?: Partial<PayClient> }): () => Promise<number>;
  /** Asks for a check, and does it. */
  check(): Promise<BillDay>;
  read(): Promise<BillDay>;
  /** An order that is paid at WeChat Pay, and not here. */
  buy(changes?: Partial<NewOrder>): Promise<{ order: Order; transactionId: string }>;
  /** The same, paid here too; `by` is what told of it first. */
  buyHere(by?: string, changes?: Partial<NewOrder>): Promise<{ order: Order; transactionId: string }>;
  /** Does what an order-worker does with a job. */
  apply(job: NewJob | undefined): Promise<void>;
}

/** What the tests of bills share: one simulated WeChat Pay two days on, and one store. */
export function useBills() {
  let simulator: Simulator;
  let store: Store;
  let mongoUri: string;
  let folder: string;
  let client: PayClient[] = [];
  let used = 0;
  const clock = createTestClock();

  before(async () => {
    const publicKey = rsaKeysOf('merchant').publicKey.export({ type: 'spki', format: 'pem' }).toString();
    simulator = await createSimulator({
      merchants: Array.from({ length: merchants }, (_, index) => ({
        mchId: String(firstMchId + index),
        merchantSerialNo: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
        merchantPublicKeyPem: publicKey,
        apiV3Key: '0123456789abcdefghijklmnopqrstuv',
        appIds: [appId],
      })),
    });
    await simulator.clock.advance(48 * hourMs);
    clock.advance(48 * hourMs);
    mongoUri = testMongoUri();
    folder = await mkdtemp(join(tmpdir(), 'huidiao-bills-'));
    store = createStore({ uri: mongoUri, logger, metrics: createMetrics({ service: 'test' }), clock });
    await store.migrate();
  });
  after(async () => {
    await store?.close();
    await dropTestDatabase(mongoUri);
    await rm(folder, { recursive: true });
    await simulator.close();
  });
  afterEach(() => {
    simulator.faults.reset();
    for (const one of client) one.close();
    client = [];
  });

  function createWorld(rule: Partial<BillRule> = {}, facts: Partial<Merchant> = {}): BillWorld {
    const mchId = String(firstMchId + used);
    used += 1;
    const bill = { isChecked: false, appIds: [appId], outTradeNoPrefixes: [], adopts: false, ...rule };
    const merchant: Merchant = { ...toMerchant(simulator), mchId, bill, ...facts };
    const producer = createRecordingProducer();
    const alarms: string[] = [];
    const told: Record<string, unknown>[] = [];
    const day = toBeijingDay(Date.now());
    const noted = (fields: Record<string, unknown>) => {
      if (typeof fields.alarm !== 'string') return;
      alarms.push(fields.alarm);
      told.push(fields);
    };
    const quiet = { error: noted, warn: () => {}, info: () => {}, debug: () => {} } as unknown as Logger;

    const world: BillWorld = {
      mchId,
      day,
      added: producer.added,
      alarms,
      told,
      producer,
      round({ client: calls = {}, ...changes } = {}) {
        const metrics = createMetrics({ service: 'test' });
        const pay = createPayClient({ merchant, baseUrl: simulator.uri, timeoutMs: 2_000, logger, metrics });
        client.push(pay);
        const deps: CheckBillDeps = {
          store,
          producer: producer.producer,
          deadLetters: withResultsRecorded(store),
          clock,
          logger: quiet,
          metrics: createBillMetrics(metrics),
          pause: async () => clock.advance(1_000),
          signal: new AbortController().signal,
          leaseMs: 60_000,
          folder,
          mostBytes: 1_000_000_000,
          mostRows: 10_000_000,
          ...changes,
        };
        return createCheckBills(deps, { merchant, client: { ...pay, ...calls } });
      },
      async check() {
        await store.billDays.request(mchId, day);
        await world.round()();
        return world.read();
      },
      async read() {
        const found = await store.billDays.find(mchId, day);
        if (found === undefined) throw new Error('the day is not there');
        return found;
      },
      async buy(changes) {
        const { order } = await store.orders.register(newOrder({ mchId, ...changes }));
        const { outTradeNo, amountFen: totalFen } = order;
        const notifyUrl = 'http://127.0.0.1:1/nowhere';
        const payment = { mchId, appId, openId: 'o-buyer', outTradeNo, totalFen, notifyUrl };
        const { transactionId } = simulator.payDirectly(payment, { drop: 100 });
        return { order, transactionId };
      },
      async buyHere(by, changes) {
        const bought = await world.buy(changes);
        const { outTradeNo, amountFen, subMchId } = bought.order;
        const { transactionId } = bought;
        const callbackKey = `payment_${mchId}_${transactionId}_SUCCESS`;
        const successTime = new Date().toISOString();
        const payment = {
          type: 'payment.succeeded',
          mchId: bought.order.mchId,
          appId,
          outTradeNo,
          transactionId,
          amountFen,
          ...(subMchId !== undefined && { subMchId }),
        } as const;
        const told = { ...payment, currency: 'CNY', tradeType: 'JSAPI', successTime };
        await store.orders.pay(bought.order, told, { eventKey: callbackKey, effects: [] });
        if (by !== undefined) await record(callbackKey, by, outTradeNo);
        return bought;
      },
      async apply(job) {
        if (job?.name === 'apply-payment') await applyPayment(job.data as JobData<'apply-payment'>);
        else if (job?.name === 'apply-refund') await applyRefund(job.data as JobData<'apply-refund'>);
        else throw new Error(`no job to apply: ${job?.name}`);
      },
    };
    return world;

    async function record(key: string, notificationId: string, outTradeNo: string): Promise<void> {
      const facts = { mchId, outTradeNo, eventType: 'TRANSACTION.SUCCESS', requestId: 'r', outcome: 'paid' };
      await store.callbacks.record({ key, notificationId, receivedAt: clock.now(), ...facts });
    }
    async function applyPayment(data: JobData<'apply-payment'>): Promise<void> {
      const { payment, callbackKey, notificationId } = jobCatalogue['apply-payment'].schema.parse(data);
      const order = await find(payment.outTradeNo);
      await store.orders.pay(order, payment, { eventKey: callbackKey, effects: [] });
      await record(callbackKey, notificationId, payment.outTradeNo);
    }
    async function applyRefund(data: JobData<'apply-refund'>): Promise<void> {
      const { refund, callbackKey, notificationId } = jobCatalogue['apply-refund'].schema.parse(data);
      const { refundId, outRefundNo, transactionId, refundFen, outTradeNo } = refund;
      const told = { refundId, outRefundNo, transactionId, refundFen, status: 'SUCCESS' } as const;
      await store.orders.recordRefund(mchId, outTradeNo, told, { eventKey: callbackKey, effects: [] });
      await record(callbackKey, notificationId, outTradeNo);
    }
    async function find(outTradeNo: string): Promise<Order> {
      const order = await store.orders.find(mchId, outTradeNo);
      if (order === undefined) throw new Error('the order is not there');
      return order;
    }
  }

  return {
    createWorld,
    clock,
    get simulator() {
      return simulator;
    },
    get store() {
      return store;
    },
    /** Files with a name, of whoever checks. */
    files: () => readdir(folder),
    billCalls: () => simulator.ledger().calls.counts.bill ?? 0,
  };
}

/** What is not 0: `{ received: [2, 1776] }`, count and fen. */
export function toShort(proof: BillProof | undefined, kind: 'payments' | 'refunds' = 'payments') {
  const tally = proof?.[kind];
  const sums = billFates.flatMap((fate): [BillFate, number[]][] => {
    const { count, fen } = tally?.[fate] ?? { count: -1, fen: -1 };
    return count === 0 ? [] : [[fate, [count, fen]]];
  });
  return Object.fromEntries(sums);
}

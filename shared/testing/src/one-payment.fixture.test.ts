import { type JobData, type JobName, type Merchant, toCountedJobId } from '@huidiao/contracts';
import { createProducer, toKeyPrefix } from '@huidiao/queue';
import { createLogger, createMetrics } from '@huidiao/runtime';
import type { StoredDeadLetter } from '@huidiao/store';
import { buildSignedNotification, makeTransaction, type SignedNotification } from '@huidiao/wechat-simulator';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { after, afterEach, before, beforeEach } from 'mocha';
import { type Installation, type ServiceName, startInstallation, testMerchant } from './installation.ts';
import { waitFor } from './wait-for.ts';

/** What a test may say of the merchant. */
type MerchantFacts = Partial<Merchant>;
/** What a test may say of the payment; by default of the whole amount, and good. */
type PaymentFacts = Partial<Parameters<typeof makeTransaction>[0]>;
type ReadOrder = Awaited<ReturnType<Installation['readOrder']>>;

/** One attempt at a job, as the log tells of it. */
export interface Attempted {
  readonly queue: string;
  readonly jobId: string;
  readonly lane: string;
  readonly outcome: string;
  readonly errorCode?: string;
  readonly attempt: number;
  readonly retryDelayMs?: number;
}

/** An installation that the tests of a suite share, and of each test an order and a payment of its own. */
export interface OnePayment {
  readonly installation: Installation;
  readonly outTradeNo: string;
  readonly transactionId: string;
  /** Of the payment in the ledger of callbacks. */
  readonly callbackKey: string;
  /** From now on the order-worker's clock is so far ahead. */
  aheadMs: number;
  /** Until the end of the test the merchant is like this. */
  setMerchant(facts: MerchantFacts): void;
  /** For a test that leaves behind what would reach the shop later: without these services at first. */
  withOwnInstallation(without: readonly ServiceName[], test: () => Promise<void>): Promise<void>;
  /** Registers the order; nobody prepays it. */
  register(): ReturnType<Installation['createOrder']>;
  /** The same, and closes it at once. */
  closeOrder(): Promise<void>;
  /** WeChat Pay tells of the payment, with one id however often; gives the status of the answer. */
  notify(facts?: PaymentFacts): Promise<number>;
  /** Waits for the order to be in this state. */
  reached(status: string): Promise<ReadOrder>;
  /** How often the shop was told of anything in this test. */
  requests(): number;
  /** The goods that the shop gave out for the order. */
  deliveries(): readonly unknown[];
  /** The payments without an order that the shop was told of. */
  unmatched(): readonly unknown[];
  openDeadLetters(): Promise<StoredDeadLetter[]>;
  /** Waits for an open one of this code. */
  deadLetter(code: string): Promise<StoredDeadLetter>;
  /** What a replay of a dead letter does. */
  addAgain(letter: StoredDeadLetter): Promise<void>;
  /** Waits until the payment's job waits in Redis, and until it was put off so often. */
  untilJobWaits(): Promise<unknown>;
  postponed(times: number): Promise<void>;
  /** What BullMQ does by itself after ten minutes. */
  forgetCompletedJobs(): Promise<void>;
  /** Waits for so many attempts at jobs of the order in one queue. */
  attemptsOf(queue: string, count: number): Promise<Attempted[]>;
}

/** For the suite that calls it. */
export function useOnePayment(): OnePayment {
  let installation: Installation;
  let aheadMs = 0;
  const clock = { now: () => new Date(Date.now() + aheadMs) };
  const toOptions = (without: readonly ServiceName[]) => ({
    without,
    orderWorker: { clock, random: () => 0 },
  });
  before(async () => {
    installation = await startInstallation(toOptions(['message-worker']));
  });
  after(() => installation.close());

  /** Of each test its own. */
  let count = 0;
  let outTradeNo: string;
  let transactionId: string;
  let callbackKey: string;
  let requestsBefore: number;
  let merchantBefore: Merchant;
  beforeEach(() => {
    count += 1;
    aheadMs = 0;
    outTradeNo = `TEA-${String(count).padStart(6, '0')}`;
    transactionId = `42000000002026112200${String(count).padStart(7, '0')}1`;
    callbackKey = `payment_${testMerchant.mchId}_${transactionId}_SUCCESS`;
    requestsBefore = installation.shop.ledger().requests;
    merchantBefore = { ...theMerchant() };
  });
  afterEach(() => setMerchant(merchantBefore));

  /** The services share it with this process, and look at it anew for each job. */
  function theMerchant(): Merchant {
    return installation.directory.merchants.get(testMerchant.mchId) ?? expect.fail('the merchant is gone');
  }
  const setMerchant = (facts: MerchantFacts) => void Object.assign(theMerchant(), facts);

  /** For a test that leaves behind what would reach the shop later. */
  async function withOwnInstallation(
    without: readonly ServiceName[],
    test: () => Promise<void>,
  ): Promise<void> {
    const shared = installation;
    installation = await startInstallation(toOptions(without));
    try {
      await test();
    } finally {
      await installation.close();
      installation = shared;
    }
  }

  /** How often the shop was told of anything in this test, and of this order's goods. */
  const requests = () => installation.shop.ledger().requests - requestsBefore;
  const deliveries = () =>
    installation.shop.ledger().orders.filter((order) => order.out_trade_no === outTradeNo);
  const unmatched = () =>
    installation.shop.ledger().unmatched.filter((payment) => JSON.stringify(payment).includes(outTradeNo));

  function sign(facts: PaymentFacts = {}): SignedNotification {
    const { privateKey, serial } = installation.simulator.signingKey;
    const transaction = {
      ...testMerchant,
      outTradeNo,
      transactionId,
      totalFen: 8_800,
      openId: 'o-buyer',
      ...facts,
    };
    return buildSignedNotification({
      key: privateKey,
      serial,
      apiV3Key: theMerchant().apiV3Key,
      id: `notification-of-${outTradeNo}`,
      plaintext: makeTransaction(transaction),
    });
  }

  async function send({ headers, body }: SignedNotification): Promise<number> {
    const url = `http://127.0.0.1:${installation.ingressPort}/callbacks/wechat-pay/${testMerchant.mchId}`;
    return (await fetch(url, { method: 'POST', headers: headers as Record<string, string>, body })).status;
  }

  const notify = (facts: PaymentFacts = {}) => send(sign(facts));
  const register = () => installation.createOrder(outTradeNo, { prepay: false });
  const openDeadLetters = async () => {
    const { deadLetters } = await installation.store.deadLetters.list({ state: 'open', limit: 100 });
    return deadLetters.filter((letter) => JSON.stringify(letter).includes(outTradeNo));
  };
  /** A job may look for its order a second before its time is over, and then only fourteen seconds later again. */
  const deadLetter = (code: string) =>
    waitFor(
      `a dead letter ${code}`,
      async () => {
        const open = await openDeadLetters();
        return open.find((letter) => letter.errorCode === code);
      },
      { timeoutMs: 20_000 },
    );
  const reached = (status: string) =>
    waitFor(`the order to be ${status}`, async () => {
      const order = await installation.readOrder(outTradeNo);
      return order.status === status ? order : undefined;
    });

  /** As the log tells of them, which it does after the order says what came of them. */
  async function attemptsOf(queue: string, count: number): Promise<Attempted[]> {
    const read = () =>
      installation.logLines
        .filter((line) => line.includes('"job.attempted"'))
        .map((line) => JSON.parse(line) as Attempted)
        .filter((attempted) => attempted.queue === queue && attempted.jobId.includes(outTradeNo));
    await waitFor(`${count} attempts of ${queue}`, () => read().length >= count);
    return read();
  }

  /** Others may change the order between reading and closing it. */
  async function closeOrder(): Promise<void> {
    await register();
    const { orders } = installation.store;
    await waitFor('the order to be closed', async () => {
      const order = await orders.find(testMerchant.mchId, outTradeNo);
      return order !== undefined && (await orders.close(order));
    });
  }

  /** What a replay of a dead letter does. */
  async function addAgain({ jobName, jobId, payload }: StoredDeadLetter): Promise<void> {
    const { redisUrl, prefix } = installation;
    const logger = createLogger({ service: 'test', level: 'fatal' });
    const metrics = createMetrics({ service: 'test' });
    const redis = { url: redisUrl };
    const producer = createProducer({
      redis,
      prefix,
      durability: 'always',
      waitReplicas: 0,
      logger,
      metrics,
    });
    try {
      await waitFor('the producer', () => producer.isReady());
      const id = toCountedJobId(jobId, 'replay', 1);
      const [name, data] = [jobName as JobName, payload as JobData<JobName>];
      await producer.add({ name, id, data, lane: 'bulk' });
    } finally {
      await producer.close();
    }
  }

  const isOwn = ({ id }: { readonly id: string }) => id.includes(transactionId) || id.includes(outTradeNo);
  const delayedJob = async () =>
    (await installation.queues.list('payment-event', 'delayed', 1_000)).find(isOwn);

  async function postponed(times: number): Promise<void> {
    await waitFor(`${times} postponements`, async () => {
      const job = await delayedJob();
      return job !== undefined && job.postponements >= times;
    });
  }

  /** What BullMQ does by itself after ten minutes. */
  async function forgetCompletedJobs(): Promise<void> {
    const { prefix, queues, redisUrl } = installation;
    const redis = new Redis(redisUrl);
    try {
      for (const queue of ['payment-event', 'order-fulfilment'] as const) {
        const { id } = await waitFor('the job to complete', async () =>
          (await queues.list(queue, 'completed', 1_000)).find(isOwn),
        );
        const key = `${toKeyPrefix(prefix, queue)}:${queue}`;
        await redis.multi().del(`${key}:${id}`).zrem(`${key}:completed`, id).exec();
      }
    } finally {
      redis.disconnect();
    }
  }

  return {
    get installation() {
      return installation;
    },
    get outTradeNo() {
      return outTradeNo;
    },
    get transactionId() {
      return transactionId;
    },
    get callbackKey() {
      return callbackKey;
    },
    get aheadMs() {
      return aheadMs;
    },
    set aheadMs(ms) {
      aheadMs = ms;
    },
    setMerchant,
    withOwnInstallation,
    register,
    closeOrder,
    notify,
    reached,
    requests,
    deliveries,
    unmatched,
    openDeadLetters,
    deadLetter,
    addAgain,
    untilJobWaits: () => waitFor('the job to wait', delayedJob),
    postponed,
    forgetCompletedJobs,
    attemptsOf,
  };
}

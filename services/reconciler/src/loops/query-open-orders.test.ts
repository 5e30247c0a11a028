import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '@huidiao/errors';
import { createMetrics } from '@huidiao/runtime';
import { createStore, dropTestDatabase, type NewOrder, type Order, type Store } from '@huidiao/store';
import { testMongoUri } from '@huidiao/testing';
import { createPayClient, type PayClient, type QueriedTransaction } from '@huidiao/wechat';
import type { Simulator } from '@huidiao/wechat-simulator';
import { expect } from 'chai';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
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

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const leaseMs = 30 * secondMs;

describe('asking WeChat Pay about open orders', () => {
  let simulator: Simulator;
  let store: Store;
  let mongoUri: string;
  // One for all tests, for time must not run backwards in the bucket of the merchant's turns.
  const clock = createTestClock();
  let registered: Order[];
  let recording: ReturnType<typeof createRecordingProducer>;
  let clients: PayClient[];
  let outcomes: string[];
  let round: () => Promise<number>;

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
    registered = [];
    recording = createRecordingProducer();
    clients = [];
    outcomes = [];
    round = createRound();
  });
  afterEach(async () => {
    simulator.faults.reset();
    for (const client of clients) client.close();
    // So that the next test has no open order but its own.
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

  /** The round of one more replica. */
  function createRound(
    options: Partial<Pick<QueryOpenOrdersDeps, 'leaseMs' | 'concurrency' | 'signal'>> & {
      perSecond?: number;
      client?: PayClient;
    } = {},
  ) {
    const { perSecond = 100, client = connect(), ...deps } = options;
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

  async function register(changes: Partial<NewOrder> = {}): Promise<Order> {
    const timeExpire = new Date(clock.now().getTime() + 2 * hourMs);
    const { order } = await store.orders.register(newOrder({ timeExpire, ...changes }));
    registered.push(order);
    return order;
  }
  const read = async ({ outTradeNo }: Order): Promise<Order> =>
    (await store.orders.find(mchId, outTradeNo)) ?? expect.fail('the order is gone');

  /** Prepaid at WeChat Pay, so that it knows the order. */
  async function prepay({ outTradeNo, timeExpire, amountFen }: Order): Promise<void> {
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
  }
  /** Paid, and each notification of it is lost. */
  function pay({ outTradeNo }: Order, totalFen = 888): string {
    const notifyUrl = 'http://127.0.0.1:1/nowhere';
    const payment = { mchId, appId, openId: 'o-buyer', outTradeNo, totalFen, notifyUrl };
    return simulator.payDirectly(payment, { drop: 100 }).transactionId;
  }
  const callsOf = () => ({ ...simulator.ledger().calls.counts });
  function callsSince(before: Record<string, number>): Record<string, number> {
    const counts = callsOf();
    return Object.fromEntries(
      ['query', 'close'].map((api) => [api, (counts[api] ?? 0) - (before[api] ?? 0)]),
    );
  }
  const failWith = (api: 'query' | 'close', answer: object | 'silence' | 'reset', times = 1) =>
    simulator.faults.set({ api: [{ api, moment: 'before', answer, times }] } as Parameters<
      Simulator['faults']['set']
    >[0]);

  it('asks about no order before its first minute is over', async () => {
    await register();
    const before = callsOf();
    clock.advance(59 * secondMs);
    expect(await round()).to.equal(0);
    expect(callsSince(before)).to.deep.equal({ query: 0, close: 0 });
  });

  it('asks once about a combined order, for all of its parts, also for those that are not due', async () => {
    const combineOutTradeNo = `whole-${Date.now()}`;
    const [first, second, third] = [await part(), await part(), await part()];
    await store.combinedOrders.register({
      mchId,
      combineOutTradeNo,
      appId,
      parts: [first, second, third].map(({ outTradeNo }) => ({ mchId, outTradeNo })),
      timeExpire: first.timeExpire,
      notifyUrl: `${simulator.uri}/nowhere`,
      contentHash: 'hash',
    });
    await store.orders.recordQuery(third, { nextQueryAt: new Date(clock.now().getTime() + hourMs) });
    let asked = 0;
    const client: PayClient = {
      ...connect(),
      queryByOutTradeNo: () => expect.fail('a part was asked about by itself'),
      queryCombined: async (number) => {
        asked += 1;
        expect(number).to.equal(combineOutTradeNo);
        return new Map(
          [first, second, third].map(({ outTradeNo }, index) => [outTradeNo, toPaid(outTradeNo, index)]),
        );
      },
    };
    round = createRound({ client });
    clock.advance(minuteMs);
    expect(await round()).to.equal(2);
    expect(asked).to.equal(1);
    const healed = recording.added.map(({ data }) => (data as { payment: { outTradeNo: string } }).payment);
    expect(healed.map(({ outTradeNo }) => outTradeNo)).to.have.members(
      [first, second, third].map(({ outTradeNo }) => outTradeNo),
    );
    expect(outcomes).to.deep.equal(['healed', 'healed', 'healed']);
    clock.advance(minuteMs);
    expect(await round()).to.equal(0);

    function part(): Promise<Order> {
      return register({ combineOutTradeNo });
    }
    function toPaid(outTradeNo: string, index: number): QueriedTransaction {
      const payment = {
        type: 'payment.succeeded' as const,
        mchId,
        appId,
        outTradeNo,
        transactionId: `420000000020261122000000${index}`,
        amountFen: 888,
        currency: 'CNY',
        tradeType: 'JSAPI',
      };
      return { state: 'paid', refunded: false, payment };
    }
  });

  it('sends a payment whose callback was missed the way of a callback, in the bulk lane', async () => {
    const order = await register();
    const transactionId = pay(order);
    clock.advance(minuteMs);
    expect(await round()).to.equal(1);
    expect(recording.added).to.have.length(1);
    const [job] = recording.added;
    expect(job).to.include({
      name: 'apply-payment',
      lane: 'bulk',
      id: `apply-payment_${mchId}_${transactionId}_SUCCESS~heal-1`,
    });
    expect(job?.data).to.include({
      callbackKey: `payment_${mchId}_${transactionId}_SUCCESS`,
      notificationId: 'query',
    });
    expect(job?.data).to.have.property('payment').that.includes({
      outTradeNo: order.outTradeNo,
      transactionId,
      amountFen: 888,
    });
    const { nextQueryAt, queries, status } = await read(order);
    // The worker moves the order, nobody else; and it gets some time to do so.
    expect([status, queries]).to.deep.equal(['created', 1]);
    expect(Number(nextQueryAt)).to.be.within(
      clock.now().getTime() + 4 * minuteMs,
      clock.now().getTime() + 6 * minuteMs,
    );
    expect(outcomes).to.deep.equal(['healed']);
  });

  it('heals again under a new id as long as the order is not paid', async () => {
    const order = await register();
    pay(order);
    clock.advance(minuteMs);
    await round();
    clock.advance(6 * minuteMs);
    await round();
    expect(recording.added.map(({ id }) => id.split('~')[1])).to.deep.equal(['heal-1', 'heal-2']);
  });

  it('says that a refund was seen where WeChat Pay says REFUND', async () => {
    const order = await register();
    const transactionId = pay(order);
    simulator.refundAtConsole(mchId, order.outTradeNo);
    clock.advance(minuteMs);
    await round();
    const [job] = recording.added;
    expect(job?.id).to.equal(`apply-payment_${mchId}_${transactionId}_REFUND~heal-1`);
    expect(job?.data).to.have.property('payment').that.includes({ refundSeen: true });
    expect(outcomes).to.deep.equal(['refund_seen']);
  });

  it('comes back at the next time of the schedule to an order that is not paid, or not prepaid', async () => {
    const orders = [await register(), await register()];
    await prepay(orders[0] as Order);
    clock.advance(minuteMs);
    expect(await round()).to.equal(2);
    for (const order of orders) {
      const { nextQueryAt, queries } = await read(order);
      expect(Number(nextQueryAt)).to.equal(order.createdAt.getTime() + 2 * minuteMs);
      expect(queries).to.equal(1);
    }
    expect(recording.added).to.deep.equal([]);
  });

  it('closes an order that expired unpaid at WeChat Pay, and here only when that says so', async () => {
    const order = await register();
    await prepay(order);
    const before = callsOf();
    clock.advance(2 * hourMs + 11 * secondMs);
    expect(await round()).to.equal(1);
    expect(callsSince(before)).to.deep.equal({ query: 2, close: 1 });
    expect(simulator.ledger(order.outTradeNo).orders[0]?.trade_state).to.equal('CLOSED');
    const closed = await read(order);
    expect(closed.status).to.equal('closed');
    expect(closed.nextQueryAt).to.equal(undefined);
    expect(closed.timeLine.at(-1)).to.include({ event: 'closed', by: 'query', tradeState: 'CLOSED' });
  });

  it('leaves an order open whose close met a payment, and heals it a moment later', async () => {
    const order = await register();
    await prepay(order);
    clock.advance(2 * hourMs + 11 * secondMs);
    failWith('close', { status: 429, body: { code: 'FREQUENCY_LIMITED', message: '频率超限' } });
    expect(await round()).to.equal(1);
    expect((await read(order)).status).to.equal('created');
    expect(outcomes).to.deep.equal(['open']);
    // The merchant's other orders are asked about all the same.
    const other = await register();
    pay(other);
    clock.advance(minuteMs);
    await round();
    expect(outcomes).to.include.members(['closed', 'healed']);
  });

  it('closes an order here that somebody closed at WeChat Pay', async () => {
    const order = await register();
    await prepay(order);
    await connect().closeByOutTradeNo(order.outTradeNo);
    clock.advance(minuteMs);
    await round();
    expect((await read(order)).status).to.equal('closed');
  });

  it('never closes the number of another system, and ends its order when WeChat Pay would take no payment', async () => {
    const order = await register({ prepay: false });
    await prepay(order);
    const before = callsOf();
    clock.advance(3 * hourMs);
    await round();
    expect((await read(order)).status).to.equal('created');
    clock.advance(9 * 24 * hourMs);
    await round();
    expect((await read(order)).status).to.equal('closed');
    expect(callsSince(before)).to.deep.equal({ query: 2, close: 0 });
    expect(simulator.ledger(order.outTradeNo).orders[0]?.trade_state).to.equal('NOTPAY');
  });

  for (const [what, answer, code] of [
    ['WeChat Pay does not answer', 'silence', 'WECHAT_UNREACHABLE'],
    ['the connection breaks', 'reset', 'WECHAT_UNREACHABLE'],
    [
      'WeChat Pay answers 500',
      { status: 500, body: { code: 'SYSTEM_ERROR', message: '系统错误' } },
      'WECHAT_SYSTEM_ERROR',
    ],
    ['a gateway answers 502', { status: 502 }, 'WECHAT_SYSTEM_ERROR'],
    [
      'WeChat Pay answers 429',
      { status: 429, body: { code: 'RATELIMIT_EXCEEDED', message: '频率超限' } },
      'WECHAT_BUSY',
    ],
    [
      'an answer in WeChat Pay’s name is not signed',
      { status: 200, body: { trade_state: 'SUCCESS' } },
      'WECHAT_RESPONSE_NOT_AUTHENTIC',
    ],
  ] as const) {
    it(`keeps the order’s place in the schedule when ${what}`, async () => {
      const order = await register();
      pay(order);
      clock.advance(minuteMs);
      failWith('query', answer);
      expect(await round().catch((error: unknown) => error)).to.include({ code });
      expect(await read(order)).to.include({ status: 'created', queries: 0 });
      expect(outcomes).to.deep.equal([code]);
      clock.advance(leaseMs + secondMs);
      expect(await round()).to.equal(1);
      expect(recording.added.map(({ id }) => id.split('~')[1])).to.deep.equal(['heal-1']);
    });
  }

  it('does not believe a signature probe', async () => {
    const order = await register();
    pay(order);
    clock.advance(minuteMs);
    simulator.faults.set({ probe_share: 1 });
    expect(await round().catch((error: unknown) => error)).to.include({
      code: 'WECHAT_RESPONSE_NOT_AUTHENTIC',
    });
    expect(recording.added).to.deep.equal([]);
    clock.advance(leaseMs + secondMs);
    await round();
    expect(recording.added).to.have.length(1);
  });

  it('applies no genuine answer about another order', async () => {
    const paid = await register();
    pay(paid);
    const replay = await createReplayer(simulator.uri);
    try {
      await connect(replay.uri).queryByOutTradeNo(paid.outTradeNo);
      const other = await register();
      clock.advance(minuteMs);
      const replayed = createRound({ client: connect(replay.uri) });
      await replayed().catch(() => undefined);
      expect(recording.added.map(({ id }) => id)).to.not.include(other.outTradeNo);
      expect(outcomes).to.include('WECHAT_RESPONSE_NOT_AUTHENTIC');
      expect(outcomes.filter((outcome) => outcome === 'healed')).to.have.length(1);
      expect((await read(other)).queries).to.equal(0);
    } finally {
      await replay.close();
    }
  });

  it('asks about no other order of the merchant for as long as WeChat Pay asks to wait', async () => {
    for (let n = 0; n < 12; n += 1) await register();
    clock.advance(minuteMs);
    failWith('query', { status: 429, body: { code: 'RATELIMIT_EXCEEDED', message: '频率超限' } }, 100);
    const before = callsOf();
    await round().catch(() => undefined);
    // Those that were under way at that moment.
    expect(callsSince(before).query).to.be.at.most(4);
    simulator.faults.reset();
    await register();
    clock.advance(9 * secondMs);
    expect(await round()).to.equal(0);
    clock.advance(minuteMs);
    expect(await round()).to.equal(13);
  });

  it('goes on in the schedule after a refusal, which would be the same in a moment', async () => {
    const order = await register();
    clock.advance(minuteMs);
    failWith('query', { status: 400, body: { code: 'PARAM_ERROR', message: '参数错误' } });
    expect(await round().catch((error: unknown) => error)).to.include({ code: 'WECHAT_REFUSED' });
    const { nextQueryAt, status } = await read(order);
    expect(status).to.equal('created');
    expect(Number(nextQueryAt)).to.equal(order.createdAt.getTime() + 2 * minuteMs);
  });

  it('claims nothing while Redis is away', async () => {
    const order = await register();
    recording.state.isReady = false;
    clock.advance(minuteMs);
    const before = callsOf();
    expect(await round().catch((error: unknown) => error)).to.include({ code: 'QUEUE_UNAVAILABLE' });
    expect(callsSince(before).query).to.equal(0);
    expect((await read(order)).nextQueryAt).to.deep.equal(order.nextQueryAt);
  });

  it('asks again when Redis did not take the job, under the same id, for it may be there', async () => {
    const order = await register();
    pay(order);
    clock.advance(minuteMs);
    recording.state.failure = new AppError('QUEUE_UNAVAILABLE');
    expect(await round().catch((error: unknown) => error)).to.include({ code: 'QUEUE_UNAVAILABLE' });
    expect((await read(order)).queries).to.equal(0);
    delete recording.state.failure;
    clock.advance(leaseMs + secondMs);
    await round();
    expect(recording.added.map(({ id }) => id.split('~')[1])).to.deep.equal(['heal-1']);
  });

  it('asks about no further order once the process drains', async () => {
    const draining = new AbortController();
    draining.abort();
    await register();
    clock.advance(minuteMs);
    const before = callsOf();
    expect(await createRound({ signal: draining.signal })()).to.equal(0);
    expect(callsSince(before).query).to.equal(0);
  });

  it('asks about no order whose lease may be over before the answer comes', async () => {
    await register();
    await register();
    clock.advance(minuteMs);
    failWith('query', 'silence', 2);
    const before = callsOf();
    // The first one takes the 500 ms of a call.
    await createRound({ leaseMs: 800, concurrency: 1 })().catch(() => undefined);
    expect(callsSince(before).query).to.equal(1);
  });

  describe('of a payment that was refused before', () => {
    const letterOf = (transactionId: string) => ({
      queue: 'payment-event',
      jobId: `apply-payment_${mchId}_${transactionId}_SUCCESS`,
      jobName: 'apply-payment',
      payload: {},
      errorCode: 'ORDER_AMOUNT_DIFFERS',
      reason: 'The amount differs.',
      details: {},
      attempts: 1,
      firstAttemptAt: new Date(),
      failedAt: new Date(),
    });
    const refuse = (order: Order, transactionId: string) =>
      store.orders.noteEvent(mchId, order.outTradeNo, `payment_${mchId}_${transactionId}_SUCCESS`, {
        event: 'payment.amount_differs',
      });

    it('leaves the order to the person who has its dead letter, and never asks again', async () => {
      const order = await register();
      const transactionId = pay(order, 1);
      await refuse(order, transactionId);
      await store.deadLetters.store(letterOf(transactionId));
      clock.advance(minuteMs);
      await round();
      expect(recording.added).to.deep.equal([]);
      expect(outcomes).to.deep.equal(['left_to_a_person']);
      expect(await read(order)).to.not.have.property('nextQueryAt');
    });

    it('makes no new case of it while somebody has it given back, and closes the order once that is done', async () => {
      const order = await register();
      const transactionId = pay(order, 777);
      const { outTradeNo } = order;
      const payment = {
        type: 'payment.succeeded' as const,
        mchId,
        appId,
        outTradeNo,
        transactionId,
        amountFen: 777,
        currency: 'CNY',
        tradeType: 'JSAPI',
      };
      await store.orders.keepOtherPayment(payment, { eventKey: 'told', entry: { event: 'kept' } });
      const refund = { outRefundNo: 'R-1', refundFen: 777, transactionId };
      await store.orders.requestRefund(
        mchId,
        outTradeNo,
        { ...refund, requestedBy: 'case' },
        { effects: [] },
      );
      clock.advance(minuteMs);
      await round();
      expect(recording.added).to.deep.equal([]);
      expect(await read(order)).to.include({ status: 'created' });

      const told = { ...refund, refundId: '50000000382019052709732678859', status: 'SUCCESS' as const };
      await store.orders.recordRefund(mchId, outTradeNo, told, { eventKey: 'refunded', effects: [] });
      clock.advance(hourMs);
      await round();
      expect(recording.added).to.deep.equal([]);
      expect(outcomes).to.deep.equal(['left_to_a_person', 'closed']);
      expect(await read(order)).to.include({ status: 'closed' });
    });

    it('leaves a case that somebody has decided to what follows from it', async () => {
      const order = await register();
      const transactionId = pay(order, 1);
      await refuse(order, transactionId);
      const letter = letterOf(transactionId);
      await store.deadLetters.store(letter);
      const decision = { kind: 'deliver', by: 'support-7', note: 'x' };
      await store.deadLetters.decide(`payment-event/${letter.jobId}`, decision, { times: 1, to: 'replayed' });
      clock.advance(minuteMs);
      await round();
      expect(recording.added).to.deep.equal([]);
      expect(Number((await read(order)).nextQueryAt), 'it is asked about again').to.be.above(
        clock.now().getTime(),
      );
    });

    it('brings the dead letter back where it was lost on its way', async () => {
      const order = await register();
      await refuse(order, pay(order, 1));
      clock.advance(minuteMs);
      await round();
      expect(recording.added).to.have.length(1);
    });

    it('heals where it was refused because nobody had registered the order', async () => {
      const order = await register({ prepay: false });
      await store.deadLetters.store({ ...letterOf(pay(order)), errorCode: 'ORDER_UNKNOWN' });
      clock.advance(minuteMs);
      await round();
      expect(recording.added).to.have.length(1);
    });
  });

  describe('from two replicas at once', () => {
    it('asks about each order once', async () => {
      const orders = await Promise.all(Array.from({ length: 20 }, () => register()));
      for (const order of orders) pay(order);
      clock.advance(minuteMs);
      const before = callsOf();
      const settled = await Promise.all([round(), createRound()()]);
      expect((settled[0] ?? 0) + (settled[1] ?? 0)).to.equal(20);
      expect(callsSince(before)).to.deep.equal({ query: 20, close: 0 });
      expect(new Set(recording.added.map(({ id }) => id)).size).to.equal(20);
    });

    it('keeps the merchant’s rate, closing included', async () => {
      const perSecond = 5;
      const expired = new Date(clock.now().getTime() + 30 * secondMs);
      for (let n = 0; n < 40; n += 1) await register(n % 2 === 0 ? { timeExpire: expired } : {});
      const rounds = [createRound({ perSecond }), createRound({ perSecond })];
      const before = callsOf();
      const startedAt = clock.now().getTime() + minuteMs;
      clock.advance(minuteMs);
      for (let second = 0; second < 6; second += 1) {
        await Promise.all(rounds.map((each) => each()));
        const { query = 0, close = 0 } = callsSince(before);
        const elapsedSeconds = (clock.now().getTime() - startedAt) / secondMs;
        expect(query + close).to.be.at.most(perSecond + Math.ceil(elapsedSeconds * perSecond));
        clock.advance(secondMs);
      }
      // And it is used: the replicas leave no turns but the few that do not suffice for the next order.
      const { query = 0, close = 0 } = callsSince(before);
      expect(query + close).to.be.at.least(perSecond * 5);
    });
  });
});

/** Somebody in between who answers each question with the first genuine answer that went by. */
async function createReplayer(target: string): Promise<{ uri: string; close(): Promise<void> }> {
  let answer: Promise<{ status: number; headers: Headers; body: Buffer }> | undefined;
  const server: Server = createServer(async (request, response) => {
    answer ??= (async () => {
      const headers = request.headers as Record<string, string>;
      const forwarded = await fetch(new URL(request.url ?? '/', target), { headers });
      const body = Buffer.from(await forwarded.arrayBuffer());
      return { status: forwarded.status, headers: forwarded.headers, body };
    })();
    const { status, headers, body } = await answer;
    const kept = [...headers].filter(([name]) => /^(wechatpay-|request-id|content-type)/.test(name));
    response.writeHead(status, Object.fromEntries(kept)).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

import { type PaymentSucceeded, toApplyPaymentJobId, toPaymentCallbackKey } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { createMetrics } from '@huidiao/runtime';
import { createStore, dropTestDatabase, type Order, type Store } from '@huidiao/store';
import { expect } from 'chai';
import { after, before, beforeEach, describe, it } from 'mocha';
import {
  appId,
  createRecordingProducer,
  createTestClock,
  silentLogger as logger,
  mchId,
  newOrder,
  testConfig,
} from '../reconciler.fixture.test.ts';
import { type FollowDecisionsDeps, followDecisions } from './follow-decisions.ts';

const graceMs = 10_000;
const leaseMs = 60_000;

describe('what a person decided about a case, and whoever took the decision died', () => {
  const config = testConfig();
  const clock = createTestClock();
  let store: Store;
  let recording: ReturnType<typeof createRecordingProducer>;
  let deps: FollowDecisionsDeps;
  let transactions = 0;

  before(async () => {
    store = createStore({
      uri: config.mongo.uri,
      logger,
      metrics: createMetrics({ service: 'test' }),
      clock,
    });
    await store.migrate();
  });
  beforeEach(() => {
    recording = createRecordingProducer();
    deps = { store, producer: recording.producer, clock, logger, leaseMs, limit: 100 };
  });
  after(async () => {
    await store?.close();
    await dropTestDatabase(config.mongo.uri);
  });

  /** Another amount than the order's was paid. */
  async function newCase(payload: object = {}) {
    const { order } = await store.orders.register(newOrder());
    const payment = toPayment(order);
    const jobId = toApplyPaymentJobId(payment);
    const job = {
      requestId: 'request-of-callback',
      callbackKey: toPaymentCallbackKey(payment),
      notificationId: 'EV-1',
      eventType: 'TRANSACTION.SUCCESS',
      receivedAt: '2026-11-22T10:00:00Z',
      payment,
      ...payload,
    };
    const named = { queue: 'payment-event', jobId, jobName: 'apply-payment', payload: job, details: {} };
    const at = { attempts: 1, firstAttemptAt: clock.now(), failedAt: clock.now() };
    await store.deadLetters.store({ ...named, ...at, errorCode: 'ORDER_AMOUNT_DIFFERS', reason: 'x' });
    return { order, payment, job, jobId, id: `payment-event/${jobId}` };
  }

  function toPayment({ outTradeNo }: Order): PaymentSucceeded {
    transactions += 1;
    const transactionId = `42000000002026112277${String(transactions).padStart(8, '0')}`;
    const named = { mchId, appId, outTradeNo, transactionId, amountFen: 800, currency: 'CNY' };
    return { type: 'payment.succeeded', tradeType: 'JSAPI', ...named };
  }

  type Decision = 'deliver' | 'refund' | 'hold' | 'discard';
  const states = { deliver: 'replayed', refund: 'replayed', hold: 'open', discard: 'discarded' } as const;
  const decide = async (id: string, kind: Decision) =>
    (await store.deadLetters.decide(
      id,
      { kind, by: 'support-7', note: 'the buyer called' },
      { times: 1, to: states[kind] },
    )) ?? expect.fail('not decided');
  const find = async (id: string) => (await store.deadLetters.findById(id)) ?? expect.fail('it is gone');
  const read = async ({ outTradeNo }: Order) =>
    (await store.orders.find(mchId, outTradeNo)) ?? expect.fail('the order is gone');
  const toldOf = async (order: Order) =>
    (await read(order)).timeLine
      .filter(({ event }) => event === 'case.decided')
      .map(({ decision }) => decision);

  it('is done ten seconds later: its job is added, with the decision in it, until it has a result', async () => {
    const { order, job, jobId, id } = await newCase();
    await decide(id, 'deliver');
    expect(await followDecisions(deps), 'it is left to whoever decided').to.equal(0);
    clock.advance(graceMs);
    expect(await followDecisions(deps)).to.equal(1);
    const data = { ...job, decision: { code: 'ORDER_AMOUNT_DIFFERS', by: 'support-7' } };
    const added = { name: 'apply-payment', id: `${jobId}~replay-1`, data, lane: 'bulk' };
    expect(recording.added).to.deep.equal([added]);
    expect(await toldOf(order)).to.deep.equal(['deliver']);

    expect(await followDecisions(deps), 'within its lease').to.equal(0);
    clock.advance(leaseMs);
    expect(await followDecisions(deps), 'Redis may have lost it').to.equal(1);
    expect(recording.added, 'the very same job').to.deep.equal([added, added]);
    expect(await toldOf(order), 'told once').to.deep.equal(['deliver']);

    await store.deadLetters.resolve('payment-event', jobId);
    clock.advance(leaseMs);
    expect(await followDecisions(deps)).to.equal(0);
  });

  it('is looked at ever less often while its job waits in its queue, and at least each hour', async () => {
    const { jobId, id } = await newCase();
    await decide(id, 'deliver');
    clock.advance(8 * 60 * 60_000);
    await followDecisions(deps);
    const { dueAt } = await find(id);
    expect(Math.round(((dueAt?.getTime() ?? 0) - clock.now().getTime()) / 60_000)).to.equal(60);
    await store.deadLetters.resolve('payment-event', jobId);
  });

  it('is asked for where it is a refund: one, of that very payment, whoever else asks for it', async () => {
    const { order, payment, id } = await newCase();
    await decide(id, 'refund');
    clock.advance(graceMs);
    expect(await followDecisions(deps)).to.equal(1);
    const { refundRequests, effects } = await read(order);
    const outRefundNo = `case-${payment.transactionId}`;
    expect(refundRequests).to.have.length(1);
    expect(refundRequests[0]).to.include({ outRefundNo, refundFen: 800, requestedBy: 'case' });
    expect(effects.map(({ job }) => job)).to.include('make-refund');
    expect(recording.added.map(({ name }) => name)).to.deep.equal(['make-refund']);
    expect(await find(id)).to.include({ state: 'resolved' });
    clock.advance(leaseMs);
    expect(await followDecisions(deps)).to.equal(0);
  });

  it('is for a person again where it was a refund, and nothing is left to be given back', async () => {
    const { order, payment, id } = await newCase();
    await decide(id, 'refund');
    const told = { eventKey: 'second', entry: { event: 'payment.second' } };
    await store.orders.keepOtherPayment(payment, told);
    const { transactionId } = payment;
    const refund = {
      outRefundNo: 'console-1',
      refundId: `50${transactionId}`,
      refundFen: 800,
      transactionId,
    };
    const success = { ...refund, status: 'SUCCESS' as const };
    await store.orders.recordRefund(mchId, order.outTradeNo, success, { eventKey: 'r', effects: [] });
    clock.advance(graceMs);
    expect(await followDecisions(deps)).to.equal(1);
    const { state, history } = await find(id);
    expect([state, ...history.map(({ action }) => action)]).to.deep.equal(['open', 'decided', 'reopened']);
    clock.advance(leaseMs);
    expect(await followDecisions(deps)).to.equal(0);
  });

  it('is told the time line of the order where nothing else follows from it', async () => {
    const { order, id } = await newCase();
    await decide(id, 'hold');
    clock.advance(graceMs);
    expect(await followDecisions(deps)).to.equal(1);
    await decide(id, 'discard');
    clock.advance(graceMs);
    expect(await followDecisions(deps)).to.equal(1);
    expect(await toldOf(order)).to.deep.equal(['hold', 'discard']);
    const { state, dueAt } = await find(id);
    expect([state, dueAt]).to.deep.equal(['discarded', undefined]);
    clock.advance(leaseMs);
    expect(await followDecisions(deps)).to.equal(0);
    expect(recording.added).to.deep.equal([]);
  });

  it('is for a person again where no queue takes its job any more', async () => {
    const { id } = await newCase({ notificationId: 7 });
    await decide(id, 'deliver');
    clock.advance(graceMs);
    expect(await followDecisions(deps)).to.equal(1);
    expect(await find(id)).to.include({ state: 'open' });
    expect(recording.added).to.deep.equal([]);
  });

  it('is done by one of two replicas, and of many no more than a round takes', async () => {
    const cases = [await newCase(), await newCase(), await newCase()];
    for (const { id } of cases) await decide(id, 'deliver');
    clock.advance(graceMs);
    const rounds = await Promise.all([
      followDecisions({ ...deps, limit: 2 }),
      followDecisions({ ...deps, limit: 2 }),
    ]);
    const first = rounds[0] + rounds[1];
    expect(first).to.be.within(2, 3);
    expect(first + (await followDecisions(deps))).to.equal(3);
    const ids = recording.added.map(({ id }) => id).sort();
    expect(ids).to.deep.equal(cases.map(({ jobId }) => `${jobId}~replay-1`).sort());
    for (const { jobId } of cases) await store.deadLetters.resolve('payment-event', jobId);
  });

  it('waits while Redis is away, and comes again where Redis did not take its job', async () => {
    const { jobId, id } = await newCase();
    await decide(id, 'deliver');
    clock.advance(graceMs);
    const code = () => followDecisions(deps).catch((error: { code: string }) => error.code);
    recording.state.isReady = false;
    expect(await code()).to.equal('QUEUE_UNAVAILABLE');
    recording.state.isReady = true;
    recording.state.failure = new AppError('QUEUE_NOT_DURABLE');
    expect(await code()).to.equal('QUEUE_NOT_DURABLE');
    expect(await find(id), 'the decision stands').to.include({ state: 'replayed' });
    delete recording.state.failure;
    clock.advance(leaseMs);
    expect(await followDecisions(deps)).to.equal(1);
    await store.deadLetters.resolve('payment-event', jobId);
  });
});

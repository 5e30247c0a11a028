import { jobCatalogue } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { createMetrics } from '@huidiao/runtime';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { appId, newOrder } from '../reconciler.fixture.test.ts';
import { createBillMetrics } from './bill-metrics.ts';
import { toShort, useBills } from './bills.fixture.test.ts';

const minuteMs = 60_000;

describe('the check of a bill', () => {
  const bills = useBills();

  it('proves what came how, and touches nothing of other tills', async () => {
    const { mchId, day, check, buyHere, added, alarms } = bills.createWorld({
      outTradeNoPrefixes: ['order-'],
    });
    await buyHere('notification-1');
    await buyHere('notification-2');
    await buyHere('query');
    await buyHere();
    bills.simulator.changeBill(mchId, day, {
      add: [
        { outTradeNo: 'order-of-a-till', totalFen: 100 },
        { outTradeNo: 'legacy-1', totalFen: 23, appId },
        { outTradeNo: 'legacy-1', totalFen: 23, appId, refund: { outRefundNo: 'r1', refundFen: 7 } },
      ],
    });
    const { state, proof, dueAt, checkedAt } = await check();
    expect({ state, dueAt, rows: proof?.rows, others: proof?.others }).to.deep.equal({
      state: 'done',
      dueAt: undefined,
      rows: 7,
      others: 0,
    });
    expect(toShort(proof)).to.deep.equal({
      received: [2, 1_776],
      healedByQuery: [1, 888],
      known: [1, 888],
      notOurs: [2, 123],
    });
    expect(toShort(proof, 'refunds')).to.deep.equal({ notOurs: [1, 7] });
    expect(checkedAt).to.be.instanceOf(Date);
    expect([added, alarms]).to.deep.equal([[], []]);
  });

  it('sends a payment that only the bill knows the way of its callback, and has proved it the next time', async () => {
    const { mchId, buy, check, read, round, added, apply } = bills.createWorld();
    const { order, transactionId } = await buy();
    const first = await check();
    expect(toShort(first.proof)).to.deep.equal({ open: [1, 888] });
    expect(added).to.have.length(1);
    expect(added[0]).to.include({ name: 'apply-payment', lane: 'bulk' });
    expect(added[0]?.id).to.equal(`apply-payment_${mchId}_${transactionId}_SUCCESS~heal-1`);
    expect(added[0]?.data).to.include({ notificationId: 'bill' });
    expect(added[0]?.data).to.have.property('payment').that.includes({
      outTradeNo: order.outTradeNo,
      amountFen: 888,
      transactionId,
    });

    await apply(added[0]);
    bills.clock.advance(14 * minuteMs);
    await round()();
    expect((await read()).runs, 'before its time').to.equal(1);
    bills.clock.advance(minuteMs + 1_000);
    await round()();
    const second = await read();
    expect(toShort(second.proof)).to.deep.equal({ healedByBill: [1, 888] });
    expect(second).to.not.have.property('dueAt');
    expect(added).to.have.length(1);
  });

  it('says so in the end where something stays open, and tells people once', async () => {
    const { buy, check, read, round, alarms } = bills.createWorld();
    await buy();
    await check();
    for (const minutes of [15, 60, 6 * 60, 24 * 60]) {
      expect(alarms).to.deep.equal([]);
      bills.clock.advance((minutes + 1) * minuteMs);
      await round()();
    }
    expect(await read())
      .to.include({ state: 'done', runs: 5 })
      .and.to.not.have.property('dueAt');
    expect(alarms).to.deep.equal(['bill-open']);
  });

  it('only tells of a payment whose order nobody registered, and adopts it where the merchant says so', async () => {
    for (const adopts of [false, true]) {
      const { mchId, check, added, alarms } = bills.createWorld({ adopts });
      const outTradeNo = `lost-${mchId}`;
      const payment = {
        mchId,
        appId,
        openId: 'o',
        outTradeNo,
        totalFen: 5,
        notifyUrl: 'http://127.0.0.1:1/',
      };
      bills.simulator.payDirectly(payment, { drop: 100 });
      const { proof } = await check();
      expect(toShort(proof)).to.deep.equal({ [adopts ? 'open' : 'unregistered']: [1, 5] });
      expect(added.map(({ name }) => name)).to.deep.equal(adopts ? ['apply-payment'] : []);
      expect(alarms).to.deep.equal(adopts ? [] : ['bill-unregistered']);
    }
  });

  it('knows a part of another merchant’s combined order whose money came to this one', async () => {
    const { mchId, check, buyHere, alarms, added } = bills.createWorld();
    const { order } = await buyHere(undefined, {
      mchId: '1900000001',
      subMchId: mchId,
      combineOutTradeNo: `whole-${mchId}`,
    });
    expect(order.mchId).to.equal('1900000001');
    expect(toShort((await check()).proof)).to.deep.equal({ known: [1, 888] });
    expect([alarms, added]).to.deep.equal([[], []]);
  });

  it('knows a payment whose order nobody registered where the shop was told of it', async () => {
    const { mchId, check, alarms } = bills.createWorld({ adopts: true }, { unknownOrder: 'forward' });
    const outTradeNo = `lost-${mchId}`;
    const payment = { mchId, appId, openId: 'o', outTradeNo, totalFen: 5, notifyUrl: 'http://127.0.0.1:1/' };
    const { transactionId } = bills.simulator.payDirectly(payment, { drop: 100 });
    expect(toShort((await check()).proof), 'nobody told').to.deep.equal({ open: [1, 5] });
    const facts = { mchId, outTradeNo, eventType: 'payment.succeeded', requestId: 'r', outcome: 'forwarded' };
    const key = `payment_${mchId}_${transactionId}_SUCCESS`;
    const told = { key, notificationId: 'notification-1', receivedAt: new Date() };
    await bills.store.callbacks.record({ ...facts, ...told });
    expect(toShort((await check()).proof)).to.deep.equal({ received: [1, 5] });
    expect(alarms).to.deep.equal([]);
  });

  it('sends a refund that only the bill knows the way of its callback, and tells the shop of it', async () => {
    const shop = {
      webhookUrl: 'http://127.0.0.1:1/',
      webhookSecrets: [],
      allowPrivateNetwork: true,
      timeoutMs: 1_000,
      events: ['refund.*'],
    };
    const { mchId, buyHere, check, added, apply } = bills.createWorld({}, { shop });
    const { order, transactionId } = await buyHere('notification-1');
    const { refund } = bills.simulator.refundAtConsole(mchId, order.outTradeNo, { refundFen: 300 });
    const { proof } = await check();
    expect(toShort(proof)).to.deep.equal({ received: [1, 888] });
    expect(toShort(proof, 'refunds')).to.deep.equal({ open: [1, 300] });
    expect(added.map(({ name, lane }) => [name, lane])).to.deep.equal([
      ['forward-event', 'bulk'],
      ['apply-refund', 'bulk'],
    ]);
    const [forward, job] = added;
    expect(job?.data).to.have.property('refund').that.includes({
      type: 'refund.succeeded',
      refundId: refund.refundId,
      outRefundNo: refund.outRefundNo,
      transactionId,
      refundFen: 300,
      totalFen: 888,
      proof: 'signature',
    });
    const { content, type } = jobCatalogue['forward-event'].schema.parse(forward?.data);
    expect(type).to.equal('refund.succeeded');
    expect(JSON.parse(content)).to.deep.include({
      refund_status: 'SUCCESS',
      amount: { total: 888, refund: 300 },
    });
    await apply(job);
    expect(toShort((await check()).proof, 'refunds')).to.deep.equal({ healedByBill: [1, 300] });
  });

  it('keeps another amount as a dead letter that names both, once, and a person decides', async () => {
    const { mchId, day, buyHere, check, alarms, added } = bills.createWorld();
    const { order, transactionId } = await buyHere('notification-1');
    const { outTradeNo } = order;
    bills.simulator.changeBill(mchId, day, { alter: [{ outTradeNo, fen: 889 }] });
    const { proof } = await check();
    expect(toShort(proof)).to.deep.equal({ differing: [1, 889] });
    const jobId = `apply-payment_${mchId}_${transactionId}_BILL`;
    const find = () => bills.store.deadLetters.find('payment-event', jobId);
    const letter = await find();
    expect(letter).to.include({ state: 'open', errorCode: 'BILL_AMOUNT_DIFFERS', outTradeNo, mchId });
    expect(letter?.details).to.include({ billedFen: 889, ourFen: 888, outTradeNo, transactionId });
    const payload = jobCatalogue['apply-payment'].schema.parse(letter?.payload);
    expect(payload.payment).to.include({ outTradeNo, transactionId, amountFen: 888 });

    await bills.store.deadLetters.discard(letter?.id ?? '', { reason: 'our figure is right', by: 'test' });
    await check();
    expect(await find()).to.include({ state: 'discarded', times: 1 });
    expect([alarms, added]).to.deep.equal([['bill-differs'], []]);
  });

  it('keeps another amount of a refund likewise', async () => {
    const { mchId, day, buyHere, check, round, apply, added, alarms } = bills.createWorld();
    const { order } = await buyHere('notification-1');
    const { refund } = bills.simulator.refundAtConsole(mchId, order.outTradeNo, { refundFen: 300 });
    await check();
    await apply(added[0]);
    const { outRefundNo, refundId } = refund;
    bills.simulator.changeBill(mchId, day, { alter: [{ outRefundNo, fen: 301 }] });
    await bills.store.billDays.request(mchId, day);
    const dying = { store: () => Promise.reject(new AppError('STORE_UNAVAILABLE')) };
    await round({ deadLetters: dying })();
    expect(alarms, 'people hear of it before it is kept').to.include('bill-differs');
    bills.clock.advance(60 * minuteMs);
    const { proof } = await check();
    expect(toShort(proof, 'refunds')).to.deep.equal({ differing: [1, 301] });
    const letter = await bills.store.deadLetters.find(
      'payment-event',
      `apply-refund_${mchId}_${refundId}_BILL`,
    );
    expect(letter?.details).to.include({ billedFen: 301, ourFen: 300 });
    expect(jobCatalogue['apply-refund'].schema.parse(letter?.payload).refund).to.include({ refundFen: 300 });
  });

  it('tells people of what is paid here and not in the bill', async () => {
    const { mchId, day, buyHere, check, alarms } = bills.createWorld();
    const { order } = await buyHere('notification-1');
    await buyHere('notification-2');
    bills.simulator.changeBill(mchId, day, { drop: [{ outTradeNo: order.outTradeNo }] });
    expect(toShort((await check()).proof)).to.deep.equal({ received: [1, 888], lacking: [1, 888] });
    expect(alarms).to.deep.equal(['bill-lacks']);
  });

  it('misses a refund that was asked for and accepted on the day, and none that may be of another', async () => {
    const { mchId, day, buyHere, check, alarms } = bills.createWorld();
    const at = new Date(`${day}T12:00:00+08:00`);
    for (const [outRefundNo, requestedAt, submittedAt] of [
      ['surely', at, at],
      ['perhaps', new Date(at.getTime() - 24 * 60 * minuteMs), new Date(at.getTime() + 60 * minuteMs)],
    ] as const) {
      const { order, transactionId } = await buyHere('notification-1');
      const { outTradeNo } = order;
      const named = { mchId, outTradeNo, outRefundNo };
      // As if this machine's clock had been there then.
      const past = bills.clock.now().getTime();
      bills.clock.advance(requestedAt.getTime() - past);
      const wanted = { outRefundNo, refundFen: 100, requestedBy: 'api' };
      await bills.store.orders.requestRefund(mchId, outTradeNo, wanted, { effects: [] });
      bills.clock.advance(submittedAt.getTime() - bills.clock.now().getTime());
      await bills.store.orders.beginRefund(named, 0);
      bills.clock.advance(past - bills.clock.now().getTime());
      const told = { refundId: `50${transactionId}`, outRefundNo, transactionId, refundFen: 100 };
      const options = { eventKey: `refund-${outTradeNo}`, effects: [] };
      await bills.store.orders.recordRefund(mchId, outTradeNo, { ...told, status: 'SUCCESS' }, options);
    }
    expect(toShort((await check()).proof, 'refunds')).to.deep.equal({ lacking: [1, 100] });
    expect(alarms).to.deep.equal(['bill-lacks']);
  });

  it('heals nothing that WeChat Pay, when asked, does not confirm', async () => {
    const { mchId, day, buyHere, buy, check, added, alarms } = bills.createWorld();
    const { order: unpaid } = await bills.store.orders.register(newOrder({ mchId }));
    const { order: paidOtherwise } = await buy();
    const { order } = await buyHere('notification-1');
    const added888 = { totalFen: 888, appId };
    bills.simulator.changeBill(mchId, day, {
      drop: [{ outTradeNo: paidOtherwise.outTradeNo }],
      add: [
        { ...added888, outTradeNo: unpaid.outTradeNo },
        { ...added888, outTradeNo: order.outTradeNo, refund: { outRefundNo: 'none', refundFen: 5 } },
      ],
    });
    const { proof } = await check();
    expect(toShort(proof)).to.deep.equal({ received: [1, 888], open: [1, 888] });
    expect(toShort(proof, 'refunds')).to.deep.equal({ open: [1, 5] });
    expect(added).to.deep.equal([]);
    expect(alarms).to.deep.equal(['bill-not-confirmed', 'bill-not-confirmed']);
  });

  it('heals nothing of a transaction that is not the one of its order at WeChat Pay', async () => {
    const { mchId, day, buy, check, added, alarms } = bills.createWorld();
    const { order, transactionId } = await buy();
    const { outTradeNo } = order;
    const other = { outTradeNo, totalFen: 888, appId, transactionId: '4200000000000000000000000999' };
    bills.simulator.changeBill(mchId, day, { add: [other] });
    expect(toShort((await check()).proof)).to.deep.equal({ open: [2, 1_776] });
    expect(added.map(({ id }) => id)).to.deep.equal([
      `apply-payment_${mchId}_${transactionId}_SUCCESS~heal-1`,
    ]);
    expect(alarms).to.deep.equal(['bill-not-confirmed']);
  });

  it('leaves a payment that was refused before to the person who has its dead letter', async () => {
    const { mchId, buy, check, added } = bills.createWorld();
    const { order, transactionId } = await buy();
    const key = `payment_${mchId}_${transactionId}_SUCCESS`;
    await bills.store.orders.noteEvent(mchId, order.outTradeNo, key, { event: 'payment.amount_differs' });
    const now = new Date();
    const letter = { payload: {}, reason: '', details: {}, attempts: 1, firstAttemptAt: now, failedAt: now };
    const jobId = `apply-payment_${mchId}_${transactionId}_SUCCESS`;
    const named = { queue: 'payment-event', jobName: 'apply-payment', errorCode: 'ORDER_AMOUNT_DIFFERS' };
    await bills.store.deadLetters.store({ ...letter, ...named, jobId });
    expect(toShort((await check()).proof)).to.deep.equal({ open: [1, 888] });
    expect(added).to.deep.equal([]);
  });

  it('believes nothing of a file whose hash is another, and checks it again soon', async () => {
    const { buy, check, read, round, added } = bills.createWorld();
    await buy();
    bills.simulator.faults.set({
      api: [{ api: 'bill_download', answer: 'wrong_signature', moment: 'before', times: 1 }],
    });
    const failed = await check();
    expect(failed).to.include({ state: 'waiting', errorCode: 'BILL_HASH_DIFFERS' });
    expect(failed).to.not.have.property('proof');
    expect(added).to.deep.equal([]);
    bills.clock.advance(5 * minuteMs);
    await round()();
    expect(await read())
      .to.include({ state: 'done', failures: 0 })
      .and.to.not.have.property('errorCode');
    expect(added).to.have.length(1);
  });

  it('gives a day up that WeChat Pay lays out in another way, and tells people', async () => {
    const { check, read, round, alarms, buy } = bills.createWorld();
    await buy();
    await check();
    const client = { tradeBill: () => Promise.reject(new AppError('BILL_NOT_UNDERSTOOD')) };
    bills.clock.advance(16 * minuteMs);
    await round({ client })();
    expect(await read()).to.include({ state: 'failed', errorCode: 'BILL_NOT_UNDERSTOOD' });
    expect(await read()).to.not.have.property('dueAt');
    expect(alarms).to.deep.equal(['bill-failed']);
    expect((await check()).state, 'a person asks again').to.equal('done');
  });

  it('names the setting where a bill is longer than allowed, in an alarm of its own', async () => {
    for (const [limit, setting] of [
      [{ mostRows: 1 }, 'BILL_MAX_LINES'],
      [{ mostBytes: 100 }, 'BILL_MAX_BYTES'],
    ] as const) {
      const { mchId, day, buyHere, check, read, round, alarms, told } = bills.createWorld();
      await buyHere('notification-1');
      await buyHere('notification-2');
      await bills.store.billDays.request(mchId, day);
      await round(limit)();
      expect(await read()).to.include({ state: 'failed', errorCode: 'BILL_TOO_LONG' });
      expect(await read()).to.not.have.property('dueAt');
      expect(alarms).to.deep.equal(['bill-too-long']);
      expect(told[0]).to.include({ setting, most: Object.values(limit)[0], billDate: day });
      expect((await check()).state, 'with a higher limit').to.equal('done');
    }
  });

  it('counts lines that could not be read among the others, and tells people where they are', async () => {
    const { mchId, day, buyHere, check, read, round, alarms, told } = bills.createWorld();
    await buyHere('notification-1');
    await check();
    await bills.store.billDays.request(mchId, day);
    const unread = { line: 3, reason: 'not_an_amount', column: '订单金额' } as const;
    const client = {
      tradeBill: async () => ({ rows: 2, bytes: 1, unread: { count: 2, first: [unread] } }),
    };
    await round({ client })();
    const { state, proof } = await read();
    expect({ state, others: proof?.others, rows: proof?.rows }).to.deep.equal({
      state: 'done',
      others: 2,
      rows: 2,
    });
    expect(alarms).to.deep.equal(['bill-lacks', 'bill-unread']);
    expect(told[1]).to.deep.include({ alarm: 'bill-unread', count: 2, lines: [unread] });
  });

  it('knows a day without a bill, and misses in it what is paid here', async () => {
    const { mchId, day, check, buyHere } = bills.createWorld();
    expect(await check())
      .to.include({ state: 'none' })
      .and.to.not.have.property('dueAt');
    const { order } = await buyHere('notification-1');
    bills.simulator.changeBill(mchId, day, { drop: [{ outTradeNo: order.outTradeNo }] });
    const { state, proof } = await check();
    expect([state, toShort(proof)]).to.deep.equal(['none', { lacking: [1, 888] }]);
  });

  it('waits for a bill that is not made yet', async () => {
    const { check } = bills.createWorld();
    const body = { code: 'STATEMENT_CREATING', message: '账单生成中' };
    bills.simulator.faults.set({
      api: [{ api: 'bill', moment: 'before', answer: { status: 400, body }, times: 1 }],
    });
    const { dueAt, ...day } = await check();
    expect(day).to.include({ state: 'waiting', errorCode: 'BILL_NOT_READY' });
    expect(Number(dueAt) - bills.clock.now().getTime()).to.be.within(9 * minuteMs, 10 * minuteMs);
  });

  it('that was killed in the middle is done by another process after the lease, and comes to the same', async () => {
    const { mchId, day, buy, read, round, added, producer } = bills.createWorld();
    await buy();
    await buy();
    await bills.store.billDays.request(mchId, day);
    let killed = () => {};
    const dead = new Promise<void>((resolve) => {
      killed = resolve;
    });
    let wake = () => {};
    const add = (): Promise<void> => {
      killed();
      return new Promise((_, reject) => {
        wake = () => reject(new Error('it woke after the end'));
      });
    };
    const hanging = { ...producer.producer, add };
    const hung = round({ producer: hanging })();
    await dead;
    expect(await read()).to.include({ state: 'running' });
    expect(await bills.files(), 'a file without a name').to.deep.equal([]);
    expect(await round()(), 'within the lease').to.equal(0);
    bills.clock.advance(61_000);
    expect(await round()()).to.equal(1);
    const { state, proof, runs } = await read();
    expect({ state, runs, proof: toShort(proof) }).to.deep.equal({
      state: 'done',
      runs: 2,
      proof: { open: [2, 1_776] },
    });
    wake();
    await hung;
    expect(await read(), 'whoever wakes late changes nothing').to.include({ state: 'done', runs: 2 });
    expect(new Set(added.map(({ id }) => id)).size).to.equal(2);
  });

  it('that kills its process is begun five times, is told to people, and once more where a person asks', async () => {
    const { mchId, day, buyHere, read, round, check, alarms } = bills.createWorld();
    await buyHere('notification-1');
    await bills.store.billDays.request(mchId, day);
    let begun = 0;
    /** It never ends, as far as the store hears. */
    const dies = async () => {
      const claimed = await bills.store.billDays.claimDue(mchId, minuteMs);
      if (claimed !== undefined) begun += 1;
      bills.clock.advance(minuteMs + 1);
    };
    for (let killed = 0; killed < 5; killed += 1) await dies();
    expect(begun).to.equal(5);
    const before = bills.billCalls();
    expect(await round()()).to.equal(1);
    expect(bills.billCalls(), 'it is not begun').to.equal(before);
    expect(await read()).to.include({ state: 'failed', errorCode: 'BILL_CHECK_KILLED' });
    expect(await read()).to.not.have.any.keys('dueAt', 'starts');
    expect(alarms).to.deep.equal(['bill-failed']);
    await dies();
    expect(begun, 'nobody begins it by itself').to.equal(5);
    const again = await check();
    expect(again).to.include({ state: 'done' });
    expect(again).to.not.have.any.keys('starts', 'errorCode');
  });

  it('begins anew to count those that were killed after one that ended', async () => {
    const { mchId, day, buyHere, read, round } = bills.createWorld();
    await buyHere('notification-1');
    await bills.store.billDays.request(mchId, day);
    for (let killed = 0; killed < 4; killed += 1) {
      await bills.store.billDays.claimDue(mchId, minuteMs);
      bills.clock.advance(minuteMs + 1);
    }
    const client = { tradeBill: () => Promise.reject(new AppError('WECHAT_UNREACHABLE')) };
    await round({ client })();
    expect(await read())
      .to.include({ state: 'waiting', runs: 5 })
      .and.to.not.have.property('starts');
  });

  it('is done once by two processes that find it due at once', async () => {
    const { mchId, day, buy, round, read, added } = bills.createWorld();
    await buy();
    await bills.store.billDays.request(mchId, day);
    const before = bills.billCalls();
    expect(await Promise.all([round()(), round()()])).to.have.members([0, 1]);
    expect(bills.billCalls() - before).to.equal(1);
    expect(added).to.have.length(1);
    expect((await read()).runs).to.equal(1);
  });

  it('is done once more where somebody asks while it is under way', async () => {
    const { mchId, day, buyHere, read, round } = bills.createWorld();
    await buyHere('notification-1');
    await bills.store.billDays.request(mchId, day);
    const asking = {
      ...bills.store.billOrders,
      findSources: async (keys: readonly string[]) => {
        if ((await read()).runs === 1) await bills.store.billDays.request(mchId, day);
        return bills.store.billOrders.findSources(keys);
      },
    };
    const store = { ...bills.store, billOrders: asking };
    expect(await round({ store })()).to.equal(2);
    expect(await read())
      .to.include({ state: 'done', runs: 2 })
      .and.to.not.have.property('dueAt');
  });

  it('is given back at once by a process that drains', async () => {
    const { mchId, day, buyHere, read, round } = bills.createWorld();
    await buyHere('notification-1');
    await bills.store.billDays.request(mchId, day);
    const draining = new AbortController();
    const billOrders = {
      ...bills.store.billOrders,
      walkPaid: (walk: Parameters<typeof bills.store.billOrders.walkPaid>[0]) => {
        draining.abort();
        return bills.store.billOrders.walkPaid(walk);
      },
    };
    await round({ signal: draining.signal, store: { ...bills.store, billOrders } })();
    expect(await read())
      .to.include({ state: 'waiting' })
      .and.to.not.have.property('proof');
    await round()();
    expect(await read()).to.include({ state: 'done', runs: 2 });
  });

  it('does not begin to heal while Redis is away', async () => {
    const { buy, check, added, producer } = bills.createWorld();
    await buy();
    producer.state.isReady = false;
    expect(await check()).to.include({ state: 'waiting', errorCode: 'QUEUE_UNAVAILABLE' });
    expect(added).to.deep.equal([]);
  });

  it('is tried again when WeChat Pay is busy with one question, and the others are asked all the same', async () => {
    const { buy, check, added } = bills.createWorld();
    await buy();
    await buy();
    bills.simulator.faults.set({
      api: [
        {
          api: 'query',
          moment: 'before',
          answer: { status: 429, body: { code: 'RATELIMIT_EXCEEDED' } },
          times: 2,
        },
      ],
    });
    expect(await check()).to.include({ state: 'done' });
    expect(added).to.have.length(2);
  });

  it('shows the latest day of each merchant as figures', async () => {
    const metrics = createMetrics({ service: 'test' });
    const { checked } = createBillMetrics(metrics);
    const { buyHere, check, mchId } = bills.createWorld();
    await buyHere('notification-1');
    const { proof } = await check();
    if (proof === undefined) throw new Error('no proof');
    checked({ mchId, billDate: '2026-11-21' }, proof);
    checked({ mchId, billDate: '2026-11-20' }, { ...proof, payments: proof.refunds });
    const text = await metrics.registry.metrics();
    expect(text).to.match(
      new RegExp(`huidiao_bill_yuan\\{mchId="${mchId}",kind="payment",fate="received".*\\} 8.88`),
    );
    expect(text).to.match(
      new RegExp(`huidiao_bill_entries\\{mchId="${mchId}",kind="payment",fate="open".*\\} 0`),
    );
    expect(text).to.match(/huidiao_bill_alarms_total\{alarm="bill-lacks".*\} 0/);
  });
});

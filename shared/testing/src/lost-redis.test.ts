import type { Order } from '@huidiao/store';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { type Installation, startInstallation, testMerchant, toOrderRequest } from './installation.ts';
import { createOwnRedis, type OwnRedis } from './own-redis.ts';
import { waitFor } from './wait-for.ts';

const hourMs = 60 * 60_000;
const numbers = (name: string, count: number) =>
  Array.from({ length: count }, (_, n) => `${name}-${String(n).padStart(4, '0')}`);
/** Paid, and WeChat's callback was acknowledged: its job is nowhere but in Redis. */
const acknowledged = numbers('ACKNOWLEDGED', 16);
/** Paid, and the job that tells the shop is nowhere but in Redis; nobody would add it again for an hour. */
const untold = numbers('UNTOLD', 6);
const unpaid = numbers('UNPAID', 4);

/** All of it happens within the first minute of the orders, before anybody would ask WeChat Pay of himself. */
describe('Redis lost with all that it had acknowledged, and started again empty', function () {
  this.timeout(90_000);
  let redis: OwnRedis;
  let installation: Installation;
  before(async () => {
    redis = await createOwnRedis();
    installation = await startInstallation({ redisUrl: redis.url, without: ['order-worker'] });
    await waitFor('the first epoch', () => installation.store.epochs.read());
  });
  after(async () => {
    await installation?.close();
    await redis?.close();
  });

  const read = async (outTradeNo: string): Promise<Order> =>
    (await installation.store.orders.find(testMerchant.mchId, outTradeNo)) ?? expect.fail('gone');
  /** Again and again, as a shop does: on a machine that has much else to do a call may take too long. */
  const create = (outTradeNo: string, facts?: Record<string, unknown>) =>
    waitFor(outTradeNo, () => installation.createOrder(outTradeNo, facts));
  const eventsOf = (order: Order) => order.timeLine.map(({ event }) => event);

  it('loses nothing: every paid order is fulfilled and told once, because WeChat Pay was asked', async () => {
    const { simulator, shop, store, queues } = installation;
    await Promise.all([
      ...acknowledged.map(payAndAcknowledge),
      ...untold.map(leaveUntold),
      ...unpaid.map((outTradeNo) => create(outTradeNo)),
    ]);
    expect((await queues.counts('payment-event')).waiting).to.equal(acknowledged.length);
    const lost = await store.epochs.read();
    const queriesBefore = simulator.ledger().calls.counts.query ?? 0;

    await redis.kill();
    await redis.start('empty');
    await installation.startService('order-worker');

    const paid = [...acknowledged, ...untold];
    await waitFor(
      'all paid orders to be fulfilled and told',
      async () => {
        const orders = await Promise.all(paid.map(read));
        return orders.every((order) => order.status === 'fulfilled' && order.effects.length === 0);
      },
      { timeoutMs: 45_000, intervalMs: 250 },
    );
    await waitFor('the end of the sweep', async () => (await store.epochs.read()) !== lost);

    expect(shop.ledger()).to.include({ requests: paid.length, webhook_ids: paid.length });
    expect(simulator.ledger().messages).to.have.length(paid.length);
    const { deadLetters } = await store.deadLetters.list({ state: 'open', limit: 10 });
    expect(deadLetters).to.deep.equal([]);
    for (const order of await Promise.all(paid.map(read))) {
      expect(eventsOf(order).filter((event) => event === 'paid')).to.have.length(1);
      expect(eventsOf(order).filter((event) => event === 'accepted')).to.have.length(1);
    }
    for (const order of await Promise.all(unpaid.map(read))) expect(order.status).to.equal('created');
    // Each open order was asked about once, and none that was known to be paid.
    const queries = (simulator.ledger().calls.counts.query ?? 0) - queriesBefore;
    expect(queries).to.equal(acknowledged.length + unpaid.length);
  });

  it('tells in the ledger that a query found the payment; a late re-send is the same fact', async () => {
    const { simulator, store, shop } = installation;
    const outTradeNo = acknowledged[0] ?? '';
    const [healed] = await store.callbacks.listForOrder(testMerchant.mchId, outTradeNo);
    expect(healed).to.include({ notificationId: 'query', outcome: 'paid', times: 1 });

    const before = await read(outTradeNo);
    const told = shop.ledger().requests;
    const [notification] = simulator.ledger(outTradeNo).notifications;
    await simulator.resend(notification?.id ?? '');
    const rows = await waitFor('the re-send to be worked on', async () => {
      const entries = await store.callbacks.listForOrder(testMerchant.mchId, outTradeNo);
      return entries[0]?.times === 2 ? entries : undefined;
    });
    expect(rows).to.have.length(1);
    expect((await read(outTradeNo)).timeLine).to.deep.equal(before.timeLine);
    expect(shop.ledger().requests).to.equal(told);
  });

  it('is not lost when it comes back with its data: nobody is asked anything', async () => {
    const { simulator, store } = installation;
    const epoch = await store.epochs.read();
    const queries = simulator.ledger().calls.counts.query;
    await redis.kill();
    await redis.start('kept');
    await create('AFTERWARDS-0001');
    await payAndAcknowledge('AFTERWARDS-0002');
    await waitFor('the new order', async () => (await read('AFTERWARDS-0002')).status === 'fulfilled');
    expect(await store.epochs.read()).to.equal(epoch);
    expect(simulator.ledger().calls.counts.query).to.equal(queries);
  });

  it('is waited for in the inbox while it is away, and then gets what was acknowledged meanwhile', async () => {
    const { store } = installation;
    const outTradeNo = 'MEANWHILE-0001';
    await redis.kill();
    await payAndAcknowledge(outTradeNo);
    expect(await store.inbox.count({ limit: 10 })).to.equal(1);
    await redis.start('kept');
    await waitFor('the order', async () => (await read(outTradeNo)).status === 'fulfilled', {
      timeoutMs: 30_000,
    });
    const [entry] = await store.callbacks.listForOrder(testMerchant.mchId, outTradeNo);
    expect(entry?.notificationId).to.not.equal('query');
    await waitFor('the inbox to be empty', async () => (await store.inbox.count({ limit: 10 })) === 0);
  });

  async function payAndAcknowledge(outTradeNo: string): Promise<void> {
    const { payment } = await create(outTradeNo);
    if (payment === undefined) throw new Error('no payment parameters');
    const paid = installation.simulator.pay({ ...payment, appId: testMerchant.appId });
    const { id } = paid.notification;
    await waitFor('the acknowledgement', async () => {
      const sent = installation.simulator.ledger(outTradeNo).notifications.find((one) => one.id === id);
      if (sent?.state === 'acknowledged') return true;
      // WeChat would come again by itself, in 15 s.
      await installation.simulator.resend(id);
      return false;
    });
  }

  async function leaveUntold(outTradeNo: string): Promise<void> {
    const { mchId, appId, templateId } = testMerchant;
    const { payer, amount } = toOrderRequest(outTradeNo);
    await create(outTradeNo, { prepay: false });
    installation.simulator.grant({ appId, openId: payer.openid, templateId }, 1);
    const payment = {
      type: 'payment.succeeded',
      mchId,
      appId,
      outTradeNo,
      transactionId: `4200${outTradeNo.replace(/\D/g, '').padStart(24, '0')}`,
      amountFen: amount.total,
      currency: 'CNY',
      tradeType: 'JSAPI',
    } as const;
    const effect = {
      id: `fulfil-order_${mchId}_${outTradeNo}`,
      job: 'fulfil-order',
      dueAt: new Date(Date.now() + hourMs),
      requestId: 'request-1',
    } as const;
    await installation.store.orders.pay(await read(outTradeNo), payment, {
      eventKey: `payment_${outTradeNo}`,
      effects: [effect],
    });
  }
});

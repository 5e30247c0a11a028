import type { App } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { createLogger, createMetrics } from '@huidiao/runtime';
import { createStore, dropTestDatabase, type HoldReason, type Order, type Store } from '@huidiao/store';
import { plainApp, testMongoUri } from '@huidiao/testing';
import { expect } from 'chai';
import { after, before, beforeEach, describe, it } from 'mocha';
import { appId, createTestClock, mchId, newOrder, silentLogger } from '../reconciler.fixture.test.ts';
import { createFrozenGauges } from './frozen-gauges.ts';
import { type WatchFrozenOrdersDeps, watchFrozenOrders } from './watch-frozen-orders.ts';

const hourMs = 3_600_000;
const app: App = {
  appId,
  appSecret: 'secret',
  ...plainApp,
  miniprogramState: 'formal',
  lang: 'zh_CN',
  templates: { orderPaid: undefined },
};

interface Alarm {
  readonly outTradeNo: string;
  readonly paidHoursAgo: number;
  readonly alarm: string;
}

describe('the look for frozen money', () => {
  const uri = testMongoUri();
  const clock = createTestClock();
  const metrics = createMetrics({ service: 'test' });
  const gauges = createFrozenGauges(metrics);
  const store: Store = createStore({ uri, logger: silentLogger, metrics, clock });
  let alarms: Alarm[];
  let isManaged: () => Promise<boolean>;
  before(() => store.migrate());
  after(async () => {
    await store.close();
    await dropTestDatabase(uri);
  });
  beforeEach(async () => {
    alarms = [];
    isManaged = async () => false;
    await watch();
    isManaged = async () => true;
  });

  const deps = (limit = 100): WatchFrozenOrdersDeps => ({
    store,
    apps: new Map([[appId, app]]),
    management: { isManaged: () => isManaged() },
    gauges,
    clock,
    logger: createLogger(
      { service: 'test', level: 'error' },
      { write: (line: string) => void alarms.push(JSON.parse(line)) },
    ),
    limit,
  });
  const watch = (limit?: number) => watchFrozenOrders(deps(limit));
  const gaugeOf = async (name: string) =>
    Number((await metrics.registry.getSingleMetricAsString(name)).split(' ').at(-1));

  async function paidOrder(hoursAgo: number, held?: HoldReason): Promise<Order> {
    const { order } = await store.orders.register(newOrder());
    const { outTradeNo, amountFen } = order;
    const payment = {
      type: 'payment.succeeded',
      mchId,
      appId,
      outTradeNo,
      transactionId: `42${outTradeNo.slice(6)}`,
      amountFen,
      currency: 'CNY',
      tradeType: 'JSAPI',
      successTime: new Date(clock.now().getTime() - hoursAgo * hourMs).toISOString(),
    } as const;
    const paid = await store.orders.pay(order, payment, { eventKey: outTradeNo, effects: [], held });
    return paid ?? expect.fail('not paid');
  }

  it('tells of an order that was paid 40 hours ago and not shipped, and of the money', async () => {
    const order = await paidOrder(41);
    await paidOrder(39);
    expect(await watch()).to.equal(1);
    expect(alarms).to.have.length(1);
    expect(alarms[0]).to.include({ outTradeNo: order.outTradeNo, paidHoursAgo: 41, alarm: 'not-shipped' });
    expect(await gaugeOf('huidiao_unshipped_orders')).to.equal(1);
    expect(await gaugeOf('huidiao_unshipped_yuan')).to.equal(8.88);
  });

  it('tells of it once a day, and the gauges go on', async () => {
    const { outTradeNo } = await paidOrder(41);
    const told = () => alarms.filter((alarm) => alarm.outTradeNo === outTradeNo);
    await watch();
    clock.advance(23 * hourMs);
    await watch();
    expect(told()).to.have.length(1);
    expect(await gaugeOf('huidiao_unshipped_orders')).to.be.at.least(1);
    clock.advance(2 * hourMs);
    await watch();
    expect(told()).to.have.length(2);
  });

  it('reaches every order, however many people were told of before', async () => {
    const orders = [];
    for (const hoursAgo of [60, 50, 41]) orders.push((await paidOrder(hoursAgo)).outTradeNo);
    for (let round = 0; round < 3; round += 1) await watch(1);
    expect(alarms.map(({ outTradeNo }) => outTradeNo)).to.deep.equal(orders);
    clock.advance(25 * hourMs);
    const late = await paidOrder(41);
    await watch(1);
    expect(alarms.at(-1)?.outTradeNo, 'before those told of already').to.equal(late.outTradeNo);
  });

  it('is not about orders of which WeChat says that they are shipped or settled', async () => {
    const at = clock.now();
    for (const facts of [{ shipping: { shippedAt: at } }, { settlement: { settledAt: at } }]) {
      const order = await paidOrder(41);
      const told = { eventKey: 'told', entry: { event: 'trade.shipped' } };
      await store.orders.recordDelivery(order, facts, told);
      await watch();
      expect(await store.orders.find(mchId, order.outTradeNo)).to.not.have.property('frozenSince');
    }
    expect(alarms).to.deep.equal([]);
  });

  it('is told once by any number of processes', async () => {
    await paidOrder(41);
    await Promise.all([watch(), watch(), watch()]);
    expect(alarms).to.have.length(1);
  });

  it('ends with the shipment', async () => {
    const { mchId, outTradeNo } = await paidOrder(41);
    const shipment = {
      shipmentId: 's-1',
      logisticsType: 3,
      deliveryMode: 1,
      isAllDelivered: true,
      isReplacement: false,
      items: [{ itemDesc: 'tea' }],
      contentHash: 'hash',
    } as const;
    const cause = { dueAt: clock.now(), requestId: 'request-1' };
    const named = { mchId, outTradeNo };
    await store.orders.addShipment(named, () => ({ ...shipment, items: [...shipment.items] }), cause);
    await watch();
    expect(alarms).to.have.length(1);
    await store.orders.recordUpload({ ...named, shipmentId: 's-1' }, { state: 'uploaded' });
    clock.advance(25 * hourMs);
    expect(await watch()).to.equal(0);
    expect(await gaugeOf('huidiao_unshipped_orders')).to.equal(0);
    expect(await gaugeOf('huidiao_unshipped_yuan')).to.equal(0);
  });

  it('is not about money that was given back', async () => {
    const { mchId, outTradeNo, amountFen, transactionId = '' } = await paidOrder(41);
    const answer = { httpStatus: 200, fulfilledToo: false, effects: [] };
    await store.orders.accept(mchId, outTradeNo, 'none', answer);
    const refund = {
      refundId: `50${outTradeNo}`,
      outRefundNo: 'r-1',
      transactionId,
      status: 'SUCCESS',
      refundFen: amountFen,
    } as const;
    await store.orders.recordRefund(mchId, outTradeNo, refund, { eventKey: 'refund', effects: [] });
    await watch();
    expect(alarms).to.deep.equal([]);
    expect(await store.orders.find(mchId, outTradeNo)).to.not.have.property('frozenSince');
  });

  describe('while it may be given back', () => {
    const told = (order: Order) => alarms.filter(({ outTradeNo }) => outTradeNo === order.outTradeNo);
    const isKept = async (order: Order) =>
      (await store.orders.find(mchId, order.outTradeNo))?.frozenSince !== undefined;
    const endRefund = (order: Order, outRefundNo: string, status: 'SUCCESS' | 'CLOSED', refundFen: number) =>
      store.orders.recordRefund(
        mchId,
        order.outTradeNo,
        {
          refundId: `50${outRefundNo}`,
          outRefundNo,
          transactionId: order.transactionId ?? '',
          status,
          refundFen,
        },
        { eventKey: outRefundNo, effects: [] },
      );

    it('is not told of where all of it was asked for, and is once that came to nothing', async () => {
      const order = await paidOrder(41);
      const { outTradeNo, amountFen } = order;
      const outRefundNo = `r-${outTradeNo}`;
      const wanted = { outRefundNo, refundFen: amountFen, requestedBy: 'api' };
      await store.orders.requestRefund(mchId, outTradeNo, wanted, { effects: [] });
      expect(await watch()).to.equal(0);
      expect(told(order)).to.deep.equal([]);
      expect(await gaugeOf('huidiao_unshipped_orders')).to.equal(0);
      expect(await isKept(order)).to.equal(true);
      await endRefund(order, outRefundNo, 'CLOSED', amountFen);
      clock.advance(25 * hourMs);
      await watch();
      expect(told(order)).to.have.length(1);
    });

    it('is told of where a part of it was asked for', async () => {
      const order = await paidOrder(41);
      const wanted = { outRefundNo: `r-${order.outTradeNo}`, refundFen: 1, requestedBy: 'api' };
      await store.orders.requestRefund(mchId, order.outTradeNo, wanted, { effects: [] });
      await watch();
      expect(told(order)).to.have.length(1);
    });

    it('is not told of where the order is held, and is not forgotten', async () => {
      for (const held of ['late', 'refund_seen', 'refunded', 'check'] as const) {
        const order = await paidOrder(41, held);
        expect(await watch(), held).to.equal(0);
        expect(told(order), held).to.deep.equal([]);
        expect(await isKept(order), held).to.equal(true);
      }
    });

    it('hides no others, however many there are', async () => {
      const refunded = [await paidOrder(60), await paidOrder(50)];
      for (const { outTradeNo, amountFen } of refunded) {
        const wanted = { outRefundNo: `r-${outTradeNo}`, refundFen: amountFen, requestedBy: 'api' };
        await store.orders.requestRefund(mchId, outTradeNo, wanted, { effects: [] });
      }
      const order = await paidOrder(41);
      for (let round = 0; round < 3; round += 1) await watch(1);
      expect(told(order)).to.have.length(1);
      expect(alarms).to.have.length(1);
    });
  });

  it('takes orders of an app that WeChat does not manage off the list', async () => {
    const order = await paidOrder(41);
    isManaged = async () => false;
    expect(await watch()).to.equal(1);
    expect(alarms).to.deep.equal([]);
    expect(await store.orders.find(mchId, order.outTradeNo)).to.not.have.property('frozenSince');
  });

  it('leaves everything as it is while WeChat does not say whether it manages the app', async () => {
    const order = await paidOrder(41);
    isManaged = () => Promise.reject(new AppError('WECHAT_QUOTA_EXHAUSTED'));
    expect(await watch()).to.equal(0);
    expect(await store.orders.find(mchId, order.outTradeNo)).to.have.property('frozenSince');
    isManaged = async () => true;
    await watch();
    expect(alarms.filter(({ alarm }) => alarm === 'not-shipped')).to.have.length(1);
  });
});

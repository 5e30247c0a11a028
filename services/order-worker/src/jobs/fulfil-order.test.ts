import { AppError } from '@huidiao/errors';
import type { JobHandler } from '@huidiao/queue';
import type { Order } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  firstAttempt,
  mchId,
  outcomeOf,
  toDirectory,
  toFulfilOrder,
  useOrderWorker,
} from '../order-worker.fixture.test.ts';
import { createFulfilOrder, type FulfilOrderDeps } from './fulfil-order.ts';

describe('fulfil-order', () => {
  const { deps, told, added, newOrder, newPaidOrder, find } = useOrderWorker();

  const fulfil = (order: Order, changed: Partial<FulfilOrderDeps> = {}): Promise<string> => {
    const handle: JobHandler<'fulfil-order'> = createFulfilOrder({ ...deps, ...changed });
    return outcomeOf(Promise.resolve(handle(toFulfilOrder(order), firstAttempt('job-1'))));
  };
  const messageOf = ({ outTradeNo }: Order) => `send-subscribe-message_${mchId}_${outTradeNo}_order_paid`;

  /** A shop that is told, and answers only after `meanwhile`. */
  const answersAfter = (meanwhile: () => Promise<unknown>): FulfilOrderDeps['shop'] => ({
    ...deps.shop,
    tell: async (...told) => {
      const answer = await deps.shop.tell(...told);
      await meanwhile();
      return answer;
    },
  });

  /** The store refuses to record the shop's answer. */
  const storeThatCannotAccept = (): FulfilOrderDeps['store'] => ({
    orders: { ...deps.store.orders, accept: () => Promise.reject(new AppError('STORE_UNAVAILABLE')) },
  });

  it('tells the shop, and leaves the message to the buyer in the order until it is settled', async () => {
    const order = await newPaidOrder();
    expect(await fulfil(order)).to.equal('fulfilled');
    expect(told).to.have.length(1);
    const { status, effects } = await find(order);
    expect(status).to.equal('fulfilled');
    expect(effects).to.have.length(1);
    expect(effects[0]).to.include({ id: messageOf(order), job: 'send-subscribe-message' });
    expect(added).to.have.length(1);
    expect(added[0]).to.deep.include({
      name: 'send-subscribe-message',
      id: messageOf(order),
      data: { ...toFulfilOrder(order), effectId: messageOf(order) },
    });
  });

  for (const [status, logisticsType] of [
    ['accepted', 1],
    ['fulfilled', 3],
  ] as const) {
    it(`tells the shop nothing and the buyer nothing when it comes again to an order that is ${status}`, async () => {
      const order = await newPaidOrder({ logisticsType });
      expect(await fulfil(order)).to.equal(status);
      await deps.store.orders.settleEffect(mchId, order.outTradeNo, messageOf(order), {
        event: 'message.sent',
      });
      const before = await find(order);
      expect(await fulfil(order)).to.equal('already_settled');
      expect(told).to.have.length(1);
      expect(added).to.have.length(1);
      expect(await find(order)).to.deep.equal(before);
    });
  }

  for (const status of ['created', 'closed'] as const) {
    it(`tells the shop nothing of an order that is ${status}`, async () => {
      const order = await newOrder();
      if (status === 'closed') await deps.store.orders.close(order);
      expect(await fulfil(order)).to.equal('already_settled');
      expect(told).to.deep.equal([]);
    });
  }

  it('accepts the order once when it runs twice at once, and both tell the shop of one and the same webhook', async () => {
    const order = await newPaidOrder();
    let bothTold: () => void = () => undefined;
    const untilBothTold = new Promise<void>((resolve) => {
      bothTold = resolve;
    });
    const shop = answersAfter(async () => {
      if (told.length === 2) bothTold();
      await untilBothTold;
    });
    const outcomes = await Promise.all([fulfil(order, { shop }), fulfil(order, { shop })]);
    expect(outcomes.toSorted()).to.deep.equal(['already_settled', 'fulfilled']);
    expect(new Set(told.map(({ id }) => id)).size).to.equal(1);
    expect(added).to.have.length(1);
    const { effects, timeLine } = await find(order);
    expect(effects).to.have.length(1);
    expect(timeLine.filter(({ event }) => event === 'accepted')).to.have.length(1);
  });

  it('adds no message when another run accepted the order first, and the buyer has been told since', async () => {
    const order = await newPaidOrder();
    const shop = answersAfter(async () => {
      await fulfil(order);
      await deps.store.orders.settleEffect(mchId, order.outTradeNo, messageOf(order), {
        event: 'message.sent',
      });
      added.length = 0;
    });
    expect(await fulfil(order, { shop })).to.equal('already_settled');
    expect(added).to.deep.equal([]);
    expect((await find(order)).effects).to.deep.equal([]);
  });

  it('tells the shop again under the same webhook id when its answer could not be recorded', async () => {
    const order = await newPaidOrder();
    expect(await fulfil(order, { store: storeThatCannotAccept() })).to.equal('STORE_UNAVAILABLE');
    expect(added, 'before the order says so').to.deep.equal([]);
    expect(await find(order)).to.deep.equal(order);
    expect(await fulfil(order)).to.equal('fulfilled');
    expect(told).to.have.length(2);
    expect(told[1]).to.deep.equal(told[0]);
  });

  it('leaves the order as it is while the shop does not answer 2xx', async () => {
    const order = await newPaidOrder();
    const tell = () => Promise.reject(new AppError('SHOP_REFUSED'));
    expect(await fulfil(order, { shop: { ...deps.shop, tell } })).to.equal('SHOP_REFUSED');
    expect(await find(order)).to.deep.equal(order);
    expect(added).to.deep.equal([]);
  });

  it('loses no message whose job could not be added: it stays in the order for the reconciler', async () => {
    const order = await newPaidOrder();
    const producer = { add: () => Promise.reject(new AppError('QUEUE_UNAVAILABLE')) };
    expect(await fulfil(order, { producer })).to.equal('fulfilled');
    const { effects } = await find(order);
    expect(effects.map(({ id }) => id)).to.deep.equal([messageOf(order)]);
    expect(Number(effects[0]?.dueAt) - Date.now()).to.be.within(0, deps.effectGraceMs);
  });

  it('is put off, and tells nobody, in a process that does not know the merchant', async () => {
    const order = await newPaidOrder();
    const directory = toDirectory({ knowsMerchant: false });
    expect(await fulfil(order, { directory })).to.equal('MERCHANT_NOT_CONFIGURED');
    expect(told).to.deep.equal([]);
    expect(await find(order)).to.deep.equal(order);
  });

  it('fails for good for an order that does not exist', async () => {
    const order = { ...(await newPaidOrder()), outTradeNo: 't-nobodys' };
    expect(await fulfil(order)).to.equal('ORDER_NOT_FOUND');
    expect(told).to.deep.equal([]);
  });

  const deliveries = [
    ['accepted', 'express delivery', 1],
    ['accepted', 'delivery in the same city', 2],
    ['fulfilled', 'virtual goods', 3],
    ['fulfilled', 'self pick-up', 4],
  ] as const;
  for (const [status, what, logisticsType] of deliveries) {
    it(`leaves an order ${status} by the shop's answer: ${what}`, async () => {
      const order = await newPaidOrder({ logisticsType });
      expect(await fulfil(order)).to.equal(status);
      expect((await find(order)).status).to.equal(status);
    });
  }

  it('plans no message for an app without a template for it', async () => {
    const order = await newPaidOrder();
    expect(await fulfil(order, { directory: toDirectory({ template: false }) })).to.equal('fulfilled');
    expect((await find(order)).effects).to.deep.equal([]);
    expect(added).to.deep.equal([]);
  });

  it('plans no message to a buyer whom neither the order nor its payment names', async () => {
    const order = await newPaidOrder({ openId: undefined });
    expect(await fulfil(order)).to.equal('fulfilled');
    expect((await find(order)).effects).to.deep.equal([]);
  });
});

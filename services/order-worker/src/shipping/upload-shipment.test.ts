import { AppError } from '@huidiao/errors';
import type { Order } from '@huidiao/store';
import { waitFor } from '@huidiao/testing';
import { createShippingManagement } from '@huidiao/wechat';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { appId, mchId, openId, toDirectory } from '../order-worker.fixture.test.ts';
import { autoShipmentId } from './auto-shipment.ts';
import { useShipping } from './shipping.fixture.test.ts';

const minuteMs = 60_000;

describe('upload-shipment', () => {
  const world = useShipping();
  const { newAcceptedOrder, addShipment, upload, shipmentOf, timesShipped, fail, callsOf, find } = world;

  async function shippedOrder(): Promise<[Order, string]> {
    const order = await newAcceptedOrder();
    return [order, await addShipment(order)];
  }

  it('tells WeChat, and fulfils the order whose last shipment that was', async () => {
    const [order, id] = await shippedOrder();
    expect(order.frozenSince).to.be.instanceOf(Date);
    expect(await upload(order, id)).to.equal('uploaded');
    expect(timesShipped(order)).to.equal(1);
    const now = await find(order);
    expect(now.status).to.equal('fulfilled');
    expect(now.effects).to.deep.equal([]);
    expect(now).to.not.have.property('frozenSince');
    expect(now.timeLine.map(({ event }) => event).slice(-3)).to.deep.equal([
      'shipment.created',
      'shipment.uploaded',
      'fulfilled',
    ]);
  });

  it('asks nothing once that is recorded', async () => {
    const [order, id] = await shippedOrder();
    await upload(order, id);
    const before = callsOf('upload_shipping_info');
    expect(await upload(order, id)).to.equal('already_settled');
    expect(callsOf('upload_shipping_info')).to.equal(before);
  });

  it('leaves an order that the shop has not accepted paid, and its acceptance fulfils it', async () => {
    const order = await world.newPaidOrder();
    const id = await addShipment(order);
    expect(await upload(order, id)).to.equal('uploaded');
    expect((await find(order)).status).to.equal('paid');
    const answer = { httpStatus: 200, fulfilledToo: false, effects: [] };
    const { orders } = world.deps.store;
    expect(await orders.accept(mchId, order.outTradeNo, 'none', answer)).to.include({ status: 'fulfilled' });
  });

  for (const [what, fault] of [
    ['did it and then was silent', { moment: 'after', answer: 'silence' }],
    ['did it and broke the connection', { moment: 'after', answer: 'reset' }],
    ['did it and said that it was busy', { moment: 'after', answer: 'system_error' }],
    ['did it and said that it was too often', { moment: 'after', answer: 'frequency_limited' }],
  ] as const) {
    it(`looks before it tells WeChat again, which ${what}: one upload, and the re-shipment is left`, async () => {
      const [order, id] = await shippedOrder();
      world.simulator.faults.set({ repeated_shipping: 'reshipment' });
      fail('upload_shipping_info', fault);
      expect(await upload(order, id)).to.be.instanceOf(AppError);
      expect((await shipmentOf(order, id)).state).to.equal('unknown');
      expect(await upload(order, id, { attempt: 2 })).to.equal('uploaded');
      expect(timesShipped(order)).to.equal(1);
      expect((await find(order)).status).to.equal('fulfilled');
    });
  }

  it('tells WeChat once more when it was silent and did nothing', async () => {
    const [order, id] = await shippedOrder();
    fail('upload_shipping_info', { moment: 'before', answer: 'silence' });
    const error = await upload(order, id);
    expect(error).to.include({ code: 'WECHAT_UNREACHABLE', kind: 'transient', retryAfterMs: 15_000 });
    expect(await upload(order, id, { attempt: 2 })).to.equal('uploaded');
    expect(timesShipped(order)).to.equal(1);
  });

  it('does not tell WeChat again while it cannot look', async () => {
    const [order, id] = await shippedOrder();
    fail('upload_shipping_info', { moment: 'after', answer: 'reset' });
    await upload(order, id);
    fail('get_order', { answer: 'reset' });
    const before = callsOf('upload_shipping_info');
    expect(await upload(order, id, { attempt: 2 })).to.include({ code: 'WECHAT_UNREACHABLE' });
    expect(callsOf('upload_shipping_info')).to.equal(before);
    expect(await upload(order, id, { attempt: 3 })).to.equal('uploaded');
    expect(timesShipped(order)).to.equal(1);
  });

  it('looks after a worker that died while it told WeChat', async () => {
    const [order, id] = await shippedOrder();
    world.simulator.faults.set({ repeated_shipping: 'reshipment' });
    const dying = { ...world.deps.store.orders, recordUpload: () => new Promise<never>(() => undefined) };
    void upload(order, id, { store: { orders: dying } });
    await waitFor('WeChat to be told', () => timesShipped(order) === 1);
    expect((await shipmentOf(order, id)).state).to.equal('uploading');
    // Nobody else tells WeChat while the call may be under way.
    expect(await upload(order, id)).to.include({ code: 'SHIPMENT_UPLOAD_UNDER_WAY', kind: 'throttled' });
    const later = { now: () => new Date(Date.now() + 2 * minuteMs) };
    expect(await upload(order, id, { clock: later })).to.equal('uploaded');
    expect(timesShipped(order)).to.equal(1);
  });

  it('calls once when two workers have the job at the same time', async () => {
    const [order, id] = await shippedOrder();
    world.simulator.faults.set({ repeated_shipping: 'reshipment' });
    const before = callsOf('upload_shipping_info');
    await Promise.all([upload(order, id), upload(order, id), upload(order, id)]);
    expect(callsOf('upload_shipping_info')).to.equal(before + 1);
    expect(timesShipped(order)).to.equal(1);
  });

  it('does not go by what it saw before another worker told WeChat, whose answer is missing too', async () => {
    const [order, id] = await shippedOrder();
    fail('upload_shipping_info', { moment: 'before', answer: 'reset' });
    await upload(order, id);
    const { shipping } = world;
    const overtaken: typeof shipping.findOrder = async (...asked) => {
      const seen = await shipping.findOrder(...asked);
      fail('upload_shipping_info', { moment: 'after', answer: 'reset' });
      await upload(order, id);
      return seen;
    };
    const before = callsOf('upload_shipping_info');
    const slow = { upload: shipping.upload, findOrder: overtaken };
    expect(await upload(order, id, { shipping: slow })).to.include({ code: 'SHIPMENT_UPLOAD_UNDER_WAY' });
    expect(callsOf('upload_shipping_info')).to.equal(before + 1);
    expect(await upload(order, id)).to.equal('uploaded');
    expect(timesShipped(order)).to.equal(1);
  });

  describe('of a payment that WeChat does not know yet (10060001)', () => {
    it('comes back after 15 s, 1 min, 5 min, 30 min, 2 h and 6 h', async () => {
      world.simulator.faults.set({ trade_visible_after_ms: 3_600_000 });
      const [order, id] = await shippedOrder();
      const waits: (number | undefined)[] = [];
      for (let attempt = 1; attempt <= 6; attempt += 1) {
        const error = (await upload(order, id, { attempt })) as AppError;
        expect(error).to.include({ code: 'SHIPMENT_PAYMENT_UNKNOWN', kind: 'transient' });
        waits.push(error.retryAfterMs);
      }
      expect(waits).to.deep.equal([15_000, 60_000, 300_000, 1_800_000, 7_200_000, 21_600_000]);
      expect((await shipmentOf(order, id)).state).to.equal('pending');
    });

    it('becomes a dead letter then, and another shipment may take its place', async () => {
      world.simulator.faults.set({ trade_visible_after_ms: 3_600_000 });
      const [order, id] = await shippedOrder();
      const error = await upload(order, id, { attempt: 7 });
      expect(error).to.include({ code: 'SHIPMENT_PAYMENT_UNKNOWN', kind: 'permanent' });
      expect(await shipmentOf(order, id)).to.include({ state: 'refused', remoteCode: '10060001' });
      await addShipment(await find(order));
    });
  });

  describe('of what WeChat says was shipped before', () => {
    it('is done where get_order shows it to be ours (10060023)', async () => {
      const [order, id] = await shippedOrder();
      await shipInConsole(order, id);
      const before = callsOf('get_order');
      expect(await upload(order, id)).to.equal('uploaded');
      expect(callsOf('get_order')).to.equal(before + 1);
      expect(timesShipped(order)).to.equal(1);
    });

    it('is looked up in the next attempt where WeChat does not say whose it is (10060023)', async () => {
      const [order, id] = await shippedOrder();
      await shipInConsole(order, id);
      fail('get_order', { answer: 'reset' });
      expect(await upload(order, id)).to.include({ code: 'WECHAT_UNREACHABLE' });
      expect((await shipmentOf(order, id)).state).to.equal('unknown');
      expect(await upload(order, id, { attempt: 2 })).to.equal('uploaded');
    });

    it('is refused where the re-shipment is used (10060003)', async () => {
      const [order, id] = await shippedOrder();
      await upload(order, id);
      const second = await addShipment(await find(order), { isReplacement: true });
      expect(await upload(order, second)).to.equal('uploaded');
      expect(timesShipped(order)).to.equal(2);
      // Something that the store itself would not take.
      const { orders } = world.deps.store;
      for (const shipmentId of [id, second]) {
        await orders.recordUpload({ mchId, outTradeNo: order.outTradeNo, shipmentId }, { state: 'refused' });
      }
      const third = await addShipment(await find(order));
      expect(await upload(order, third)).to.include({ code: 'SHIPMENT_NOT_TAKEN', kind: 'permanent' });
      expect(await shipmentOf(order, third)).to.include({ state: 'refused', remoteCode: '10060003' });
    });

    it('spends no re-shipment on an order that was shipped in the console, once WeChat has told of that', async () => {
      const [order, id] = await shippedOrder();
      await shipInConsole(order, 'other');
      const shippedAt = new Date();
      const entry = { event: 'trade.shipped' };
      await world.deps.store.orders.recordDelivery(
        order,
        { shipping: { shippedAt } },
        { eventKey: 'e', entry },
      );
      const error = (await upload(order, id)) as AppError;
      expect(error).to.include({ code: 'SHIPMENT_NOT_TAKEN', kind: 'permanent' });
      expect(error.details).to.include({ reason: 'shipped_elsewhere' });
      expect(timesShipped(order)).to.equal(1);
    });

    it('is nothing any more where the buyer has the money back (10060004)', async () => {
      const [order, id] = await shippedOrder();
      world.simulator.refundAtConsole(mchId, order.outTradeNo);
      expect(await upload(order, id)).to.equal('cancelled');
      const now = await find(order);
      expect(now.status).to.equal('accepted');
      expect(now.effects).to.deep.equal([]);
      expect(now).to.not.have.property('frozenSince');
    });

    /** As a person enters it in the console: WeChat knows, and we do not. */
    async function shipInConsole(order: Order, id: string): Promise<void> {
      const shipment = id === 'other' ? undefined : await shipmentOf(order, id);
      const items = shipment?.items ?? [{ itemDesc: 'by hand', trackingNo: 'X1', expressCompany: 'YTO' }];
      const result = await world.deps.shipping.upload(world.app, {
        payment: { transactionId: order.transactionId ?? '' },
        logisticsType: 1,
        deliveryMode: 1,
        isAllDelivered: true,
        items,
        uploadTime: new Date(Date.now() - minuteMs),
        openId,
      });
      expect(result.kind).to.equal('uploaded');
    }
  });

  it('refuses what WeChat says is wrong, once, and keeps the code', async () => {
    const order = await newAcceptedOrder();
    const items = [{ itemDesc: 'x', trackingNo: 'SF1', expressCompany: 'SF' }];
    const id = await addShipment(order, { items });
    const error = await upload(order, id);
    expect(error).to.include({ code: 'SHIPMENT_REFUSED', kind: 'permanent' });
    expect(await shipmentOf(order, id)).to.include({ state: 'refused', remoteCode: '10060014' });
    // The worker died before its dead letter was stored: the next run makes it.
    expect(await upload(order, id)).to.include({ code: 'SHIPMENT_REFUSED', kind: 'permanent' });
  });

  it('does not take a lack of permission for a fault of the shipment, so that its replay goes on', async () => {
    const [order, id] = await shippedOrder();
    fail('upload_shipping_info', {
      answer: { status: 200, body: { errcode: 48001, errmsg: 'unauthorized' } },
    });
    expect(await upload(order, id)).to.include({ code: 'WECHAT_REFUSED', kind: 'permanent' });
    expect((await shipmentOf(order, id)).state).to.equal('pending');
    expect(await upload(order, id, { jobId: 'job-1~replay-1' })).to.equal('uploaded');
  });

  it('tries one that was refused again where a person replays it', async () => {
    const [order, id] = await shippedOrder();
    fail('upload_shipping_info', { answer: { status: 200, body: { errcode: 10060005, errmsg: 'wrong' } } });
    await upload(order, id);
    expect(await upload(order, id, { jobId: 'job-1~replay-1' })).to.equal('uploaded');
    expect(timesShipped(order)).to.equal(1);
  });

  for (const [errcode, waitMs] of [
    [45009, 'until midnight in Beijing'],
    [45011, 'until the next minute'],
  ] as const) {
    it(`waits ${waitMs} on ${errcode}, which uses up no attempt`, async () => {
      const [order, id] = await shippedOrder();
      fail('upload_shipping_info', { answer: { status: 200, body: { errcode, errmsg: 'limit' } } });
      const error = (await upload(order, id)) as AppError;
      expect(error).to.include({ code: 'WECHAT_QUOTA_EXHAUSTED', kind: 'throttled' });
      expect(error.retryAfterMs).to.be.at.least(15_000);
      expect(await upload(order, id)).to.equal('uploaded');
    });
  }

  it('gives a code that nobody has seen three attempts', async () => {
    const [order, id] = await shippedOrder();
    for (const attempt of [1, 2, 3]) {
      fail('upload_shipping_info', { answer: { status: 200, body: { errcode: 99_999, errmsg: 'new' } } });
      const kind = attempt < 3 ? 'transient' : 'permanent';
      expect(await upload(order, id, { attempt })).to.include({ code: 'WECHAT_REFUSED', kind });
    }
    expect((await shipmentOf(order, id)).state).to.equal('unknown');
  });

  it('tells nobody where WeChat does not manage the app, and the order is fulfilled', async () => {
    const [order, id] = await shippedOrder();
    const before = callsOf('upload_shipping_info');
    expect(await upload(order, id, { management: { isManaged: async () => false } })).to.equal('not_needed');
    expect(callsOf('upload_shipping_info')).to.equal(before);
    const now = await find(order);
    expect(now.status).to.equal('fulfilled');
    expect(now).to.not.have.property('frozenSince');
  });

  it('tells WeChat of an order that was paid after it took the app under management, whatever it said a minute before', async () => {
    let aheadMs = -minuteMs;
    const now = () => new Date(Date.now() + aheadMs);
    const management = createShippingManagement(world.shipping, { now });
    world.simulator.manageTrades({ appId, isManaged: false });
    expect(await management.isManaged(world.app)).to.equal(false);
    world.simulator.manageTrades({ appId, isManaged: true });
    const [order, id] = await shippedOrder();
    expect(await upload(order, id, { management })).to.include({ code: 'WECHAT_BUSY', kind: 'throttled' });
    aheadMs = 0;
    expect(await upload(order, id, { management })).to.equal('uploaded');
  });

  it('waits while WeChat does not say whether it manages the app', async () => {
    const [order, id] = await shippedOrder();
    const busy = { isManaged: () => Promise.reject(new AppError('WECHAT_QUOTA_EXHAUSTED')) };
    expect(await upload(order, id, { management: busy })).to.include({ kind: 'throttled' });
    expect((await shipmentOf(order, id)).state).to.equal('pending');
  });

  it('waits for the file of merchants that knows the app', async () => {
    const [order, id] = await shippedOrder();
    const directory = { ...toDirectory(), apps: new Map() };
    expect(await upload(order, id, { directory })).to.include({ code: 'MERCHANT_NOT_CONFIGURED' });
  });

  it('takes the parts of an order one after another, and fulfils it with the last', async () => {
    const order = await newAcceptedOrder();
    const part = await addShipment(order, { deliveryMode: 2, isAllDelivered: false });
    const rest = await addShipment(order, { deliveryMode: 2 });
    expect(await upload(order, rest)).to.include({ code: 'SHIPMENT_WAITS', kind: 'throttled' });
    expect(await upload(order, part)).to.equal('uploaded');
    expect(timesShipped(order)).to.equal(0);
    expect((await find(order)).status).to.equal('accepted');
    expect(await upload(order, rest)).to.equal('uploaded');
    expect(timesShipped(order)).to.equal(1);
    expect((await find(order)).status).to.equal('fulfilled');
    const [first, last] = (await find(order)).shipments;
    expect(Number(last?.uploadTime)).to.be.at.least(Number(first?.uploadTime) + 1_000);
  });

  it('ships a part of a combined order by itself, as a part of the whole', async () => {
    const outTradeNo = `c-${Date.now()}`;
    const order = await newAcceptedOrder({ outTradeNo, combineOutTradeNo: `${outTradeNo}-all` });
    const id = await addShipment(order);
    fail('upload_combined_shipping_info', { moment: 'after', answer: 'reset' });
    expect(await upload(order, id)).to.include({ code: 'WECHAT_UNREACHABLE' });
    expect(await upload(order, id, { attempt: 2 })).to.equal('uploaded');
    expect(timesShipped(order)).to.equal(1);
    expect(timesShipped({ ...order, outTradeNo: `${outTradeNo}-2` })).to.equal(0);
  });

  it('asks WeChat for the payer whom nobody else names', async () => {
    const order = await newAcceptedOrder({ openId: undefined });
    expect(order.payment).to.not.have.property('openId');
    const id = await addShipment(order);
    expect(await upload(order, id)).to.equal('uploaded');
    expect(JSON.stringify(await find(order))).to.not.contain(openId);
  });

  it('tells the buyer where the app has a template for it', async () => {
    const [order, id] = await shippedOrder();
    const { merchants } = toDirectory();
    const template = { templateId: 'shipped', page: undefined, data: {}, usefulForMs: minuteMs };
    const app = { ...world.app, templates: { orderPaid: undefined, orderShipped: template } };
    await upload(order, id, { directory: { merchants, apps: new Map([[order.appId, app]]) } });
    const [message] = (await find(order)).effects;
    expect(message?.id).to.equal(`send-subscribe-message_${mchId}_${order.outTradeNo}_order_shipped_${id}`);
    expect(world.added.map((job) => job.id)).to.deep.equal([message?.id]);
  });

  describe('of goods that nothing is sent for', () => {
    it('says what the order says, and keeps the shipment in it', async () => {
      const order = await newAcceptedOrder({ logisticsType: 3, description: '会'.repeat(127) });
      expect(order.status).to.equal('fulfilled');
      expect(await upload(order, autoShipmentId)).to.equal('uploaded');
      expect(timesShipped(order)).to.equal(1);
      const shipment = await shipmentOf(order, autoShipmentId);
      expect(shipment.items.map(({ itemDesc }) => itemDesc)).to.deep.equal(['会'.repeat(120)]);
      expect(await find(order)).to.not.have.property('frozenSince');
    });

    it('looks before it tells WeChat again', async () => {
      const order = await newAcceptedOrder({ logisticsType: 3 });
      world.simulator.faults.set({ repeated_shipping: 'reshipment' });
      fail('upload_shipping_info', { moment: 'after', answer: 'reset' });
      await upload(order, autoShipmentId);
      expect(await upload(order, autoShipmentId)).to.equal('uploaded');
      expect(timesShipped(order)).to.equal(1);
    });

    it('says nothing where the merchant has shipped it', async () => {
      const order = await newAcceptedOrder({ logisticsType: 3 });
      await addShipment(order, { logisticsType: 3, items: [{ itemDesc: 'a code' }] });
      expect(await upload(order, autoShipmentId)).to.equal('already_settled');
      expect(timesShipped(order)).to.equal(0);
    });
  });
});

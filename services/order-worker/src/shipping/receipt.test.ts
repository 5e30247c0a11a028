import type { NotedEventOf } from '@huidiao/contracts';
import { createLogger } from '@huidiao/runtime';
import type { Order } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createApplyEvent } from '../jobs/apply-event.ts';
import { appId, firstAttempt, toDirectory } from '../order-worker.fixture.test.ts';
import { createRemindReceipt } from './remind-receipt.ts';
import { newShipment, toJob, useShipping } from './shipping.fixture.test.ts';

/** A parcel that is signed for. */
describe('the receipt of a parcel', () => {
  const world = useShipping();
  const { newAcceptedOrder, addShipment, upload, find, added, callsOf } = world;
  const reminding = () => toDirectory({ app: { shipping: { autoUpload: false, remindReceipt: true } } });

  /** Of which everything is uploaded. */
  async function shippedOrder(parcels = 1): Promise<[order: Order, trackingNo: string]> {
    const order = await newAcceptedOrder();
    const [item] = newShipment().items;
    const trackingNo = `W${order.outTradeNo}`;
    const items = Array.from({ length: parcels }, (_, n) => ({
      itemDesc: item?.itemDesc ?? '',
      trackingNo: n === 0 ? trackingNo : `${trackingNo}-${n}`,
      expressCompany: 'YTO',
    }));
    const deliveryMode = parcels === 1 ? 1 : 2;
    await upload(order, await addShipment(order, { items, deliveryMode }));
    return [order, trackingNo];
  }

  function tell(
    order: Order,
    waybillId: string,
    changes: { actionType?: string; wants?: boolean; version?: string } = {},
  ) {
    const { actionType = '300003', wants = true, version = '3' } = changes;
    const occurredAt = new Date(Date.now() + 60_000).toISOString();
    const event: NotedEventOf<'parcel.moved'> = {
      type: 'parcel.moved',
      appId,
      occurredAt,
      deliveryId: 'YTO',
      waybillId,
      orderId: order.outTradeNo,
      version,
      actions: [{ actionType: '100001' }, { actionType, occurredAt }],
    };
    const callback = {
      requestId: 'request-1',
      callbackKey: `parcel_${waybillId}_${version}`,
      notificationId: 'notification-1',
      eventType: 'add_express_path',
      receivedAt: occurredAt,
    };
    const directory = wants ? reminding() : toDirectory();
    return createApplyEvent({ ...world.deps, directory })({ ...callback, event }, firstAttempt('job-1'));
  }

  const remind = (order: Order) => {
    const run = createRemindReceipt({ ...world.deps, shipping: world.shipping });
    const job = { ...toJob(order, 's'), effectId: `remind-receipt_${order.mchId}_${order.outTradeNo}` };
    return run(job, firstAttempt('job-1')).then(
      ({ outcome }) => outcome,
      (error: unknown) => error,
    );
  };

  it('is in its order, and the buyer is reminded once where the app wants it', async () => {
    const [order, trackingNo] = await shippedOrder();
    expect(await tell(order, trackingNo)).to.include({ outcome: 'recorded' });
    expect((await find(order)).shipping?.signedAt).to.be.instanceOf(Date);
    expect(added.map(({ name }) => name)).to.deep.equal(['remind-receipt']);
    const before = callsOf('notify_confirm_receive');
    expect(await remind(order)).to.equal('reminded');
    const now = await find(order);
    expect(now.shipping?.receiptRemindedAt).to.be.instanceOf(Date);
    expect(now.effects).to.deep.equal([]);
    await tell(order, trackingNo, { version: '4' });
    expect((await find(order)).effects).to.deep.equal([]);
    expect(await remind(order)).to.equal('not_needed');
    expect(callsOf('notify_confirm_receive')).to.equal(before + 1);
  });

  it('is told twice and kept once', async () => {
    const [order, trackingNo] = await shippedOrder();
    await tell(order, trackingNo);
    await tell(order, trackingNo);
    const { timeLine, effects } = await find(order);
    expect(timeLine.filter(({ event }) => event === 'parcel.signed')).to.have.length(1);
    expect(effects).to.have.length(1);
  });

  it('is asked for again where the answer is missing: WeChat reminds once', async () => {
    const [order, trackingNo] = await shippedOrder();
    await tell(order, trackingNo);
    world.simulator.faults.set({
      api: [{ api: 'notify_confirm_receive', moment: 'after', answer: 'reset', times: 1 }],
    });
    expect(await remind(order)).to.include({ code: 'WECHAT_UNREACHABLE' });
    expect(await remind(order)).to.equal('reminded');
  });

  it('is nobody’s work where WeChat does not remind', async () => {
    const [order, trackingNo] = await shippedOrder();
    await tell(order, trackingNo);
    world.simulator.confirmReceipt({ mchId: order.mchId, outTradeNo: order.outTradeNo });
    expect(await remind(order)).to.equal('refused');
    const { effects, timeLine } = await find(order);
    expect(effects).to.deep.equal([]);
    expect(timeLine.at(-1)).to.include({ event: 'receipt.not_reminded' });
  });

  it('reminds nobody where the app does not want it, or the order has other parcels', async () => {
    const [order, trackingNo] = await shippedOrder();
    await tell(order, trackingNo, { wants: false });
    const [several, first] = await shippedOrder(2);
    await tell(several, first);
    expect(added).to.deep.equal([]);
    expect((await find(several)).shipping?.signedAt).to.be.instanceOf(Date);
  });

  it('is not taken from a parcel that moves, or of another order', async () => {
    const [order, trackingNo] = await shippedOrder();
    expect(await tell(order, trackingNo, { actionType: '300002' })).to.include({ outcome: 'noted' });
    expect(await tell(order, 'W-other')).to.include({ outcome: 'unknown_order' });
    expect((await find(order)).shipping).to.equal(undefined);
  });

  it('waits until WeChat knows the shipment', async () => {
    const order = await newAcceptedOrder();
    const { items } = newShipment();
    await addShipment(order, { items });
    await tell(order, items[0]?.trackingNo ?? '');
    expect(await remind(order)).to.include({ code: 'SHIPMENT_WAITS', kind: 'throttled' });
  });

  it('raises an alarm where WeChat waits for the first shipment of an app', async () => {
    const lines: string[] = [];
    const logger = createLogger(
      { service: 'test', level: 'error' },
      { write: (line: string) => void lines.push(line) },
    );
    const event = { type: 'trade.access_reminded', appId, occurredAt: new Date().toISOString() } as const;
    const callback = {
      requestId: 'request-1',
      callbackKey: `access_${appId}`,
      notificationId: 'notification-1',
      eventType: 'trade_manage_remind_access_api',
      receivedAt: event.occurredAt,
    };
    const apply = createApplyEvent({ ...world.deps, logger });
    expect(await apply({ ...callback, event }, firstAttempt('job-1'))).to.include({ outcome: 'noted' });
    expect(JSON.parse(lines[0] ?? '{}')).to.include({ alarm: 'shipping-not-connected', appId });
  });
});

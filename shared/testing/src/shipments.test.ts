import { createMerchantApiClient, type MerchantApiClient } from '@huidiao/client';
import type { OrderResource } from '@huidiao/contracts';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { type Installation, startInstallation, testMerchant } from './installation.ts';
import { waitFor } from './wait-for.ts';

const { mchId, appId } = testMerchant;

/** The worker's clock is behind, so that an upload that waits for WeChat to know the payment is due at once. */
const behind = { now: () => new Date(Date.now() - 20_000) };

describe('shipping what was bought', function () {
  this.timeout(60_000);
  let installation: Installation;
  let client: MerchantApiClient;
  before(async () => {
    installation = await startInstallation({
      without: ['message-worker'],
      app: {
        shipping: { autoUpload: true, remindReceipt: false },
        templates: { orderPaid: undefined },
      },
      orderWorker: { clock: behind },
    });
    const { simulator, store, apiUrl } = installation;
    simulator.manageTrades({ appId, isManaged: true });
    simulator.faults.set({ trade_visible_after_ms: 0 });
    const { key } = await store.apiKeys.create({ mchId, label: 'shipments' });
    client = createMerchantApiClient({ baseUrl: apiUrl, token: key });
  });
  after(() => installation?.close());

  async function buy(outTradeNo: string, facts: Record<string, unknown> = {}): Promise<void> {
    const { payment } = await installation.createOrder(outTradeNo, facts);
    installation.simulator.pay({ appId, ...(payment ?? expect.fail('no payment')) });
  }

  const reached = (outTradeNo: string, is: (order: OrderResource) => boolean): Promise<OrderResource> =>
    waitFor('the order', async () => {
      const order = await installation.readOrder(outTradeNo);
      return is(order) ? order : undefined;
    });
  const tradeOf = (outTradeNo: string) => installation.simulator.ledger(outTradeNo).trades[0];

  it('fulfils an order with its parcel, which WeChat knows of then, and reminds the buyer', async () => {
    const params = { out_trade_no: 'TEA-EXPRESS-1' };
    await buy(params.out_trade_no, { logistics_type: 1 });
    await reached(params.out_trade_no, ({ status }) => status === 'accepted');
    const items = [{ item_desc: '龙井茶', tracking_no: 'YT1', express_company: 'YTO' }];
    const { status } = await client.createShipment({ params, body: { shipment_id: 's-1', items } });
    expect(status).to.equal(201);

    const order = await reached(params.out_trade_no, (read) => read.status === 'fulfilled');
    expect(order.shipments.map(({ state }) => state)).to.deep.equal(['uploaded']);
    expect(order.pending).to.deep.equal([]);
    expect(tradeOf(params.out_trade_no)).to.include({ order_state: 2, finish_shipping_count: 1 });

    const received_at = new Date(Date.now() + 120_000).toISOString();
    await client.remindReceipt({ params, body: { received_at } });
    installation.simulator.confirmReceipt({ mchId, outTradeNo: params.out_trade_no });
    expect(tradeOf(params.out_trade_no)).to.include({ order_state: 3 });
  });

  it('uploads virtual goods by itself, once, when the shop has accepted them', async () => {
    await buy('TEA-VIRTUAL-1');
    const order = await reached('TEA-VIRTUAL-1', ({ shipments }) => shipments[0]?.state === 'uploaded');
    expect(order.status).to.equal('fulfilled');
    expect(order.shipments).to.have.length(1);
    expect(order.shipments[0]).to.deep.include({ shipment_id: 'auto', items: [{ item_desc: '龙井茶' }] });
    expect(tradeOf('TEA-VIRTUAL-1')).to.include({ order_state: 2, finish_shipping_count: 1 });
  });

  it('keeps what WeChat refuses as a dead letter, and another shipment takes its place', async () => {
    const params = { out_trade_no: 'TEA-EXPRESS-2' };
    await buy(params.out_trade_no, { logistics_type: 1 });
    await reached(params.out_trade_no, ({ status }) => status === 'accepted');
    const item = { item_desc: '龙井茶', tracking_no: 'YT2', express_company: 'YTO' };
    installation.simulator.faults.set({
      api: [
        {
          api: 'upload_shipping_info',
          moment: 'before',
          times: 1,
          answer: { status: 200, body: { errcode: 10060025, errmsg: 'as told' } },
        },
      ],
    });
    await client.createShipment({ params, body: { shipment_id: 's-1', items: [item] } });
    await reached(
      params.out_trade_no,
      ({ pending, shipments }) => shipments[0]?.state === 'refused' && pending.length === 0,
    );
    const { deadLetters } = await installation.store.deadLetters.list({
      state: 'open',
      outTradeNo: params.out_trade_no,
      limit: 10,
    });
    expect(deadLetters.map(({ errorCode }) => errorCode)).to.deep.equal(['SHIPMENT_REFUSED']);

    await client.createShipment({ params, body: { shipment_id: 's-2', items: [item] } });
    await reached(params.out_trade_no, ({ status }) => status === 'fulfilled');
    expect(tradeOf(params.out_trade_no)).to.include({ finish_shipping_count: 1 });
  });
});

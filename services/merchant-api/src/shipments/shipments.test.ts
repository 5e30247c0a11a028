import { randomBytes } from 'node:crypto';
import { MerchantApiProblem } from '@huidiao/client';
import type { CreateShipmentRequest, LogisticsType } from '@huidiao/contracts';
import type { Order, OrderPayment } from '@huidiao/store';
import { dropTestDatabase } from '@huidiao/store';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import {
  appId,
  appIdWithoutSecret,
  type LoginApi,
  mchId,
  startLoginApi,
} from '../sessions/login.fixture.test.ts';

const openId = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o';
const parcel = { tracking_no: 'YT1', express_company: 'YTO', item_desc: '手冲咖啡 250g' };
const express = { logisticsType: 1 } as const;

type Shipment = Omit<Partial<CreateShipmentRequest>, 'items'> & { readonly items?: readonly object[] };

describe('shipments over HTTP', () => {
  let api: LoginApi;
  before(async () => {
    api = await startLoginApi();
  });
  after(async () => {
    await api?.close();
    if (api !== undefined) await dropTestDatabase(api.context.config.mongo.uri);
  });
  const orders = () => api.context.store.orders;

  async function newOrder(facts: { readonly logisticsType: LogisticsType } = express): Promise<Order> {
    const { order } = await orders().register({
      mchId,
      appId,
      outTradeNo: `t-${randomBytes(8).toString('hex')}`,
      openId,
      description: '手冲咖啡 250g',
      amountFen: 8_800,
      currency: 'CNY',
      timeExpire: new Date(Date.now() + 3_600_000),
      prepay: false,
      contentHash: 'hash',
      ...facts,
    });
    return order;
  }

  async function newPaidOrder(facts: { readonly logisticsType: LogisticsType } = express): Promise<Order> {
    const order = await newOrder(facts);
    const { outTradeNo, amountFen } = order;
    const { transactionId, tradeType }: OrderPayment = {
      transactionId: `42${outTradeNo.slice(2)}`,
      tradeType: 'JSAPI',
    };
    const ids = { mchId, appId, outTradeNo, openId, transactionId, tradeType };
    const payment = { type: 'payment.succeeded', ...ids, amountFen, currency: 'CNY' } as const;
    const paid = await orders().pay(order, payment, { eventKey: outTradeNo, effects: [] });
    return paid ?? expect.fail('not paid');
  }

  async function ship({ outTradeNo }: { outTradeNo: string }, facts: Shipment = {}) {
    const body = { shipment_id: 's-1', items: [parcel], ...facts } as CreateShipmentRequest;
    return await api.client.createShipment({ params: { out_trade_no: outTradeNo }, body });
  }

  async function problemOf(work: Promise<unknown>): Promise<MerchantApiProblem> {
    const error = await work.catch((failed: unknown) => failed);
    return error instanceof MerchantApiProblem ? error : expect.fail(`no problem: ${String(error)}`);
  }

  /** As the worker records it. */
  async function recordUploaded(order: Order, shipmentId: string): Promise<void> {
    const { outTradeNo } = order;
    await orders().beginUpload({ mchId, outTradeNo, shipmentId }, { leaseMs: 1, again: false });
    await orders().recordUpload({ mchId, outTradeNo, shipmentId }, { state: 'uploaded' });
  }

  it('keeps a shipment with the effect that tells WeChat of it, and shows it in the order', async () => {
    const order = await newPaidOrder();
    const { status, body } = await ship(order);
    expect(status).to.equal(201);
    expect(body).to.deep.include({
      shipment_id: 's-1',
      state: 'pending',
      logistics_type: 1,
      delivery_mode: 1,
      is_all_delivered: true,
      replaces: false,
      items: [parcel],
    });
    const read = await api.client.readOrder({ params: { out_trade_no: order.outTradeNo } });
    expect(read.body.shipments).to.deep.equal([body]);
    expect(read.body.pending.map(({ job }) => job)).to.deep.equal(['upload-shipment']);
  });

  it('is the same shipment when it is repeated, and a conflict with other content', async () => {
    const order = await newPaidOrder();
    const first = await ship(order);
    const again = await ship(order);
    expect([again.status, again.body]).to.deep.equal([200, first.body]);
    expect(await problemOf(ship(order, { items: [{ ...parcel, item_desc: 'tea' }] }))).to.include({
      status: 409,
      code: 'SHIPMENT_CONFLICT',
    });
    const { effects, shipments } = (await orders().find(mchId, order.outTradeNo)) ?? expect.fail();
    expect([effects.length, shipments.length]).to.deep.equal([1, 1]);
  });

  it('makes one of 20 equal requests at once', async () => {
    const order = await newPaidOrder();
    const answers = await Promise.all(Array.from({ length: 20 }, () => ship(order)));
    expect(answers.filter(({ status }) => status === 201)).to.have.length(1);
    expect((await orders().find(mchId, order.outTradeNo))?.shipments).to.have.length(1);
  });

  it('takes the last parcel of an order once when several say that they are it', async () => {
    const order = await newPaidOrder();
    const results = await Promise.all(
      ['a', 'b', 'c', 'd'].map((id) =>
        ship(order, { shipment_id: id }).then(
          () => 'added',
          (error: MerchantApiProblem) => error.code,
        ),
      ),
    );
    expect(results.toSorted()).to.deep.equal([
      'ORDER_SHIPPED_ALREADY',
      'ORDER_SHIPPED_ALREADY',
      'ORDER_SHIPPED_ALREADY',
      'added',
    ]);
  });

  it('takes a split delivery in parts, in the mode of the first', async () => {
    const order = await newPaidOrder();
    const part = await ship(order, { shipment_id: 'part', is_all_delivered: false });
    expect(part.body.delivery_mode).to.equal(2);
    const rest = await ship(order, { shipment_id: 'rest' });
    expect(rest.body.delivery_mode).to.equal(2);
    expect(await problemOf(ship(order, { shipment_id: 'more' }))).to.include({
      code: 'ORDER_SHIPPED_ALREADY',
    });
  });

  it('lets one shipment take the place of those before, once', async () => {
    const order = await newPaidOrder();
    await ship(order);
    const replacing = await ship(order, { shipment_id: 's-2', replaces: true });
    expect([replacing.status, replacing.body.replaces]).to.deep.equal([201, true]);
    expect(await problemOf(ship(order, { shipment_id: 's-3', replaces: true }))).to.include({
      status: 409,
      code: 'SHIPMENT_REPLACED_ALREADY',
    });
  });

  it('lets another one follow a shipment that WeChat refused', async () => {
    const order = await newPaidOrder();
    await ship(order);
    const { outTradeNo } = order;
    const refused = { state: 'refused', errorCode: 'SHIPMENT_REFUSED', remoteCode: '10060008' } as const;
    await orders().recordUpload({ mchId, outTradeNo, shipmentId: 's-1' }, refused);
    expect((await ship(order, { shipment_id: 's-2' })).status).to.equal(201);
    const read = await api.client.readOrder({ params: { out_trade_no: outTradeNo } });
    expect(read.body.shipments[0]).to.deep.include({
      state: 'refused',
      refusal: { code: 'SHIPMENT_REFUSED', remote_code: '10060008' },
    });
  });

  it('ships virtual goods with a description alone', async () => {
    const order = await newPaidOrder({ logisticsType: 3 });
    const { body } = await ship(order, { items: [{ item_desc: 'a code' }] });
    expect(body).to.deep.include({ logistics_type: 3, delivery_mode: 1, items: [{ item_desc: 'a code' }] });
  });

  it('knows no order of another merchant', async () => {
    const order = await newPaidOrder();
    const params = { out_trade_no: order.outTradeNo };
    const body = { shipment_id: 's-1', items: [parcel] };
    expect(await problemOf(api.otherClient.createShipment({ params, body }))).to.include({
      status: 404,
      code: 'ORDER_NOT_FOUND',
    });
  });

  describe('refuses with 409', () => {
    it('an order that is not paid', async () => {
      const problem = await problemOf(ship(await newOrder()));
      expect([problem.code, problem.problem.detail]).to.deep.equal([
        'ORDER_NOT_SHIPPABLE',
        'The order is not paid.',
      ]);
    });

    it('an order that was refunded in full', async () => {
      const order = await newPaidOrder();
      const refund = {
        refundId: `50${order.outTradeNo}`,
        outRefundNo: 'r-1',
        transactionId: order.transactionId ?? '',
        status: 'SUCCESS',
        refundFen: order.amountFen,
      } as const;
      await orders().recordRefund(mchId, order.outTradeNo, refund, { eventKey: 'refund', effects: [] });
      const problem = await problemOf(ship(order));
      expect([problem.code, problem.problem.detail]).to.deep.equal([
        'ORDER_NOT_SHIPPABLE',
        'The order was refunded in full.',
      ]);
    });

    it('a shipment that replaces nothing', async () => {
      const problem = await problemOf(ship(await newPaidOrder(), { replaces: true }));
      expect(problem.code).to.equal('SHIPMENT_NOTHING_TO_REPLACE');
    });

    it('another mode than before, which WeChat takes for the re-shipment', async () => {
      const order = await newPaidOrder();
      await ship(order, { is_all_delivered: false });
      const other = { shipment_id: 's-2', delivery_mode: 1 } as const;
      expect((await problemOf(ship(order, other))).code).to.equal('SHIPMENT_MODE_DIFFERS');
    });

    it('a sixteenth parcel', async () => {
      const order = await newPaidOrder();
      const items = Array.from({ length: 15 }, (_, n) => ({ ...parcel, tracking_no: `YT${n}` }));
      await ship(order, { items, is_all_delivered: false });
      const problem = await problemOf(ship(order, { shipment_id: 's-2' }));
      expect(problem.code).to.equal('SHIPMENT_TOO_MANY_PARCELS');
    });
  });

  describe('refuses with 400', () => {
    const contact = (receiver_contact: string) => [{ ...parcel, contact: { receiver_contact } }];
    const rows: readonly (readonly [string, Shipment, string, LogisticsType?])[] = [
      [
        'an express parcel without a number',
        { items: [{ item_desc: 'tea', express_company: 'YTO' }] },
        'items.0.tracking_no',
      ],
      [
        'an express parcel without its company',
        { items: [{ item_desc: 'tea', tracking_no: '1' }] },
        'items.0.express_company',
      ],
      ['SF without a contact', { items: [{ ...parcel, express_company: 'SF' }] }, 'items.0.contact'],
      ['a number that is not masked', { items: contact('18912341234') }, 'items.0.contact.receiver_contact'],
      [
        'a number whose last digits are masked',
        { items: contact('1891234****') },
        'items.0.contact.receiver_contact',
      ],
      ['no description', { items: [{ ...parcel, item_desc: '' }] }, 'items.0.item_desc'],
      [
        'a description of 121 characters',
        { items: [{ ...parcel, item_desc: '字'.repeat(121) }] },
        'items.0.item_desc',
      ],
      [
        'a number of 129 characters',
        { items: [{ ...parcel, tracking_no: '1'.repeat(129) }] },
        'items.0.tracking_no',
      ],
      ['no item', { items: [] }, 'items'],
      ['16 items', { items: Array.from({ length: 16 }, () => parcel) }, 'items'],
      ['two items in one parcel', { items: [parcel, parcel], delivery_mode: 1 }, 'items'],
      ['a part in one parcel', { is_all_delivered: false, delivery_mode: 1 }, 'is_all_delivered'],
      ['virtual goods in parts', { is_all_delivered: false }, 'delivery_mode', 3],
      ['a logistics type that WeChat does not know', { logistics_type: 5 as never }, 'logistics_type'],
      ['an id with a slash', { shipment_id: 'a/b' }, 'shipment_id'],
    ];
    for (const [what, facts, field, logisticsType = 1] of rows) {
      it(what, async () => {
        const problem = await problemOf(ship(await newPaidOrder({ logisticsType }), facts));
        expect([problem.status, problem.code]).to.deep.equal([400, 'REQUEST_INVALID']);
        expect(problem.problem.errors?.map((error) => error.field)).to.deep.equal([field]);
      });
    }

    it('takes masked numbers as WeChat shows them', async () => {
      for (const number of [
        '189****1234',
        '+86-177****1234',
        '021-****1234',
        '0**2-******23-10',
        '****123-8008',
      ]) {
        const items = [{ ...parcel, express_company: 'SF', contact: { consignor_contact: number } }];
        expect((await ship(await newPaidOrder(), { items })).status).to.equal(201);
      }
    });
  });

  describe('the receipt reminder', () => {
    const remind = ({ outTradeNo }: Order, received_at = new Date(Date.now() + 60_000).toISOString()) =>
      api.client.remindReceipt({ params: { out_trade_no: outTradeNo }, body: { received_at } });
    const answer = (errcode: number) =>
      api.simulator.faults.set({
        api: [
          {
            api: 'notify_confirm_receive',
            moment: 'before',
            times: 1,
            answer: { status: 200, body: { errcode, errmsg: 'as told' } },
          },
        ],
      });

    async function shippedOrder(facts: Shipment = {}, logisticsType: LogisticsType = 1): Promise<Order> {
      const order = await newPaidOrder({ logisticsType });
      await ship(order, facts);
      await recordUploaded(order, 's-1');
      return order;
    }

    it('is asked for once for each order, and says when', async () => {
      const order = await shippedOrder();
      answer(0);
      const first = await remind(order);
      const calls = api.simulator.ledger().calls.counts.notify_confirm_receive;
      expect(await remind(order)).to.deep.equal(first);
      expect(api.simulator.ledger().calls.counts.notify_confirm_receive).to.equal(calls);
      const read = await api.client.readOrder({ params: { out_trade_no: order.outTradeNo } });
      expect(read.body.shipping?.receipt_reminded_at).to.equal(first.body.reminded_at);
    });

    it('counts as asked for where WeChat says that it was (10060030)', async () => {
      const order = await shippedOrder();
      answer(10060030);
      expect((await remind(order)).status).to.equal(200);
    });

    for (const errcode of [10060028, 10060029, 10060032]) {
      it(`is refused with ${errcode} in the detail`, async () => {
        const order = await shippedOrder();
        answer(errcode);
        const problem = await problemOf(remind(order));
        expect([problem.status, problem.code]).to.deep.equal([422, 'RECEIPT_REMINDER_REFUSED']);
        expect(problem.problem.detail).to.contain(String(errcode));
      });
    }

    for (const [what, errcode, code] of [
      ['WeChat does not know the payment yet', 10060001, 'SHIPMENT_PAYMENT_UNKNOWN'],
      ['WeChat is busy', -1, 'WECHAT_BUSY'],
    ] as const) {
      it(`may be repeated where ${what}`, async () => {
        const order = await shippedOrder();
        answer(errcode);
        expect(await problemOf(remind(order))).to.include({ status: 503, code });
      });
    }

    it('is possible only for what was wholly shipped by express, as WeChat knows', async () => {
      const pending = await newPaidOrder();
      await ship(pending);
      const virtual = await shippedOrder({ items: [{ item_desc: 'a code' }] }, 3);
      const part = await shippedOrder({ is_all_delivered: false });
      for (const order of [await newPaidOrder(), pending, virtual, part]) {
        expect(await problemOf(remind(order))).to.include({
          status: 409,
          code: 'RECEIPT_REMINDER_NOT_POSSIBLE',
        });
      }
    });

    it('refuses a receipt before the shipment, and one that lies ahead', async () => {
      const order = await shippedOrder();
      for (const ms of [-60_000, 3_600_000]) {
        const problem = await problemOf(remind(order, new Date(Date.now() + ms).toISOString()));
        expect(problem.problem.errors?.map(({ field }) => field)).to.deep.equal(['received_at']);
      }
    });
  });

  describe('the express companies', () => {
    it('are as WeChat lists them, and asked for once a day', async () => {
      const { body } = await api.client.listCarriers({ query: { appid: appId } });
      expect(body.carriers.length).to.be.greaterThan(0);
      expect(body.carriers[0]).to.have.all.keys('delivery_id', 'delivery_name');
      const calls = () => api.simulator.ledger().calls.counts.get_delivery_list;
      const before = calls();
      await api.client.listCarriers({ query: { appid: appId } });
      expect(calls()).to.equal(before);
      api.aheadMs += 25 * 3_600_000;
      await api.client.listCarriers({ query: { appid: appId } });
      api.aheadMs = 0;
      expect(calls()).to.equal((before ?? 0) + 1);
    });

    it('are not told where WeChat takes no access_token of the app, which only an operator can mend', async () => {
      api.aheadMs += 50 * 3_600_000;
      const refusal = { status: 200, body: { errcode: 40001, errmsg: 'x' } };
      api.simulator.faults.set({
        api: [{ api: 'get_delivery_list', moment: 'before', answer: refusal, times: 5 }],
      });
      const problem = await problemOf(api.client.listCarriers({ query: { appid: appId } }));
      api.simulator.faults.reset();
      api.aheadMs = 0;
      expect([problem.status, problem.code]).to.deep.equal([502, 'WECHAT_TOKEN_REFUSED']);
    });

    for (const [what, appid] of [
      ['of another merchant', 'wx9999999999999999'],
      ['whose secret is not configured', appIdWithoutSecret],
    ] as const) {
      it(`are not told of an app ${what}`, async () => {
        const problem = await problemOf(api.client.listCarriers({ query: { appid } }));
        expect([problem.status, problem.code]).to.deep.equal([400, 'REQUEST_INVALID']);
        expect(problem.problem.errors?.map(({ field }) => field)).to.deep.equal(['appid']);
      });
    }
  });
});

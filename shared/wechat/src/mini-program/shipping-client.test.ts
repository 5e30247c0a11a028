import { AppError } from '@huidiao/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { testApp } from './app.fixture.test.ts';
import type { AppCall, AppCallResult } from './app-caller.ts';
import { type MiniProgramApi, toErrcodeError } from './error-codes.ts';
import { createShippingClient } from './shipping-client.ts';
import { createShippingManagement } from './shipping-management.ts';
import type { ShippingUpload } from './to-upload-body.ts';

const transactionId = '4200001234202611220123456789';
const upload: ShippingUpload = {
  payment: { transactionId },
  logisticsType: 1,
  deliveryMode: 1,
  isAllDelivered: true,
  items: [{ itemDesc: '茶*1', trackingNo: 'YT1', expressCompany: 'YTO' }],
  uploadTime: new Date('2026-11-22T08:00:00.900Z'),
  openId: 'o-buyer',
};

/** A client whose calls are noted and answered so. */
function createClient(...answers: (AppCallResult | Record<string, unknown> | number)[]) {
  const calls: AppCall[] = [];
  const call = async (_app: unknown, asked: AppCall): Promise<AppCallResult> => {
    calls.push(asked);
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (typeof answer === 'number') return toRefused(asked.api, answer);
    return 'kind' in (answer ?? {}) ? (answer as AppCallResult) : toDone(answer as Record<string, unknown>);
  };
  return { calls, client: createShippingClient({ call }) };
}

function toDone(json: Record<string, unknown>): AppCallResult {
  return { kind: 'done', answer: { errcode: 0, errmsg: 'ok', rid: undefined, json } };
}

function toRefused(api: MiniProgramApi, errcode: number): AppCallResult {
  return { kind: 'refused', error: toErrcodeError(api, { errcode }, new Date()) };
}

describe('the client of WeChat’s order management', () => {
  it('uploads by transaction_id, in a list, with the time of Beijing', async () => {
    const { client, calls } = createClient({});
    expect(await client.upload(testApp, upload)).to.deep.equal({ kind: 'uploaded' });
    expect(calls).to.deep.equal([
      {
        api: 'upload_shipping_info',
        path: '/wxa/sec/order/upload_shipping_info',
        body: {
          order_key: { order_number_type: 2, transaction_id: transactionId },
          logistics_type: 1,
          delivery_mode: 1,
          shipping_list: [{ tracking_no: 'YT1', express_company: 'YTO', item_desc: '茶*1' }],
          upload_time: '2026-11-22T16:00:00+08:00',
          payer: { openid: 'o-buyer' },
        },
        secrets: ['o-buyer'],
      },
    ]);
  });

  it('says of a split delivery whether that is all, and gives SF a contact', async () => {
    const { client, calls } = createClient({});
    const items = [
      { itemDesc: 'a', trackingNo: 'SF1', expressCompany: 'SF', receiverContact: '189****1234' },
      { itemDesc: 'b', trackingNo: 'SF2', expressCompany: 'SF', consignorContact: '021-****1234' },
    ];
    await client.upload(testApp, { ...upload, deliveryMode: 2, isAllDelivered: false, items });
    expect(calls[0]?.body).to.include({ delivery_mode: 2, is_all_delivered: false });
    expect(calls[0]?.body).to.have.deep.property('shipping_list', [
      {
        tracking_no: 'SF1',
        express_company: 'SF',
        item_desc: 'a',
        contact: { receiver_contact: '189****1234' },
      },
      {
        tracking_no: 'SF2',
        express_company: 'SF',
        item_desc: 'b',
        contact: { consignor_contact: '021-****1234' },
      },
    ]);
  });

  it('uploads a part of a combined order by the merchants’ numbers of both', async () => {
    const { client, calls } = createClient({});
    const combined = { mchId: '1900000001', outTradeNo: 'whole-1' };
    await client.upload(testApp, {
      ...upload,
      payment: { combined, mchId: '1900000009', outTradeNo: 'part-1' },
    });
    expect(calls[0]?.api).to.equal('upload_combined_shipping_info');
    expect(calls[0]?.body).to.deep.include({
      order_key: { order_number_type: 1, mchid: '1900000001', out_trade_no: 'whole-1' },
      payer: { openid: 'o-buyer' },
    });
    expect(calls[0]?.body)
      .to.have.nested.property('sub_orders[0].order_key')
      .that.deep.equals({ order_number_type: 1, mchid: '1900000009', out_trade_no: 'part-1' });
  });

  for (const errcode of [-1, 10060012, 10060019, 45009, 45011, 44990, 99999]) {
    it(`does not know from ${errcode} whether WeChat took the upload`, async () => {
      expect((await createClient(errcode).client.upload(testApp, upload)).kind).to.equal('unknown');
    });
  }

  for (const errcode of [10060001, 10060002, 10060003, 10060004, 10060008, 10060031, 47001, 48001]) {
    it(`knows from ${errcode} that WeChat did not take the upload`, async () => {
      expect((await createClient(errcode).client.upload(testApp, upload)).kind).to.equal('refused');
    });
  }

  it('knows that a call without an access_token has not left', async () => {
    const error = new AppError('WECHAT_BUSY', { details: { api: 'stable_token', remoteCode: -1 } });
    const { client } = createClient({ kind: 'refused', error });
    expect((await client.upload(testApp, upload)).kind).to.equal('refused');
  });

  it('reads what WeChat knows of a payment', async () => {
    const order = {
      transaction_id: transactionId,
      openid: 'o-buyer',
      order_state: 2,
      shipping: {
        logistics_type: 1,
        finish_shipping: true,
        finish_shipping_count: 1,
        shipping_list: [{ tracking_no: 'YT1', express_company: 'YTO', upload_time: 1 }],
      },
    };
    const { client } = createClient({ order });
    expect(await client.findOrder(testApp, transactionId)).to.deep.equal({
      kind: 'found',
      order: {
        openId: 'o-buyer',
        isRefunded: false,
        logisticsType: 1,
        isFinished: true,
        finishCount: 1,
        items: [{ trackingNo: 'YT1', expressCompany: 'YTO' }],
        descriptions: [],
      },
    });
  });

  for (const [what, order] of [
    ['of another payment', { transaction_id: '42', order_state: 2 }],
    ['without a state', { transaction_id: transactionId }],
    ['that is none', undefined],
  ] as const) {
    it(`believes no answer ${what}`, async () => {
      const { client } = createClient({ order });
      expect((await client.findOrder(testApp, transactionId)).kind).to.equal('unknown');
    });
  }

  it('takes a reminder that was asked for before for one that is asked for', async () => {
    const { client, calls } = createClient(toDone({ errcode: 10060030 }));
    const receivedAt = new Date(1_670_829_139_900);
    expect(await client.remindReceipt(testApp, { transactionId, receivedAt })).to.deep.equal({
      kind: 'done',
    });
    expect(calls[0]?.body).to.deep.equal({ transaction_id: transactionId, received_time: 1_670_829_139 });
  });

  it('lists the express companies', async () => {
    const { client } = createClient({
      delivery_list: [{ delivery_id: 'YTO', delivery_name: '圆通速递' }, null],
    });
    expect(await client.listCarriers(testApp)).to.deep.equal({
      kind: 'done',
      carriers: [{ deliveryId: 'YTO', deliveryName: '圆通速递' }],
    });
  });

  it('declares a pre-sale and a test', async () => {
    const { client, calls } = createClient({});
    const until = new Date(1_752_035_828_000);
    await client.declareSpecial(testApp, { kind: 'presale', orderId: transactionId, until });
    await client.declareSpecial(testApp, { kind: 'test', orderId: transactionId });
    expect(calls.map(({ body }) => body)).to.deep.equal([
      { order_id: transactionId, type: 1, delay_to: 1_752_035_828 },
      { order_id: transactionId, type: 2 },
    ]);
  });
});

describe('whether WeChat manages an app', () => {
  it('is asked once in five minutes, whoever wants to know', async () => {
    const { client, calls } = createClient({ is_trade_managed: true }, { is_trade_managed: false });
    let now = 0;
    const management = createShippingManagement(client, { now: () => new Date(now) });
    expect(await Promise.all([management.isManaged(testApp), management.isManaged(testApp)])).to.deep.equal([
      true,
      true,
    ]);
    expect(calls).to.have.length(1);
    now += 299_999;
    expect(await management.isManaged(testApp)).to.equal(true);
    now += 1;
    expect(await management.isManaged(testApp)).to.equal(false);
    expect(calls).to.have.length(2);
  });

  it('is unknown for half a minute after a failure, which uses up no attempt', async () => {
    const { client, calls } = createClient(44990, { is_trade_managed: true });
    let now = 0;
    const management = createShippingManagement(client, { now: () => new Date(now) });
    const fail = () => management.isManaged(testApp).catch((error: unknown) => error);
    expect(await fail()).to.include({ code: 'WECHAT_QUOTA_EXHAUSTED', kind: 'throttled' });
    now += 29_000;
    expect(await fail()).to.include({ kind: 'throttled' });
    expect(calls).to.have.length(1);
    now += 2_000;
    expect(await management.isManaged(testApp)).to.equal(true);
  });

  it('is asked again by who cannot do with a no from before the payment, once in ten seconds', async () => {
    const answers = [false, false, true].map((is_trade_managed) => ({ is_trade_managed }));
    const { client, calls } = createClient(...answers);
    let now = 0;
    const management = createShippingManagement(client, { now: () => new Date(now) });
    const since = (ms: number) =>
      management.isManaged(testApp, new Date(ms)).catch((error: unknown) => error);
    expect(await since(0)).to.equal(false);
    now = 6_000;
    expect(await since(5_000)).to.include({ code: 'WECHAT_BUSY', kind: 'throttled', retryAfterMs: 4_000 });
    expect(await since(0), 'paid before it was asked').to.equal(false);
    now = 10_000;
    expect(await Promise.all([since(5_000), since(5_000)])).to.deep.equal([false, false]);
    expect(calls).to.have.length(2);
    now = 20_000;
    expect(await since(15_000), 'taken under management since').to.equal(true);
    expect(await since(19_000), 'which it stays').to.equal(true);
    expect(calls).to.have.length(3);
  });
});

import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Simulator } from '../../index.ts';
import {
  appId,
  newOutTradeNo,
  openId,
  otherAppId,
  testApp,
  testMerchant,
} from '../../wechat-simulator.fixture.test.ts';
import { createPlatform, type Platform, second, type WechatAnswer } from '../platform.fixture.test.ts';

const { mchId } = testMerchant;
const uploadPath = '/wxa/sec/order/upload_shipping_info';
const combinedPath = '/wxa/sec/order/upload_combined_shipping_info';
const managed = { ...testApp, trade: { isManaged: true } };

type Fields = Record<string, unknown>;

/** upload_time, a second later with every call. */
let uploads = Date.parse('2026-11-22T10:00:00Z');
const uploadTime = (): string => {
  uploads += second;
  return `${new Date(uploads + 8 * 3_600_000).toISOString().slice(0, 19)}.120+08:00`;
};

const parcel = (change: Fields = {}): Fields => ({
  tracking_no: '323244567777',
  express_company: 'STO',
  item_desc: '微信气泡狗集线器*1',
  ...change,
});
const body = (transactionId: string, change: Fields = {}): Fields => ({
  order_key: { order_number_type: 2, transaction_id: transactionId },
  logistics_type: 1,
  delivery_mode: 1,
  shipping_list: [parcel()],
  upload_time: uploadTime(),
  payer: { openid: openId },
  ...change,
});

describe('wechat-simulator: shipping is uploaded', () => {
  let platform: Platform;
  let simulator: Simulator;
  let order: { outTradeNo: string; transactionId: string };
  beforeEach(async () => {
    platform = await createPlatform(managed);
    simulator = platform.simulator;
    order = platform.pay();
  });
  afterEach(() => platform.close());

  const upload = (change?: Fields): Promise<WechatAnswer> =>
    platform.post(uploadPath, body(order.transactionId, change));
  const errcode = async (answer: Promise<WechatAnswer>): Promise<number | undefined> =>
    (await answer).errcode;
  const read = async (): Promise<Fields> => {
    const answer = await platform.post('/wxa/sec/order/get_order', { transaction_id: order.transactionId });
    expect(answer.errcode, JSON.stringify(answer)).to.equal(0);
    return answer.order as Fields;
  };
  const shipping = async (): Promise<Fields> => (await read()).shipping as Fields;

  it('an order waits to be shipped, and then is', async () => {
    const waiting = await read();
    expect(waiting).to.deep.include({ order_state: 1, shipping: {}, in_complaint: false });
    expect(waiting).to.include({
      transaction_id: order.transactionId,
      merchant_id: mchId,
      sub_merchant_id: '',
      merchant_trade_no: order.outTradeNo,
      paid_amount: 1_880,
      openid: openId,
    });
    expect(await upload()).to.deep.equal({ errcode: 0, errmsg: 'ok' });
    expect(await read()).to.include({ order_state: 2 });
    const shipped = await shipping();
    expect(shipped).to.include({ finish_shipping: true, finish_shipping_count: 1, logistics_type: 1 });
    const [first] = shipped.shipping_list as Fields[];
    expect(first).to.include({ tracking_no: '323244567777', express_company: 'STO' });
    expect(first).to.include({ goods_desc: '微信气泡狗集线器*1', upload_time: Math.floor(uploads / 1_000) });
  });

  it('it is found by the merchant’s own number too', async () => {
    const ids = { merchant_id: mchId, merchant_trade_no: order.outTradeNo };
    expect(await platform.post('/wxa/sec/order/get_order', ids)).to.include({ errcode: 0 });
    const order_key = { order_number_type: 1, mchid: mchId, out_trade_no: order.outTradeNo };
    expect(await errcode(upload({ order_key }))).to.equal(0);
  });

  it('in the first seconds after its payment it is unknown', async () => {
    simulator.faults.set({ trade_visible_after_ms: 30 * second });
    order = platform.pay();
    expect(await errcode(upload())).to.equal(10060001);
    const ids = { transaction_id: order.transactionId };
    expect(await errcode(platform.post('/wxa/sec/order/get_order', ids))).to.equal(10060001);
    await simulator.clock.advance(31 * second);
    expect(await errcode(upload())).to.equal(0);
  });

  const wrong: [string, Fields, number][] = [
    ['an object in place of the list', { shipping_list: parcel() }, 47001],
    ['a delivery_mode in words', { delivery_mode: 'UNIFIED_DELIVERY' }, 47001],
    ['no delivery_mode', { delivery_mode: undefined }, 268485224],
    ['an unknown logistics_type', { logistics_type: 5 }, 10060005],
    ['a split delivery of virtual goods', { logistics_type: 3, delivery_mode: 2 }, 10060006],
    ['a split delivery that does not say whether it is all', { delivery_mode: 2 }, 10060007],
    ['no parcel', { shipping_list: [] }, 268485228],
    ['two parcels of a unified delivery', { shipping_list: [parcel(), parcel()] }, 268485228],
    [
      'sixteen parcels',
      { delivery_mode: 2, is_all_delivered: true, shipping_list: Array(16).fill(parcel()) },
      10060024,
    ],
    ['no description', { shipping_list: [parcel({ item_desc: undefined })] }, 10060008],
    [
      'a description of 121 characters',
      { shipping_list: [parcel({ item_desc: '字'.repeat(121) })] },
      10060009,
    ],
    ['no tracking number', { shipping_list: [parcel({ tracking_no: undefined })] }, 268485226],
    ['no carrier', { shipping_list: [parcel({ express_company: '' })] }, 268485227],
    [
      'a carrier that is too long',
      { shipping_list: [parcel({ express_company: 'x'.repeat(129) })] },
      10060025,
    ],
    [
      'a tracking number that is too long',
      { shipping_list: [parcel({ tracking_no: 'x'.repeat(129) })] },
      10060026,
    ],
    ['SF without a contact', { shipping_list: [parcel({ express_company: 'SF' })] }, 10060014],
    [
      'a contact whose last four digits are hidden',
      { shipping_list: [parcel({ contact: { receiver_contact: '189123****' } })] },
      10060014,
    ],
    ['a time without an offset', { upload_time: '2026-11-22 18:00:00' }, 268485216],
    ['an unknown kind of number', { order_key: { order_number_type: 3 } }, 268485194],
    ['no transaction_id', { order_key: { order_number_type: 2 } }, 268485195],
    ['no mchid', { order_key: { order_number_type: 1, out_trade_no: 'x' } }, 268485196],
    ['no out_trade_no', { order_key: { order_number_type: 1, mchid: mchId } }, 268485197],
    ['an unknown payment', { order_key: { order_number_type: 2, transaction_id: '1' } }, 10060001],
    ['another payer', { payer: { openid: 'oSomebodyElse' } }, 10060031],
  ];
  for (const [name, change, code] of wrong) {
    it(`an upload with ${name} is ${code}, and ships nothing`, async () => {
      expect(await errcode(upload(change))).to.equal(code);
      expect(await read()).to.include({ order_state: 1 });
    });
  }

  it('SF takes one contact, and virtual goods need nothing but a description', async () => {
    const contact = { consignor_contact: '0**2-******23-10' };
    expect(await errcode(upload({ shipping_list: [parcel({ express_company: 'SF', contact })] }))).to.equal(
      0,
    );
    order = platform.pay();
    expect(await errcode(upload({ logistics_type: 3, shipping_list: [{ item_desc: '点卡*1' }] }))).to.equal(
      0,
    );
  });

  it('the same upload once more changes nothing, at a later time neither', async () => {
    const first = body(order.transactionId);
    expect(await errcode(platform.post(uploadPath, first))).to.equal(0);
    expect(await errcode(platform.post(uploadPath, first))).to.equal(10060023);
    expect(await errcode(upload())).to.equal(10060023);
    expect(await shipping()).to.include({ finish_shipping_count: 1 });
  });

  it('where WeChat takes it for a re-shipment, the same upload at a later time spends the only one', async () => {
    simulator.faults.set({ repeated_shipping: 'reshipment' });
    const first = body(order.transactionId);
    expect(await errcode(platform.post(uploadPath, first))).to.equal(0);
    expect(await errcode(platform.post(uploadPath, first))).to.equal(10060023);
    expect(await errcode(upload())).to.equal(0);
    expect(await shipping()).to.include({ finish_shipping_count: 2 });
    expect(await errcode(upload())).to.equal(10060003);
  });

  it('one re-shipment is allowed, with a newer time', async () => {
    const old = uploadTime();
    expect(await errcode(upload())).to.equal(0);
    const other = { shipping_list: [parcel({ tracking_no: '2' })] };
    expect(await errcode(upload({ ...other, upload_time: old }))).to.equal(10060014);
    expect(await errcode(upload(other))).to.equal(0);
    expect(await shipping()).to.include({ finish_shipping_count: 2 });
    expect(await errcode(upload({ shipping_list: [parcel({ tracking_no: '3' })] }))).to.equal(10060003);
  });

  it('a split delivery is complete when it says so, and takes no further parcel then', async () => {
    const part = (tracking_no: string, is_all_delivered: boolean): Promise<number | undefined> =>
      errcode(upload({ delivery_mode: 2, is_all_delivered, shipping_list: [parcel({ tracking_no })] }));
    expect(await part('1', false)).to.equal(0);
    expect(await read()).to.include({ order_state: 1 });
    expect(await shipping()).to.include({ finish_shipping: false, finish_shipping_count: 0 });
    expect(await part('2', true)).to.equal(0);
    expect(await read()).to.include({ order_state: 2 });
    expect((await shipping()).shipping_list).to.have.length(2);
    expect(await part('3', false)).to.equal(10060002);
  });

  it('a change of mode before the end spends the re-shipment', async () => {
    expect(await errcode(upload({ delivery_mode: 2, is_all_delivered: false }))).to.equal(0);
    expect(await errcode(upload())).to.equal(0);
    expect(await shipping()).to.include({ finish_shipping: true, finish_shipping_count: 2 });
    expect(await errcode(upload({ logistics_type: 3 }))).to.equal(10060003);
  });

  it('after a full refund nothing can be shipped, after a part of it it can', async () => {
    simulator.refundAtConsole(mchId, order.outTradeNo, { refundFen: 880 });
    expect(await errcode(upload())).to.equal(0);
    simulator.refundAtConsole(mchId, order.outTradeNo);
    expect(await read()).to.include({ order_state: 5 });
    expect(await errcode(upload({ shipping_list: [parcel({ tracking_no: '2' })] }))).to.equal(10060004);
  });

  it('an answer that is lost has shipped nevertheless', async () => {
    simulator.faults.set({
      api: [{ api: 'upload_shipping_info', moment: 'after', answer: 'system_error', times: 1 }],
    });
    expect(await errcode(upload())).to.equal(-1);
    expect(await read()).to.include({ order_state: 2 });
    expect(simulator.ledger().calls.faults.upload_shipping_info).to.deep.equal({ after_system_error: 1 });
  });

  it('of a service provider’s merchant its own mchid counts', async () => {
    const outTradeNo = newOutTradeNo();
    const sub = { mchId: '1600000001' };
    const payment = {
      mchId,
      appId,
      openId,
      outTradeNo,
      totalFen: 100,
      notifyUrl: platform.receiver.url,
      sub,
    };
    simulator.payDirectly(payment, { drop: 100 });
    const key = (mchid: string): Fields => ({
      order_key: { order_number_type: 1, mchid, out_trade_no: outTradeNo },
    });
    expect(await errcode(upload(key(mchId)))).to.equal(10060001);
    expect(await errcode(upload(key(sub.mchId)))).to.equal(0);
    const ids = { merchant_id: mchId, sub_merchant_id: sub.mchId, merchant_trade_no: outTradeNo };
    const { order: found } = await platform.post('/wxa/sec/order/get_order', ids);
    expect(found).to.include({ merchant_id: mchId, sub_merchant_id: sub.mchId, order_state: 2 });
  });

  it('a combined payment is shipped order by order, all or none', async () => {
    const [one, other] = [newOutTradeNo(), newOutTradeNo()];
    const combineOutTradeNo = newOutTradeNo();
    const subOrders = [one, other].map((outTradeNo) => ({ outTradeNo, totalFen: 50 }));
    const payment = { mchId, appId, openId, combineOutTradeNo, notifyUrl: platform.receiver.url, subOrders };
    simulator.payCombined(payment, { drop: 100 });
    const key = (outTradeNo: string): Fields => ({
      order_key: { order_number_type: 1, mchid: mchId, out_trade_no: outTradeNo },
    });
    const sub = (outTradeNo: string, change: Fields = {}): Fields => ({
      ...key(outTradeNo),
      logistics_type: 1,
      delivery_mode: 1,
      shipping_list: [parcel()],
      ...change,
    });
    const whole = (sub_orders: unknown): Promise<number | undefined> =>
      errcode(
        platform.post(combinedPath, {
          ...key(combineOutTradeNo),
          sub_orders,
          upload_time: uploadTime(),
          payer: { openid: openId },
        }),
      );
    const states = (): number[] =>
      [one, other].map((number) => simulator.ledger(number).trades[0]?.order_state ?? 0);

    expect(await errcode(upload(key(one)))).to.equal(10060001);
    expect(await whole([sub(one), sub(order.outTradeNo)])).to.equal(10060001);
    expect(await whole([sub(one), sub(other, { shipping_list: [] })])).to.equal(268485228);
    expect(await whole([sub(one), sub(one)])).to.equal(10060014);
    expect(await whole(undefined)).to.equal(10060014);
    expect(states()).to.deep.equal([1, 1]);
    expect(await whole([sub(one), sub(other)])).to.equal(0);
    expect(states()).to.deep.equal([2, 2]);
  });
});

describe('wechat-simulator: shipping of apps that are not managed', () => {
  it('knows no payment, and says so about the app', async () => {
    const platform = await createPlatform(testApp);
    try {
      const { transactionId } = platform.pay();
      expect(await platform.post(uploadPath, body(transactionId))).to.include({ errcode: 10060001 });
      const isManaged = await platform.post('/wxa/sec/order/is_trade_managed', { appid: appId });
      expect(isManaged).to.include({ errcode: 0, is_trade_managed: false });
      const other = await platform.post('/wxa/sec/order/is_trade_managed', { appid: otherAppId });
      expect(other).to.include({ errcode: 40013 });
      expect(await platform.post('/wxa/sec/order/is_trade_managed')).to.include({ errcode: 40097 });
      platform.simulator.manageTrades({ appId, isManaged: true });
      const path = '/wxa/sec/order/is_trade_management_confirmation_completed';
      expect(await platform.post(path, { appid: appId })).to.include({ completed: true });
    } finally {
      await platform.close();
    }
  });
});

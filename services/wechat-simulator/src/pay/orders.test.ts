import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { createSimulator, type Simulator } from '../index.ts';
import {
  type Answer,
  appId,
  type CallOptions,
  callPay,
  newOutTradeNo,
  otherAppId,
  prepayBody,
  requestPayment,
  testApp,
  testMerchant,
} from '../wechat-simulator.fixture.test.ts';

const path = '/v3/pay/transactions/jsapi';
const notifyUrl = 'http://127.0.0.1:9/callbacks/wechat-pay/1900000109';
const hourMs = 3_600_000;

describe('wechat-simulator: orders at WeChat Pay', () => {
  let simulator: Simulator;
  before(async () => {
    const otherApp = { ...testApp, appId: otherAppId };
    const merchant = { ...testMerchant, appIds: [appId, otherAppId] };
    simulator = await createSimulator({ merchants: [merchant], apps: [testApp, otherApp] });
  });
  after(() => simulator.close());

  const prepay = (change: Record<string, unknown> = {}, options?: CallOptions): Promise<Answer> =>
    callPay(simulator.uri, 'POST', path, prepayBody(notifyUrl, change), options);
  const query = (outTradeNo: unknown): Promise<Answer> =>
    callPay(
      simulator.uri,
      'GET',
      `/v3/pay/transactions/out-trade-no/${encodeURIComponent(String(outTradeNo))}?mchid=${testMerchant.mchId}`,
    );
  const close = (outTradeNo: string): Promise<Answer> =>
    callPay(simulator.uri, 'POST', `/v3/pay/transactions/out-trade-no/${outTradeNo}/close`, {
      mchid: testMerchant.mchId,
    });

  it('a signed prepay is answered with a prepay_id', async () => {
    const { status, json } = await prepay();
    expect(status).to.equal(200);
    expect(json.prepay_id).to.match(/^wx[0-9a-z]{20,}$/);
  });

  const now = (): number => Math.floor(Date.now() / 1_000);
  const spoiled: [string, () => CallOptions][] = [
    ['a signature over another body', () => ({ signedBody: '{}' })],
    ['a signature over another path', () => ({ signedUrl: '/v3/pay/transactions/native' })],
    ['a serial that is not the merchant’s', () => ({ serial: 'AA75B6A45ACD588826D15E583A95F5DD1C1D2E3F' })],
    ['a clock six minutes behind', () => ({ timestamp: now() - 360 })],
    ['a clock six minutes ahead', () => ({ timestamp: now() + 360 })],
    ['another scheme', () => ({ authorization: 'Bearer x' })],
    ['a field that is missing', () => ({ authorization: 'WECHATPAY2-SHA256-RSA2048 mchid="1900000109"' })],
  ];
  for (const [name, options] of spoiled) {
    it(`a request with ${name} gets 401 SIGN_ERROR`, async () => {
      const { status, json } = await prepay({}, options());
      expect({ status, code: json.code }).to.deep.equal({ status: 401, code: 'SIGN_ERROR' });
    });
  }

  it('the query string is part of what is signed', async () => {
    const url = `/v3/pay/transactions/out-trade-no/ABCDEF?mchid=${testMerchant.mchId}`;
    const answer = await callPay(simulator.uri, 'GET', url, undefined, {
      signedUrl: url.split('?')[0] ?? '',
    });
    expect(answer.json.code).to.equal('SIGN_ERROR');
  });

  const wrongBodies: [string, Record<string, unknown>][] = [
    ['an amount of 0', { amount: { total: 0 } }],
    ['an amount that is a fraction', { amount: { total: 1.5 } }],
    ['an amount that is text', { amount: { total: '100' } }],
    ['an out_trade_no of five characters', { out_trade_no: 'ABCDE' }],
    ['an out_trade_no of 33 characters', { out_trade_no: 'A'.repeat(33) }],
    ['an out_trade_no with a space', { out_trade_no: 'AB CDEF' }],
    ['a description of 128 characters', { description: '字'.repeat(128) }],
    ['an attach of 129 characters', { attach: 'a'.repeat(129) }],
    ['a notify_url with a query', { notify_url: 'https://shop.example.com/notify?a=1' }],
    ['a notify_url of 256 characters', { notify_url: `https://shop.example.com/${'n'.repeat(231)}` }],
    ['a notify_url without a scheme', { notify_url: 'shop.example.com/notify' }],
    ['a time_expire without an offset', { time_expire: '2026-11-22T18:00:00' }],
    ['no payer', { payer: undefined }],
    ['another mchid than the one that signed', { mchid: '1900000110' }],
  ];
  for (const [name, change] of wrongBodies) {
    it(`a prepay with ${name} gets 400 PARAM_ERROR that names the field`, async () => {
      const { status, json } = await prepay(change);
      expect({ status, code: json.code }).to.deep.equal({ status: 400, code: 'PARAM_ERROR' });
      expect(json.detail.field).to.contain(`/body/${Object.keys(change)[0]}`);
    });
  }

  it('the longest texts and all characters of a number are taken', async () => {
    const { status, text } = await prepay({
      description: '🍵'.repeat(127),
      attach: 'a'.repeat(128),
      out_trade_no: 'Az0_-*|Az0',
      notify_url: `https://shop.example.com/${'n'.repeat(230)}`,
    });
    expect(status, text).to.equal(200);
    expect((await query('Az0_-*|Az0')).json.trade_state).to.equal('NOTPAY');
  });

  it('a notify_url on a private host is refused unless the settings allow it', async () => {
    const strict = await createSimulator({ merchants: [testMerchant], allowPrivateNotifyHosts: false });
    try {
      const hosts = [
        '127.0.0.1:3000',
        'localhost',
        '10.1.2.3',
        '172.20.0.1',
        '192.168.1.1',
        '[::1]',
        'ingress',
      ];
      for (const host of hosts) {
        const answer = await callPay(strict.uri, 'POST', path, prepayBody(`http://${host}/notify`));
        expect(answer.json.code, host).to.equal('PARAM_ERROR');
      }
      const answer = await callPay(strict.uri, 'POST', path, prepayBody('https://shop.example.com/notify'));
      expect(answer.status).to.equal(200);
    } finally {
      await strict.close();
    }
  });

  it('an appid that is not bound to the mchid is refused', async () => {
    const { json } = await prepay({ appid: 'wx0000000000000000' });
    expect(json.code).to.equal('APPID_MCHID_NOT_MATCH');
  });

  it('an openid of another app is refused', async () => {
    await prepay({ payer: { openid: 'oOnlyOfTheFirstApp' } });
    const { status, json } = await prepay({ appid: otherAppId, payer: { openid: 'oOnlyOfTheFirstApp' } });
    expect({ status, code: json.code }).to.deep.equal({ status: 400, code: 'PARAM_ERROR' });
  });

  it('the same number with the same body gets a new prepay_id, however the body is written', async () => {
    const body = prepayBody(notifyUrl);
    const reversed = Object.fromEntries(Object.entries(body).reverse());
    const first = await callPay(simulator.uri, 'POST', path, body);
    const second = await callPay(simulator.uri, 'POST', path, reversed);
    expect(second.status).to.equal(200);
    expect(second.json.prepay_id).not.to.equal(first.json.prepay_id);
  });

  it('the same number with another body is refused, in either of two ways', async () => {
    const body = prepayBody(notifyUrl);
    const other = { ...body, description: 'another' };
    await callPay(simulator.uri, 'POST', path, body);
    const used = await callPay(simulator.uri, 'POST', path, other);
    expect([used.status, used.json.code]).to.deep.equal([403, 'OUT_TRADE_NO_USED']);
    simulator.faults.set({ duplicate_number_answer: 'INVALID_REQUEST' });
    try {
      const invalid = await callPay(simulator.uri, 'POST', path, other);
      expect([invalid.status, invalid.json.code]).to.deep.equal([400, 'INVALID_REQUEST']);
    } finally {
      simulator.faults.reset();
    }
  });

  it('a paid number gets ORDER_PAID, a closed one ORDER_CLOSED', async () => {
    const paid = prepayBody(notifyUrl);
    const { json } = await callPay(simulator.uri, 'POST', path, paid);
    simulator.pay(requestPayment(json.prepay_id));
    expect((await callPay(simulator.uri, 'POST', path, paid)).json.code).to.equal('ORDER_PAID');
    const closed = prepayBody(notifyUrl);
    await callPay(simulator.uri, 'POST', path, closed);
    await close(String(closed.out_trade_no));
    expect((await callPay(simulator.uri, 'POST', path, closed)).json.code).to.equal('ORDER_CLOSED');
  });

  it('closing answers 204 again and for unknown numbers, and ORDER_PAID for a paid order', async () => {
    const body = prepayBody(notifyUrl);
    const { json } = await callPay(simulator.uri, 'POST', path, body);
    const unknown = newOutTradeNo();
    expect([(await close(unknown)).status, (await close(unknown)).status]).to.deep.equal([204, 204]);
    simulator.pay(requestPayment(json.prepay_id));
    expect((await close(String(body.out_trade_no))).json.code).to.equal('ORDER_PAID');
  });

  it('a query tells an unpaid order from a paid one, and finds paid ones by transaction_id', async () => {
    const body = prepayBody(notifyUrl, { attach: 'table 4' });
    const { json } = await callPay(simulator.uri, 'POST', path, body);
    const unpaid = await query(body.out_trade_no);
    expect(unpaid.json.trade_state).to.equal('NOTPAY');
    expect(unpaid.json).not.to.have.any.keys('transaction_id', 'success_time', 'bank_type', 'attach');

    const { transactionId } = simulator.pay(requestPayment(json.prepay_id));
    const byId = await callPay(
      simulator.uri,
      'GET',
      `/v3/pay/transactions/id/${transactionId}?mchid=${testMerchant.mchId}`,
    );
    expect(byId.json).to.include({
      trade_state: 'SUCCESS',
      transaction_id: transactionId,
      attach: 'table 4',
    });
    expect(byId.json).to.deep.equal((await query(body.out_trade_no)).json);
    expect(byId.json.amount).to.include({ total: 1_880, payer_total: 1_880, currency: 'CNY' });
    expect(transactionId).to.match(/^\d{28}$/);
  });

  it('a query of a payment that was refunded says REFUND, with all that it said before', async () => {
    const body = prepayBody(notifyUrl);
    const { json } = await callPay(simulator.uri, 'POST', path, body);
    const outTradeNo = String(body.out_trade_no);
    expect(() => simulator.refundAtConsole(testMerchant.mchId, outTradeNo)).to.throw('no payment');
    simulator.pay(requestPayment(json.prepay_id));
    const paid = (await query(outTradeNo)).json;
    simulator.refundAtConsole(testMerchant.mchId, outTradeNo);
    const refunded = (await query(outTradeNo)).json;
    expect(refunded).to.deep.equal({ ...paid, trade_state: 'REFUND', trade_state_desc: '转入退款' });
    expect((await close(outTradeNo)).json.code).to.equal('ORDER_PAID');
    expect((await callPay(simulator.uri, 'POST', path, body)).json.code).to.equal('ORDER_PAID');
  });

  it('a query of a number that nobody prepaid gets 404 ORDER_NOT_EXIST', async () => {
    const { status, json } = await query(newOutTradeNo());
    expect([status, json.code]).to.deep.equal([404, 'ORDER_NOT_EXIST']);
  });

  it('the buyer cannot pay with a paySign that does not verify', async () => {
    const { json } = await prepay();
    const request = requestPayment(json.prepay_id);
    expect(() => simulator.pay({ ...request, nonceStr: 'another' })).to.throw('paySign');
    expect(() => simulator.pay({ ...request, appId: otherAppId })).to.throw('another appid');
    simulator.pay(request);
    expect(() => simulator.pay(request)).to.throw('paid');
  });

  it('a prepay_id dies after two hours, and the order stays NOTPAY and can be prepaid again', async () => {
    const body = prepayBody(notifyUrl);
    const first = await callPay(simulator.uri, 'POST', path, body);
    await simulator.clock.advance(2 * hourMs + 1_000);
    expect(() => simulator.pay(requestPayment(first.json.prepay_id))).to.throw('two hours');
    expect((await query(body.out_trade_no)).json.trade_state).to.equal('NOTPAY');
    const second = await callPay(simulator.uri, 'POST', path, body);
    simulator.pay(requestPayment(second.json.prepay_id));
  });

  it('nobody can pay after time_expire, and the order stays NOTPAY', async () => {
    const timeExpire = new Date(Date.now() + hourMs).toISOString().replace('Z', '+00:00');
    const body = prepayBody(notifyUrl, { time_expire: timeExpire });
    const { json } = await callPay(simulator.uri, 'POST', path, body);
    await simulator.clock.advance(hourMs + 1_000);
    expect(() => simulator.pay(requestPayment(json.prepay_id))).to.throw('time_expire');
    expect((await query(body.out_trade_no)).json.trade_state).to.equal('NOTPAY');
  });

  it('a number with a character that a URL escapes is found', async () => {
    const outTradeNo = `A|B*C-${newOutTradeNo()}`.slice(0, 32);
    await prepay({ out_trade_no: outTradeNo });
    expect((await query(outTradeNo)).json.out_trade_no).to.equal(outTradeNo);
  });
});

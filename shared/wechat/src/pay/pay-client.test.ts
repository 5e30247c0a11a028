import { verify } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Merchant } from '@huidiao/contracts';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { failureOf } from '../http/failure-of.fixture.test.ts';
import { createObservers } from '../http/observers.fixture.test.ts';
import { startTestServer, type TestServer } from '../http/test-server.fixture.test.ts';
import { createPayClient, type PayClient } from './pay-client.ts';
import {
  forger,
  merchantPublicKey,
  paidTransaction,
  platform,
  testMerchant,
  testNow,
} from './platform.fixture.test.ts';

const order = {
  appId: 'wx8888888888888888',
  description: '一杯茶',
  outTradeNo: 'order|0001*',
  amountFen: 1999,
  currency: 'CNY',
  openId: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
  notifyUrl: 'https://shop.example.com/callbacks/wechat-pay/1900000001',
  timeExpire: new Date('2026-11-22T04:00:00.999Z'),
};
const queried = { ...paidTransaction, out_trade_no: order.outTradeNo };

interface AnswerOptions {
  headers?: Record<string, string | string[]>;
  signer?: typeof platform;
  unsigned?: true;
}

/** Answers as WeChat Pay does: signed, over the bytes that go out. */
function answerSigned(response: ServerResponse, status: number, text: string, options: AnswerOptions = {}) {
  const { signer = platform, headers = {} } = options;
  const signature = options.unsigned ? {} : signer.headersFor(Buffer.from(text));
  response.writeHead(status, { 'request-id': '08F5B8C2B506', ...signature, ...headers }).end(text);
}

describe('the client of WeChat Pay', () => {
  let server: TestServer;
  let client: PayClient;
  let observers: ReturnType<typeof createObservers>;

  function connect(merchant: Merchant = testMerchant, timeoutMs = 2_000): PayClient {
    const clock = { now: () => testNow };
    return createPayClient({ merchant, baseUrl: server.baseUrl, clock, timeoutMs, ...observers });
  }

  function answer(status: number, json: unknown, options?: AnswerOptions): void {
    const text = typeof json === 'string' ? json : JSON.stringify(json);
    server.answer = (_request, response) => answerSigned(response, status, text, options);
  }

  const prepay = () => client.prepayJsapi(order);
  const query = () => client.queryByOutTradeNo(order.outTradeNo);
  const close = () => client.closeByOutTradeNo(order.outTradeNo);

  beforeEach(async () => {
    observers = createObservers();
    server = await startTestServer(() => undefined);
    client = connect();
  });
  afterEach(async () => {
    client.close();
    await server.close();
  });

  it('prepays with the body that WeChat Pay documents and gives the prepay_id', async () => {
    answer(200, { prepay_id: 'wx201410272009395522657a690389285100' });
    expect(await prepay()).to.deep.equal({ prepayId: 'wx201410272009395522657a690389285100' });
    const { method, url, body } = server.received[0] ?? expect.fail('nothing came');
    expect([method, url]).to.deep.equal(['POST', '/v3/pay/transactions/jsapi']);
    expect(JSON.parse(body)).to.deep.equal({
      appid: 'wx8888888888888888',
      mchid: '1900000001',
      description: '一杯茶',
      out_trade_no: 'order|0001*',
      time_expire: '2026-11-22T12:00:00+08:00',
      notify_url: 'https://shop.example.com/callbacks/wechat-pay/1900000001',
      amount: { total: 1999, currency: 'CNY' },
      payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
    });
  });

  it('repeats a prepay byte for byte, for WeChat Pay refuses the number with other content', async () => {
    answer(200, { prepay_id: 'a' });
    await prepay();
    await client.prepayJsapi({ ...order });
    expect(server.received[0]?.body).to.equal(server.received[1]?.body);
    await client.prepayJsapi({ ...order, attach: 'x' });
    expect(JSON.parse(server.received[2]?.body ?? '')).to.include({ attach: 'x' });
  });

  it('signs what goes out: method, path with query as on the wire, and body', async () => {
    answer(200, { prepay_id: 'a' });
    await prepay();
    answer(200, queried);
    await query();
    for (const { method, url, headers, body } of server.received) {
      const [, nonce, timestamp, signature] =
        headers.authorization?.match(
          /^WECHATPAY2-SHA256-RSA2048 mchid="1900000001",nonce_str="([0-9a-f]{32})",timestamp="(\d+)",serial_no="5157F09EFDC096DE15EBE81A47057A7232F1B8E1",signature="(.+)"$/,
        ) ?? expect.fail(headers.authorization);
      const message = Buffer.from(`${method}\n${url}\n${timestamp}\n${nonce}\n${body}\n`);
      const bytes = Buffer.from(signature ?? '', 'base64');
      expect(verify('RSA-SHA256', message, merchantPublicKey, bytes)).to.equal(true);
    }
    expect(server.received[1]?.url).to.equal(
      '/v3/pay/transactions/out-trade-no/order%7C0001*?mchid=1900000001',
    );
  });

  it('asks for answers signed with our public key, and for none where only certificates are configured', async () => {
    answer(200, { prepay_id: 'a' });
    await prepay();
    expect(server.received[0]?.headers['wechatpay-serial']).to.equal(platform.id);
    const old = connect({ ...testMerchant, wechatpayPublicKeys: [] });
    await old.prepayJsapi(order).catch(() => undefined);
    old.close();
    expect(server.received[1]?.headers).to.not.have.property('wechatpay-serial');
  });

  it('reads what a query says of a paid order', async () => {
    const payment = {
      type: 'payment.succeeded',
      mchId: '1900000001',
      appId: 'wx8888888888888888',
      outTradeNo: order.outTradeNo,
      transactionId: '1217752501201407033233368018',
      amountFen: 1999,
      payerTotalFen: 1500,
      currency: 'CNY',
      openId: order.openId,
      tradeType: 'JSAPI',
      bankType: 'OTHERS',
      attach: '',
      successTime: '2026-11-22T10:00:00+08:00',
    };
    answer(200, queried);
    expect(await query()).to.deep.equal({ state: 'paid', refunded: false, payment });
    answer(200, { ...queried, trade_state: 'REFUND' });
    expect(await query()).to.deep.equal({
      state: 'paid',
      refunded: true,
      payment: { ...payment, refundSeen: true },
    });
  });

  for (const [tradeState, state] of [
    ['NOTPAY', 'waiting'],
    ['USERPAYING', 'waiting'],
    ['ACCEPT', 'waiting'],
    ['SOMETHING_NEW', 'waiting'],
    ['CLOSED', 'closed'],
    ['REVOKED', 'closed'],
    ['PAYERROR', 'closed'],
  ] as const) {
    it(`reads ${tradeState} as ${state}, without the fields that only paid orders have`, async () => {
      const { appid, mchid, out_trade_no } = queried;
      answer(200, { appid, mchid, out_trade_no, trade_state: tradeState });
      expect(await query()).to.deep.equal({ state, tradeState });
    });
  }

  it('closes an order: 204 has no body, and yet a signature, over nothing', async () => {
    answer(204, '');
    expect(await close()).to.equal(undefined);
    const { method, url, body } = server.received[0] ?? expect.fail('nothing came');
    expect([method, url, body]).to.deep.equal([
      'POST',
      '/v3/pay/transactions/out-trade-no/order%7C0001*/close',
      '{"mchid":"1900000001"}',
    ]);
    answer(204, '', { signer: forger });
    expect(await failureOf(close)).to.include({ code: 'WECHAT_RESPONSE_NOT_AUTHENTIC' });
    answer(204, '', { unsigned: true });
    expect(await failureOf(close)).to.include({ code: 'WECHAT_RESPONSE_NOT_AUTHENTIC' });
  });

  it('says that an order was not closed because it is paid, or may just be being paid', async () => {
    answer(400, { code: 'ORDER_PAID', message: '该订单已支付' });
    const paid = await failureOf(close);
    expect(paid).to.include({ code: 'ORDER_PAID_AT_WECHAT', kind: 'permanent' });
    expect(paid.details).to.include({ queryFirst: true });
    answer(429, { code: 'FREQUENCY_LIMITED' });
    expect((await failureOf(close)).details).to.include({ queryFirst: true });
  });

  it('leaves open whether an order was closed on a time-out and on a 500', async () => {
    const hasty = connect(testMerchant, 100);
    server.answer = () => undefined;
    const failed = await failureOf(() => hasty.closeByOutTradeNo(order.outTradeNo));
    expect(failed).to.include({ code: 'WECHAT_UNREACHABLE', kind: 'transient' });
    hasty.close();
    answer(500, { code: 'SYSTEM_ERROR' });
    expect(await failureOf(close)).to.include({ code: 'WECHAT_SYSTEM_ERROR', kind: 'transient' });
  });

  it('refuses a genuine answer about another order or merchant', async () => {
    for (const other of [{ out_trade_no: 'order_0002' }, { mchid: '1900000002' }]) {
      answer(200, { ...queried, ...other });
      expect(await failureOf(query)).to.include({ code: 'WECHAT_RESPONSE_NOT_AUTHENTIC' });
    }
  });

  const text = JSON.stringify({ prepay_id: 'a' });
  const own = platform.headersFor(Buffer.from(text));
  const signature = own['wechatpay-signature'][0] ?? '';
  const forged: [string, string, AnswerOptions, string][] = [
    [
      'a probe',
      text,
      { headers: { 'wechatpay-signature': `WECHATPAY/SIGNTEST/${signature}` } },
      'signature_probe',
    ],
    ['no signature', text, { unsigned: true }, 'header_missing'],
    ['an altered body', `${text} `, { headers: own }, 'signature_wrong'],
    ["a stranger's key", text, { signer: forger }, 'signature_wrong'],
    ['an unknown serial', text, { headers: { 'wechatpay-serial': 'PUB_KEY_ID_9' } }, 'serial_unknown'],
    [
      'a signature twice',
      text,
      { headers: { 'wechatpay-signature': [signature, signature] } },
      'header_repeated',
    ],
    ['an old timestamp', text, { headers: { 'wechatpay-timestamp': '1' } }, 'timestamp_stale'],
  ];
  for (const [what, body, options, reason] of forged) {
    it(`does not believe an answer with ${what}`, async () => {
      server.answer = (_request, response) => answerSigned(response, 200, body, options);
      const error = await failureOf(prepay);
      expect(error).to.include({ code: 'WECHAT_RESPONSE_NOT_AUTHENTIC', kind: 'transient' });
      expect(error.details).to.include({ reason, requestId: '08F5B8C2B506' });
      expect(observers.lines.join()).to.include(`"reason":"${reason}"`).and.not.include(signature);
      expect(await observers.metrics.registry.metrics()).to.match(
        new RegExp(`answers_not_authentic_total\\{[^}]*reason="${reason}"[^}]*\\} 1`),
      );
    });
  }

  it('does not believe a refusal whose signature is bad, nor one that is neither signed nor has a code', async () => {
    const refusal = { code: 'ORDER_CLOSED', message: '订单已关闭' };
    answer(400, refusal, { signer: forger });
    expect(await failureOf(prepay)).to.include({ code: 'WECHAT_RESPONSE_NOT_AUTHENTIC' });
    answer(403, '<html>proxy</html>', { unsigned: true });
    expect(await failureOf(prepay)).to.include({ code: 'WECHAT_RESPONSE_NOT_AUTHENTIC', kind: 'transient' });
    answer(401, { code: 'SIGN_ERROR' }, { unsigned: true });
    expect(await failureOf(prepay)).to.include({ code: 'WECHAT_CREDENTIALS_REFUSED', kind: 'permanent' });
  });

  it('decides by the code, never by the text, and says where to query first', async () => {
    answer(400, { code: 'INVALID_REQUEST', message: '201 商户订单号重复' });
    const error = await failureOf(prepay);
    expect(error).to.include({ code: 'WECHAT_REFUSED', kind: 'permanent' });
    expect(error.details).to.deep.equal({
      api: 'prepay-jsapi',
      status: 400,
      remoteCode: 'INVALID_REQUEST',
      requestId: '08F5B8C2B506',
      queryFirst: true,
    });
    answer(400, { code: 'ORDER_PAID' });
    expect((await failureOf(prepay)).details).to.include({ queryFirst: true });
  });

  it('waits as long as it is asked to', async () => {
    answer(429, { code: 'RATELIMIT_EXCEEDED' }, { headers: { 'retry-after': '7' } });
    expect(await failureOf(prepay)).to.include({
      code: 'WECHAT_BUSY',
      kind: 'throttled',
      retryAfterMs: 7_000,
    });
  });

  it('leaves the outcome open on a time-out, a 500 and an answer that it cannot read', async () => {
    const slow = connect(testMerchant, 100);
    server.answer = () => undefined;
    expect(await failureOf(() => slow.prepayJsapi(order))).to.include({ code: 'WECHAT_UNREACHABLE' });
    slow.close();
    answer(502, '<html>bad gateway</html>', { unsigned: true });
    expect(await failureOf(prepay)).to.include({ code: 'WECHAT_SYSTEM_ERROR', kind: 'transient' });
    for (const body of ['{}', 'null', 'no json', '{"prepay_id":""}', '{"prepay_id":7}']) {
      answer(200, body);
      expect(await failureOf(prepay), body).to.include({ code: 'WECHAT_SYSTEM_ERROR', kind: 'transient' });
    }
    answer(200, { ...queried, amount: { total: '1999' } });
    expect(await failureOf(query)).to.include({ code: 'WECHAT_SYSTEM_ERROR' });
  });

  it('stops calling after many failures, but not after refusals and probes', async () => {
    answer(400, { code: 'PARAM_ERROR' });
    for (let call = 0; call < 15; call += 1) await failureOf(prepay);
    answer(200, { prepay_id: 'a' }, { signer: forger });
    for (let call = 0; call < 15; call += 1) await failureOf(prepay);
    expect(server.received).to.have.length(30);
    answer(500, { code: 'SYSTEM_ERROR' });
    for (let call = 0; call < 40; call += 1) await failureOf(prepay);
    expect(await failureOf(prepay)).to.include({ code: 'WECHAT_BREAKER_OPEN', kind: 'throttled' });
    expect(server.received.length).to.be.lessThan(70);
  });

  it('signs the parameters of wx.requestPayment without calling anybody', () => {
    const {
      timeStamp,
      nonceStr,
      package: prepayed,
      signType,
      paySign,
    } = client.requestPaymentParameters({
      appId: order.appId,
      prepayId: 'wx2014',
    });
    expect([timeStamp, prepayed, signType]).to.deep.equal(['1795312800', 'prepay_id=wx2014', 'RSA']);
    const message = Buffer.from(`${order.appId}\n${timeStamp}\n${nonceStr}\n${prepayed}\n`);
    expect(verify('RSA-SHA256', message, merchantPublicKey, Buffer.from(paySign, 'base64'))).to.equal(true);
    expect(server.received).to.have.length(0);
  });

  it('is refused as configuration without a usable private key, which its error does not quote', () => {
    const merchantPrivateKeyPem = '-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----';
    const make = () => connect({ ...testMerchant, merchantPrivateKeyPem });
    expect(make).to.throw().with.property('code', 'CONFIG_INVALID');
    expect(make).to.throw().with.property('message').that.does.not.include('SECRET');
  });
});

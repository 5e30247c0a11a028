import { verify } from 'node:crypto';
import type { Merchant } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createObservers } from '../http/observers.fixture.test.ts';
import { startTestServer, type TestServer } from '../http/test-server.fixture.test.ts';
import { createPayClient, type PayClient } from './pay-client.ts';
import { forger, merchantPublicKey, platform, testMerchant, testNow } from './platform.fixture.test.ts';
import { toEchoKeyId } from './security-echo.ts';

const notifyUrl = 'https://shop.example.com/callbacks/wechat-pay/1900000001';
const order = {
  appId: 'wx8888888888888888',
  description: '回调检查',
  outTradeNo: 'HUIDIAO-CHECK-1',
  amountFen: 1,
  currency: 'CNY',
  notifyUrl,
  timeExpire: new Date('2026-11-22T04:00:00.000Z'),
};
const refund = {
  outTradeNo: order.outTradeNo,
  outRefundNo: 'HUIDIAO-CHECK-1-R1',
  refundFen: 1,
  totalFen: 1,
  currency: 'CNY',
  reason: '回调检查自动退款',
  notifyUrl,
};
const refundAnswer = {
  refund_id: '50000000382019052709732678859',
  out_refund_no: refund.outRefundNo,
  transaction_id: '1217752501201407033233368018',
  out_trade_no: refund.outTradeNo,
  channel: 'ORIGINAL',
  user_received_account: '支付用户零钱',
  create_time: '2026-11-22T10:00:00+08:00',
  status: 'PROCESSING',
  amount: { total: 1, refund: 1, payer_total: 1, payer_refund: 1, currency: 'CNY' },
};
const echo = { message: 'huidiao-check-0123456789abcdef', notifyUrl, keyId: platform.id };

describe('what verify-callback asks of WeChat Pay', () => {
  let server: TestServer;
  let client: PayClient;
  beforeEach(async () => {
    server = await startTestServer(() => undefined);
    client = connect(testMerchant);
  });
  afterEach(async () => {
    client.close();
    await server.close();
  });

  function connect(merchant: Merchant): PayClient {
    const clock = { now: () => testNow };
    return createPayClient({ merchant, baseUrl: server.baseUrl, clock, ...createObservers() });
  }

  function answer(status: number, json: unknown, signer: typeof platform = platform): void {
    const text = JSON.stringify(json);
    server.answer = (_request, response) => {
      response.writeHead(status, { ...signer.headersFor(Buffer.from(text)) }).end(text);
    };
  }

  const calls = {
    'a Native prepay': { make: () => client.prepayNative(order), said: { code_url: 'weixin://a' } },
    'a refund': { make: () => client.createRefund(refund), said: refundAnswer },
    'a security echo': { make: () => client.securityEcho(echo), said: { echo_message: echo.message } },
  };

  it('makes a code with the body that WeChat Pay documents', async () => {
    answer(200, { code_url: 'weixin://wxpay/bizpayurl?pr=p4lpSuKzz' });
    expect(await client.prepayNative(order)).to.deep.equal({
      codeUrl: 'weixin://wxpay/bizpayurl?pr=p4lpSuKzz',
    });
    const { method, url, body } = server.received[0] ?? expect.fail('nothing came');
    expect([method, url]).to.deep.equal(['POST', '/v3/pay/transactions/native']);
    expect(JSON.parse(body)).to.deep.equal({
      appid: 'wx8888888888888888',
      mchid: '1900000001',
      description: '回调检查',
      out_trade_no: 'HUIDIAO-CHECK-1',
      time_expire: '2026-11-22T12:00:00+08:00',
      notify_url: notifyUrl,
      amount: { total: 1, currency: 'CNY' },
    });
  });

  it('refunds with the body that WeChat Pay documents, and reads what was accepted', async () => {
    answer(200, refundAnswer);
    expect(await client.createRefund(refund)).to.deep.equal({
      status: 'PROCESSING',
      refundId: '50000000382019052709732678859',
      outRefundNo: 'HUIDIAO-CHECK-1-R1',
      transactionId: '1217752501201407033233368018',
      outTradeNo: 'HUIDIAO-CHECK-1',
      refundFen: 1,
      totalFen: 1,
    });
    const { method, url, body } = server.received[0] ?? expect.fail('nothing came');
    expect([method, url]).to.deep.equal(['POST', '/v3/refund/domestic/refunds']);
    expect(JSON.parse(body)).to.deep.equal({
      out_trade_no: 'HUIDIAO-CHECK-1',
      out_refund_no: 'HUIDIAO-CHECK-1-R1',
      reason: '回调检查自动退款',
      notify_url: notifyUrl,
      amount: { refund: 1, total: 1, currency: 'CNY' },
    });
  });

  it('asks for a test with the body that WeChat Pay documents, and the key that is to sign', async () => {
    answer(200, { echo_message: echo.message });
    await client.securityEcho(echo);
    const { method, url, headers, body } = server.received[0] ?? expect.fail('nothing came');
    expect([method, url]).to.deep.equal(['POST', '/v3/security/echo']);
    expect(headers['wechatpay-serial']).to.equal(platform.id);
    expect(JSON.parse(body)).to.deep.equal({ notify_url: notifyUrl, echo_message: echo.message });
  });

  it('names the key that is to sign the test, whichever the merchant uses otherwise', async () => {
    answer(200, { echo_message: echo.message });
    await client.securityEcho({ ...echo, keyId: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1' });
    expect(server.received[0]?.headers['wechatpay-serial']).to.equal(
      '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
    );
  });

  for (const [what, { make, said }] of Object.entries(calls)) {
    it(`signs ${what}`, async () => {
      answer(200, said);
      await make();
      const { url, headers, body } = server.received[0] ?? expect.fail('nothing came');
      const [, nonce, timestamp, signature = ''] =
        /nonce_str="(.+?)",timestamp="(.+?)",.*signature="(.+)"/.exec(headers.authorization ?? '') ?? [];
      const message = Buffer.from(`POST\n${url}\n${timestamp}\n${nonce}\n${body}\n`);
      const bytes = Buffer.from(signature, 'base64');
      expect(verify('RSA-SHA256', message, merchantPublicKey, bytes)).to.equal(true);
    });

    it(`does not believe an answer to ${what} that is signed with another key`, async () => {
      answer(200, said, forger);
      expect(await failure(make)).to.include({ code: 'WECHAT_RESPONSE_NOT_AUTHENTIC' });
    });

    it(`does not take an empty answer for the success of ${what}`, async () => {
      answer(200, {});
      expect((await failure(make)).code).to.be.oneOf([
        'WECHAT_SYSTEM_ERROR',
        'WECHAT_RESPONSE_NOT_AUTHENTIC',
      ]);
    });
  }

  it('does not take the answer to another refund or another test for its own', async () => {
    answer(200, { ...refundAnswer, out_refund_no: 'another' });
    expect(await failure(calls['a refund'].make)).to.include({ code: 'WECHAT_RESPONSE_NOT_AUTHENTIC' });
    answer(200, { echo_message: 'another' });
    expect(await failure(calls['a security echo'].make)).to.include({
      code: 'WECHAT_RESPONSE_NOT_AUTHENTIC',
    });
  });

  it('says of a refund that is refused whether it may have been accepted', async () => {
    answer(403, { code: 'NOT_ENOUGH', message: '基本账户余额不足' });
    const { code, details } = await failure(calls['a refund'].make);
    expect({ code, ...details }).to.include({ code: 'WECHAT_REFUSED', queryFirst: true });
  });
});

describe('the key that WeChat Pay is asked to sign a test with', () => {
  const certificate = (serial: string, year: number) => ({
    serial,
    key: merchantPublicKey,
    expiresAt: new Date(Date.UTC(year, 0, 1)),
  });
  const keyringWith = (...certificates: ReturnType<typeof certificate>[]) => ({
    legacy: { certificates, downloadedAt: 0 },
  });
  const old = { wechatpayPublicKeys: [], platformCertificatePems: [] };

  it('is the public key where the merchant has one', () => {
    expect(toEchoKeyId(testMerchant, keyringWith(certificate('AB', 2030)))).to.equal(platform.id);
  });

  it('is otherwise the certificate that is in force longest, its serial written in whole bytes', () => {
    expect(toEchoKeyId(old, keyringWith(certificate('AB12', 2028), certificate('F09EF', 2031)))).to.equal(
      '0F09EF',
    );
  });

  it('is none where the merchant has no key', () => {
    expect(toEchoKeyId(old, keyringWith())).to.equal(undefined);
  });
});

async function failure(call: () => Promise<unknown>): Promise<AppError> {
  try {
    await call();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  return expect.fail('it succeeded');
}

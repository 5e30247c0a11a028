import { AppError } from '@huidiao/errors';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createObservers } from '../http/observers.fixture.test.ts';
import { startTestServer, type TestServer } from '../http/test-server.fixture.test.ts';
import { createPayClient, type PayClient } from './pay-client.ts';
import { platform, testMerchant, testNow } from './platform.fixture.test.ts';

const outRefundNo = 'refund|0001@1';
/** https://pay.weixin.qq.com/doc/v3/merchant/4012791904 */
const refund = {
  refund_id: '50000000382019052709732678859',
  out_refund_no: outRefundNo,
  transaction_id: '1217752501201407033233368018',
  out_trade_no: 'order_0001',
  channel: 'ORIGINAL',
  user_received_account: '支付用户零钱',
  success_time: '2026-11-22T10:00:00+08:00',
  create_time: '2026-11-22T09:59:00+08:00',
  status: 'SUCCESS',
  funds_account: 'UNSETTLED',
  amount: { total: 1999, refund: 999, payer_total: 1500, payer_refund: 750, currency: 'CNY' },
};

describe('the query of a refund', () => {
  let server: TestServer;
  let client: PayClient;

  function answer(status: number, json: unknown): void {
    const text = JSON.stringify(json);
    server.answer = (_request, response) =>
      response.writeHead(status, platform.headersFor(Buffer.from(text))).end(text);
  }

  beforeEach(async () => {
    server = await startTestServer(() => undefined);
    const clock = { now: () => testNow };
    client = createPayClient({
      merchant: testMerchant,
      baseUrl: server.baseUrl,
      clock,
      ...createObservers(),
    });
  });
  afterEach(async () => {
    client.close();
    await server.close();
  });

  async function failure(): Promise<AppError> {
    const error: unknown = await client.queryRefund(outRefundNo).catch((thrown) => thrown);
    return error instanceof AppError ? error : expect.fail('it did not throw an AppError');
  }

  it('asks for one refund, in the name of whom a service provider names, and gives what became of it', async () => {
    answer(200, refund);
    expect(await client.queryRefund(outRefundNo)).to.deep.equal({
      status: 'SUCCESS',
      refundId: '50000000382019052709732678859',
      outRefundNo,
      transactionId: '1217752501201407033233368018',
      outTradeNo: 'order_0001',
      refundFen: 999,
      totalFen: 1999,
      successTime: '2026-11-22T10:00:00+08:00',
    });
    await client.queryRefund(outRefundNo, { subMchId: '1900000109' });
    const path = '/v3/refund/domestic/refunds/refund%7C0001%401';
    expect(server.received.map(({ method, url }) => `${method} ${url}`)).to.deep.equal([
      `GET ${path}`,
      `GET ${path}?sub_mchid=1900000109`,
    ]);
  });

  it('knows the states of a refund, and no others', async () => {
    for (const status of ['SUCCESS', 'CLOSED', 'PROCESSING', 'ABNORMAL']) {
      answer(200, { ...refund, status, success_time: null });
      expect(await client.queryRefund(outRefundNo))
        .to.include({ status })
        .and.not.have.property('successTime');
    }
    answer(200, { ...refund, status: 'CHANGE' });
    expect(await failure()).to.include({ code: 'WECHAT_SYSTEM_ERROR', kind: 'transient' });
  });

  it('believes no answer about another refund', async () => {
    answer(200, { ...refund, out_refund_no: 'another' });
    expect(await failure()).to.have.property('code', 'WECHAT_RESPONSE_NOT_AUTHENTIC');
  });

  it('says that there is none', async () => {
    answer(404, { code: 'RESOURCE_NOT_EXISTS', message: '退款单不存在' });
    expect(await failure()).to.include({ code: 'WECHAT_NOT_FOUND', kind: 'permanent' });
  });
});

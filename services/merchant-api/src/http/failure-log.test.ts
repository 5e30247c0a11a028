import { randomBytes, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { createContext, type MerchantApiContext, start } from '../index.ts';
import { ask, mchId, orderRequest, type RunningApi, startMerchantApi } from '../merchant-api.fixture.test.ts';

/** Part of what WeChat Pay answers, which no log line may quote. */
const quoted = 'quoted-from-the-answer';

interface WeChatsAnswer {
  readonly status: number;
  readonly body: string;
  /** Not at all, well, or over other bytes. */
  readonly signed: 'not' | 'well' | 'wrongly';
}

describe('the log of a request that WeChat Pay let down', () => {
  let api: RunningApi;
  let wechatPay: Server;
  let context: MerchantApiContext;
  let uri: string;
  let answer: WeChatsAnswer;
  before(async () => {
    api = await startMerchantApi();
    wechatPay = createServer((request, response) => {
      request.resume();
      const headers = { 'request-id': 'remote-1', ...toSignatureHeaders(api, answer) };
      response.writeHead(answer.status, headers).end(answer.body);
    });
    await new Promise<void>((resolve) => wechatPay.listen(0, '127.0.0.1', resolve));
    const wechatPayApiUrl = `http://127.0.0.1:${(wechatPay.address() as AddressInfo).port}`;
    context = createContext({ ...api.context.config, wechatPayApiUrl }, { logger: api.context.logger });
    uri = `http://127.0.0.1:${(await start(context)).port}`;
  });
  after(async () => {
    await context.lifecycle.close();
    await api.close();
    await new Promise((resolve) => wechatPay.close(resolve));
  });

  type Case = [what: string, answer: WeChatsAnswer, status: number, line: Record<string, string>];
  const cases: Case[] = [
    [
      'its credentials refused',
      { status: 401, body: `{"code":"SIGN_ERROR","message":"${quoted}"}`, signed: 'not' },
      502,
      { errorCode: 'WECHAT_CREDENTIALS_REFUSED', remoteCode: 'SIGN_ERROR', remoteRequestId: 'remote-1' },
    ],
    [
      'an answer that WeChat Pay did not sign so',
      { status: 200, body: `{"prepay_id":"${quoted}"}`, signed: 'wrongly' },
      503,
      {
        errorCode: 'WECHAT_RESPONSE_NOT_AUTHENTIC',
        reason: 'signature_wrong',
        remoteRequestId: 'remote-1',
      },
    ],
    [
      'a page of something in between',
      { status: 404, body: `<html>${quoted}</html>`, signed: 'not' },
      503,
      { errorCode: 'WECHAT_RESPONSE_NOT_AUTHENTIC', reason: 'unsigned', remoteRequestId: 'remote-1' },
    ],
    [
      'a genuine answer without a prepay_id',
      { status: 200, body: `{"other":"${quoted}"}`, signed: 'well' },
      503,
      { errorCode: 'WECHAT_SYSTEM_ERROR', reason: 'answer_not_understood' },
    ],
    [
      'a genuine answer that is no JSON',
      { status: 200, body: quoted, signed: 'well' },
      503,
      { errorCode: 'WECHAT_SYSTEM_ERROR', reason: 'answer_not_understood' },
    ],
  ];
  for (const [what, given, status, expected] of cases) {
    it(`says why, and holds neither a secret nor a body: ${what}`, async () => {
      answer = given;
      const openid = `o${randomBytes(12).toString('hex')}`;
      const request = orderRequest({ payer: { openid }, description: `tea-${openid}` });
      const before = api.logged.length;
      expect((await post(request)).status).to.equal(status);

      const line = await waitFor('the line of the request', () =>
        api.logged.slice(before).find((text) => text.includes('"event":"request.answered"')),
      );
      expect(JSON.parse(line)).to.include({ ...expected, status, outTradeNo: request.out_trade_no });
      const log = api.logged.slice(before).join('');
      for (const secret of [...secretsOf(api), quoted, openid]) expect(log).to.not.contain(secret);
    });
  }

  it('has a line of its own where only an operator can mend it, under the id that the client was given', async () => {
    answer = { status: 401, body: '{"code":"SIGN_ERROR","message":""}', signed: 'not' };
    const { headers } = await post(orderRequest());
    const requestId = headers.get('x-request-id');
    const lines = api.logged.map((text) => JSON.parse(text));
    const failed = lines.find((line) => line.event === 'request.failed' && line.requestId === requestId);
    expect(failed).to.include({ level: 'error' });
    expect(failed.err).to.include({ code: 'WECHAT_CREDENTIALS_REFUSED', kind: 'permanent' });
    expect(failed.err.details).to.include({ remoteCode: 'SIGN_ERROR', status: 401 });
  });

  function post(request: Record<string, unknown>) {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${api.key}` };
    return ask(`${uri}/v1/orders`, { method: 'POST', headers, body: JSON.stringify(request) });
  }
});

function toSignatureHeaders({ simulator }: RunningApi, { signed, body }: WeChatsAnswer) {
  if (signed === 'not') return {};
  const { serial, privateKey } = simulator.signingKey;
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const nonce = randomBytes(16).toString('hex');
  const over = `${timestamp}\n${nonce}\n${signed === 'well' ? body : 'another body'}\n`;
  return {
    'wechatpay-serial': serial,
    'wechatpay-timestamp': timestamp,
    'wechatpay-nonce': nonce,
    'wechatpay-signature': sign('sha256', Buffer.from(over), privateKey).toString('base64'),
  };
}

/** What a line could give away by quoting the request to WeChat Pay, the client's request, or the configuration. */
function secretsOf({ context, key }: RunningApi): string[] {
  const merchant = context.config.directory.merchants.get(mchId);
  if (merchant === undefined) throw new Error('the merchant is not configured');
  const pem = merchant.merchantPrivateKeyPem.split('\n')[1] ?? '';
  return [key, merchant.apiV3Key, pem, 'PRIVATE KEY', 'WECHATPAY2-SHA256', 'nonce_str'];
}

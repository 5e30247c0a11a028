import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createShop, type Shop } from '../index.ts';

const webhookSecret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const appId = 'wx1234567890abcdef';
const payment = { timeStamp: '1', nonceStr: 'n', package: 'prepay_id=wx1', signType: 'RSA', paySign: 's+/=' };
const created = { at: new Date().toISOString(), event: 'created' };
const order = {
  description: '<b>茶</b>',
  amount: { total: 1_990, currency: 'CNY' },
  status: 'created',
  pending: [],
  time_line: [created],
};

type Answer = readonly [status: number, body: object];

describe('the sample shop in a browser', () => {
  let others: Server;
  let url: string;
  let shop: Shop;
  /** What merchant-api and the simulator answer, and what they were asked. */
  let answers: Record<string, Answer>;
  let asked: Record<string, Record<string, unknown>>;
  beforeEach(async () => {
    asked = {};
    answers = {
      '/simulator/users/login': [200, { code: 'code-1' }],
      '/v1/sessions': [201, { token: 'hds_token' }],
      '/v1/sessions/inspection': [200, { appid: appId, openid: 'oUser' }],
      '/v1/orders': [201, { order: {}, payment }],
    };
    others = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const path = request.url ?? '';
      asked[path] = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}');
      const [status, body] = answers[path] ?? [404, { code: 'ORDER_NOT_FOUND' }];
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => others.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(others.address() as AddressInfo).port}`;
    const merchantApi = { url, apiKey: 'hdk_key' };
    shop = await createShop({ webhookSecret, merchantApi, phone: { simulatorUrl: url, appId } });
  });
  afterEach(async () => {
    await shop.close();
    others.closeAllConnections();
    await new Promise((resolve) => others.close(resolve));
  });

  const post = (path: string, form: Record<string, string> = {}) =>
    fetch(`${shop.uri}${path}`, { method: 'POST', redirect: 'manual', body: new URLSearchParams(form) });
  const read = async (path: string) => {
    const response = await fetch(`${shop.uri}${path}`);
    return { status: response.status, html: await response.text(), headers: response.headers };
  };

  it('shows what there is to buy, and runs nothing', async () => {
    const { status, html, headers } = await read('/');
    expect([status, headers.get('content-type')]).to.deep.equal([200, 'text/html; charset=utf-8']);
    expect(headers.get('content-security-policy')).to.include("default-src 'none'");
    expect(html).to.include('龙井茶').and.to.include('¥88.00').and.to.include('value="longjing"');
  });

  it('logs a new buyer in, orders what was chosen, and leads to the payment and back', async () => {
    const { status, headers } = await post('/buy', { goods_id: 'longjing' });
    expect(status).to.equal(303);
    expect(asked['/v1/sessions']).to.deep.equal({ appid: appId, code: 'code-1' });
    expect(asked['/v1/sessions/inspection']).to.deep.equal({ token: 'hds_token' });
    expect(asked['/v1/orders']).to.include({ appid: appId, attach: 'longjing' });
    const sheet = new URL(headers.get('location') ?? '');
    expect(`${sheet.origin}${sheet.pathname}`).to.equal(`${url}/simulator/payment-sheet`);
    const back = `${shop.uri}/orders/${asked['/v1/orders']?.out_trade_no}`;
    expect(Object.fromEntries(sheet.searchParams)).to.deep.equal({ appId, ...payment, back });
    const first = asked['/simulator/users/login'];
    expect(first).to.include({ appid: appId });
    await post('/buy', { goods_id: 'course' });
    expect(asked['/simulator/users/login']?.openid).to.be.a('string').and.not.to.equal(first?.openid);
  });

  it('shows an order that waits for its payment, and lets it be paid', async () => {
    answers['/v1/orders/shop-123456'] = [200, order];
    answers['/v1/orders/shop-123456/payment'] = [200, { payment }];
    const { html } = await read('/orders/shop-123456');
    expect(html)
      .to.match(/<meta name="looks-again-in-ms" content="\d{4,5}">/)
      .and.to.include('action="/orders/shop-123456/pay"');
    expect(html).to.include('¥19.90').and.to.include(created.at).and.not.to.include('<b>茶');
    const { status, headers } = await post('/orders/shop-123456/pay');
    expect(status).to.equal(303);
    expect(headers.get('location')).to.include('/simulator/payment-sheet');
  });

  it('shows when an order was paid and its buyer told, and then looks no more', async () => {
    const paid = { at: new Date(Date.now() - 2_000).toISOString(), event: 'paid' };
    const told = { at: new Date(Date.now() - 1_000).toISOString(), event: 'message.sent' };
    const paidOrder = { ...order, status: 'fulfilled', time_line: [created, paid] };
    answers['/v1/orders/shop-123456'] = [200, { ...paidOrder, pending: [{ job: 'send-subscribe-message' }] }];
    expect((await read('/orders/shop-123456')).html)
      .to.include('looks-again')
      .and.not.to.include('/pay"');
    answers['/v1/orders/shop-123456'] = [200, { ...paidOrder, time_line: [created, paid, told] }];
    const { html } = await read('/orders/shop-123456');
    expect(html).to.include(paid.at).and.to.include(told.at).and.not.to.include('looks-again');
  });

  it('may run nothing but the script by which an order’s page looks again', async () => {
    answers['/v1/orders/shop-123456'] = [200, order];
    const { html, headers } = await read('/orders/shop-123456');
    const [, script = ''] = /<script>(.*?)<\/script>/s.exec(html) ?? [];
    const hash = createHash('sha256').update(script).digest('base64');
    expect(headers.get('content-security-policy')).to.include(`script-src 'sha256-${hash}';`);
  });

  const refusals: [what: string, change: Record<string, Answer>, goods: string, wanted: [number, string]][] =
    [
      ['nobody can log in', { '/simulator/users/login': [404, {}] }, 'course', [503, '/ ']],
      ['the session is refused', { '/v1/sessions': [400, { code: 'LOGIN_X' }] }, 'course', [400, 'LOGIN_X']],
      ['merchant-api is busy', { '/v1/orders': [503, {}] }, 'course', [503, 'try again']],
      ['WeChat refuses the order', { '/v1/orders': [422, {}] }, 'course', [502, 'ORDER_REFUSED']],
      ['there are no such goods', {}, '<gold>', [400, 'GOODS_UNKNOWN']],
    ];
  for (const [what, change, goods_id, [status, word]] of refusals) {
    it(`says so where ${what}`, async () => {
      Object.assign(answers, change);
      const response = await post('/buy', { goods_id });
      expect(response.status).to.equal(status);
      expect(await response.text()).to.include(word === '/ ' ? url : word);
    });
  }

  it('says that there is no such order', async () => {
    expect((await read('/orders/shop-nowhere')).status).to.equal(404);
    expect((await read('/orders/%3Cscript%3E')).html).not.to.include('script');
  });

  it('has no pages without a simulator', async () => {
    const plain = await createShop({ webhookSecret, merchantApi: { url, apiKey: 'hdk_key' } });
    try {
      expect((await fetch(plain.uri)).status).to.equal(404);
      expect((await fetch(`${plain.uri}/buy`, { method: 'POST' })).status).to.equal(404);
    } finally {
      await plain.close();
    }
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { catalogue, createShop, loadShopConfig, type Shop } from './index.ts';

const webhookSecret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const payment = { timeStamp: '1', nonceStr: 'n', package: 'prepay_id=wx1', signType: 'RSA', paySign: 's' };
const session = { status: 200, body: { appid: 'wx1234567890abcdef', openid: 'oUser' } };
const made = { status: 201, body: { order: {}, payment } };

interface Asked {
  readonly path: string | undefined;
  readonly authorization: string | undefined;
  readonly body: Record<string, unknown>;
}

describe('buying in the sample shop by its mini-program', () => {
  let api: Server;
  let shop: Shop;
  let asked: Asked[];
  let answers: Record<string, { status: number; body: unknown }>;
  beforeEach(async () => {
    asked = [];
    answers = { '/v1/sessions/inspection': session, '/v1/orders': made };
    api = createServer(async (request, response) => {
      const body = JSON.parse(await readAll(request));
      asked.push({ path: request.url, authorization: request.headers.authorization, body });
      const { status, body: answer } = answers[request.url ?? ''] ?? { status: 404, body: {} };
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
    shop = await createShop({ webhookSecret, merchantApi: { url, apiKey: 'hdk_key' } });
  });
  afterEach(async () => {
    await shop.close();
    api.closeAllConnections();
    await new Promise((resolve) => api.close(resolve));
  });

  async function checkOut(body: unknown, authorization: string | undefined = 'Bearer hds_token') {
    const response = await fetch(`${shop.uri}/checkout`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  it('asks whose token it is and makes the order with the price of the shop', async () => {
    const { status, body } = await checkOut({ goods_id: 'longjing', price: 1, openid: 'oSomebodyElse' });
    expect(status).to.equal(201);
    expect(body).to.deep.equal({ out_trade_no: body.out_trade_no, payment });
    expect(asked.map(({ authorization }) => authorization)).to.deep.equal([
      'Bearer hdk_key',
      'Bearer hdk_key',
    ]);
    expect(asked[0]?.body).to.deep.equal({ token: 'hds_token' });
    expect(asked[1]?.body).to.deep.equal({
      appid: session.body.appid,
      out_trade_no: body.out_trade_no,
      description: '龙井茶 100g',
      amount: { total: 8_800 },
      payer: { openid: 'oUser' },
      attach: 'longjing',
      logistics_type: 4,
    });
    expect(String(body.out_trade_no)).to.match(/^[0-9A-Za-z-]{6,32}$/);
  });

  const rows: [what: string, set: () => unknown, wanted: [number, string]][] = [
    ['of nobody', () => checkOut({ goods_id: 'longjing' }, ''), [401, 'REQUEST_UNAUTHENTICATED']],
    [
      'with a token in another form',
      () => checkOut({ goods_id: 'longjing' }, 'Basic eA=='),
      [401, 'REQUEST_UNAUTHENTICATED'],
    ],
    ['of goods that there are not', () => checkOut({ goods_id: 'gold' }), [400, 'GOODS_UNKNOWN']],
    ['of nothing', () => checkOut('{'), [400, 'GOODS_UNKNOWN']],
    ['of null', () => checkOut('null'), [400, 'GOODS_UNKNOWN']],
  ];
  for (const [what, buy, wanted] of rows) {
    it(`is refused to a checkout ${what}, and nothing is asked`, async () => {
      const { status, body } = (await buy()) as Awaited<ReturnType<typeof checkOut>>;
      expect([status, body.code]).to.deep.equal(wanted);
      expect(asked).to.deep.equal([]);
    });
  }

  const failures: [what: string, path: string, answer: number, wanted: [number, string]][] = [
    ['the token is nobody’s', '/v1/sessions/inspection', 404, [401, 'REQUEST_UNAUTHENTICATED']],
    ['merchant-api does not take our key', '/v1/sessions/inspection', 401, [503, 'SHOP_BUSY']],
    ['merchant-api is busy', '/v1/orders', 503, [503, 'SHOP_BUSY']],
    ['merchant-api is asked too often', '/v1/orders', 429, [503, 'SHOP_BUSY']],
    ['WeChat refuses the order', '/v1/orders', 422, [502, 'ORDER_REFUSED']],
  ];
  for (const [what, path, status, wanted] of failures) {
    it(`answers ${wanted.join(' ')} where ${what}`, async () => {
      answers[path] = { status, body: { code: 'X' } };
      const answered = await checkOut({ goods_id: 'course' });
      expect([answered.status, answered.body.code]).to.deep.equal(wanted);
    });
  }

  it('answers 503 where merchant-api is away', async () => {
    api.closeAllConnections();
    await new Promise((resolve) => api.close(resolve));
    expect((await checkOut({ goods_id: 'course' })).status).to.equal(503);
    api.listen(0, '127.0.0.1');
  });

  it('reads no more than 64 KB', async () => {
    expect((await checkOut('x'.repeat(64 * 1_024 + 1))).status).to.equal(413);
  });

  it('tells what there is to buy', async () => {
    const goods = await (await fetch(`${shop.uri}/goods`)).json();
    expect(goods).to.deep.equal({ goods: catalogue });
  });

  it('is not offered without a merchant-api', async () => {
    const plain = await createShop({ webhookSecret });
    try {
      expect((await fetch(`${plain.uri}/checkout`, { method: 'POST' })).status).to.equal(404);
    } finally {
      await plain.close();
    }
    const env = { WEBHOOK_SECRET: webhookSecret, MERCHANT_API_URL: 'http://127.0.0.1:3001' };
    expect(() => loadShopConfig(env)).to.throw('MERCHANT_API_KEY');
    expect(() => loadShopConfig({ ...env, MERCHANT_API_URL: 'x' })).to.throw('MERCHANT_API_URL');
    expect(loadShopConfig({ ...env, MERCHANT_API_KEY: 'k' }).merchantApi).to.deep.equal({
      url: 'http://127.0.0.1:3001',
      apiKey: 'k',
    });
    expect(loadShopConfig({ WEBHOOK_SECRET: webhookSecret }).merchantApi).to.equal(undefined);
  });
});

describe('the settings of the sample shop', () => {
  const env = {
    WEBHOOK_SECRET: webhookSecret,
    MERCHANT_API_URL: 'http://127.0.0.1:3001',
    MERCHANT_API_KEY: 'k',
  };

  it('may come in files while the shop runs: each is read again for each checkout', () => {
    const folder = mkdtempSync(join(tmpdir(), 'example-shop-'));
    try {
      const files = {
        MERCHANT_API_URL_FILE: join(folder, 'url'),
        MERCHANT_API_KEY_FILE: join(folder, 'key'),
      };
      const { merchantApi } = loadShopConfig({ WEBHOOK_SECRET: webhookSecret, ...files });
      expect(() => merchantApi?.apiKey).to.throw('ENOENT');
      for (const key of ['hdk_first', 'hdk_second']) {
        writeFileSync(files.MERCHANT_API_URL_FILE, 'http://127.0.0.1:3001');
        writeFileSync(files.MERCHANT_API_KEY_FILE, `${key}\n`);
        expect(merchantApi).to.deep.include({ url: 'http://127.0.0.1:3001', apiKey: key });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('open the pages for a browser only with an app and somewhere to order', () => {
    const SIMULATOR_URL = 'http://127.0.0.1:3002';
    expect(loadShopConfig({ ...env, APPID: 'wx1' }).phone).to.equal(undefined);
    expect(loadShopConfig({ ...env, SIMULATOR_URL, APPID: 'wx1' }).phone).to.deep.equal({
      simulatorUrl: SIMULATOR_URL,
      appId: 'wx1',
    });
    expect(() => loadShopConfig({ ...env, SIMULATOR_URL })).to.throw('APPID');
    expect(() => loadShopConfig({ ...env, SIMULATOR_URL: 'here', APPID: 'wx1' })).to.throw('SIMULATOR_URL');
    expect(() => loadShopConfig({ WEBHOOK_SECRET: webhookSecret, SIMULATOR_URL, APPID: 'wx1' })).to.throw(
      'MERCHANT_API_URL',
    );
  });
});

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

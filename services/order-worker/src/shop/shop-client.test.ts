import { randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Merchant, type OrderPaidWebhook, systemClock } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { createLogger, createMetrics } from '@huidiao/runtime';
import { plainMerchant } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Webhook } from 'standardwebhooks';
import { createShopClient, type ShopClient } from './shop-client.ts';

interface Seen {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe('telling the shop', () => {
  const secrets = [0, 1].map(() => `whsec_${randomBytes(32).toString('base64')}`);
  const webhook: OrderPaidWebhook = {
    type: 'order.paid',
    timestamp: '2026-11-22T08:00:00.000Z',
    data: {
      mchid: '1900000001',
      appid: 'wx1234567890abcdef',
      out_trade_no: 'ORDER-0001',
      transaction_id: '4200000000202611220000000001',
      amount: { total: 8_800, currency: 'CNY' },
    },
  };
  let client: ShopClient;
  let url: string;
  let seen: Seen[];
  let answer: (response: ServerResponse) => void;
  let server: ReturnType<typeof createServer>;

  beforeEach(async () => {
    seen = [];
    answer = (response) => response.writeHead(204).end();
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      seen.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      answer(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    const logger = createLogger({ service: 'test', level: 'fatal' });
    client = createShopClient({ clock: systemClock, logger, metrics: createMetrics({ service: 'test' }) });
  });

  afterEach(async () => {
    client.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function merchant(facts: Partial<NonNullable<Merchant['shop']>> = {}, mchId = '1900000001'): Merchant {
    return {
      mchId,
      merchantSerialNo: '00',
      merchantPrivateKeyPem: '',
      apiV3Key: '',
      ...plainMerchant,
      wechatpayPublicKeys: [],
      platformCertificatePems: [],
      appIds: ['wx1234567890abcdef'],
      shop: {
        webhookUrl: url,
        webhookSecrets: secrets,
        allowPrivateNetwork: true,
        events: [],
        timeoutMs: 2_000,
        ...facts,
      },
      unknownOrder: 'dead_letter',
      latePayment: 'refund',
      limits: { callbacksPerSecond: 1_000, callbacksBurst: 5_000, queriesPerSecond: 20 },
    };
  }

  async function refusalOf(told: Promise<unknown>): Promise<AppError> {
    return await told.then(
      () => {
        throw new Error('it was accepted');
      },
      (error: unknown) => {
        if (error instanceof AppError) return error;
        throw error;
      },
    );
  }

  it('sends what a published Standard Webhooks library verifies, with each of the secrets', async () => {
    expect(await client.tell(merchant(), 'order.paid_1', webhook)).to.deep.equal({ httpStatus: 204 });
    const [request] = seen;
    expect(request?.headers['webhook-id']).to.equal('order.paid_1');
    for (const secret of secrets) {
      const verified = new Webhook(secret).verify(
        request?.body ?? '',
        request?.headers as Record<string, string>,
      );
      expect(verified).to.deep.equal(webhook);
    }
  });

  it('takes every answer but 2xx as a refusal that is tried again, redirects included', async () => {
    for (const status of [302, 404, 500, 410]) {
      answer = (response) => response.writeHead(status, { location: '/elsewhere' }).end('no');
      const error = await refusalOf(client.tell(merchant(), 'id', webhook));
      expect(error).to.include({ code: 'SHOP_REFUSED', kind: 'transient' });
      expect(error.details).to.include({ httpStatus: status });
    }
    expect(seen).to.have.length(4);
  });

  it('honours Retry-After', async () => {
    answer = (response) => response.writeHead(503, { 'retry-after': '9' }).end();
    const error = await refusalOf(client.tell(merchant(), 'id', webhook));
    expect(error).to.include({ code: 'SHOP_BUSY', kind: 'throttled', retryAfterMs: 9_000 });
  });

  it('gives up on a shop that does not answer in time', async () => {
    answer = () => undefined;
    const error = await refusalOf(client.tell(merchant({ timeoutMs: 100 }), 'id', webhook));
    expect(error.code).to.equal('SHOP_UNREACHABLE');
  });

  it('does not read an endless answer', async () => {
    answer = (response) => {
      response.writeHead(200);
      const more = () => {
        while (response.write('x'.repeat(65_536)));
      };
      response.on('drain', more).on('error', () => undefined);
      more();
    };
    expect(await client.tell(merchant(), 'id', webhook)).to.deep.equal({ httpStatus: 200 });
  });

  it('does not reach into a private network unless the merchant allows it', async () => {
    const literal = await refusalOf(client.tell(merchant({ allowPrivateNetwork: false }), 'id', webhook));
    expect(literal).to.include({ code: 'SHOP_TARGET_FORBIDDEN', kind: 'permanent' });
    const webhookUrl = url.replace('127.0.0.1', 'localhost');
    const named = await refusalOf(
      client.tell(merchant({ webhookUrl, allowPrivateNetwork: false }, '1900000002'), 'id', webhook),
    );
    expect(named).to.include({ code: 'SHOP_TARGET_FORBIDDEN', kind: 'transient' });
    expect(seen).to.have.length(0);
  });

  it('does not reach into a private network over a connection that another merchant was allowed', async () => {
    const webhookUrl = url.replace('127.0.0.1', 'localhost');
    await client.tell(merchant({ webhookUrl }), 'id', webhook);
    const other = merchant({ webhookUrl, allowPrivateNetwork: false }, '1900000002');
    expect((await refusalOf(client.tell(other, 'id', webhook))).code).to.equal('SHOP_TARGET_FORBIDDEN');
  });

  it('tells it again at once when a kept connection turns out to be closed', async () => {
    await client.tell(merchant(), 'id', webhook);
    answer = (response) => {
      answer = (next) => next.writeHead(204).end();
      response.socket?.destroy();
    };
    expect(await client.tell(merchant(), 'id', webhook)).to.deep.equal({ httpStatus: 204 });
    expect(seen.map(({ headers }) => headers['webhook-id'])).to.deep.equal(['id', 'id', 'id']);
  });

  it('takes a new connection that breaks for an unreachable shop, and leaves the rest to the queue', async () => {
    answer = (response) => response.socket?.destroy();
    expect((await refusalOf(client.tell(merchant(), 'id', webhook))).code).to.equal('SHOP_UNREACHABLE');
    expect(seen).to.have.length(1);
  });

  it('pauses a shop that is down, and no other merchant’s', async () => {
    answer = (response) => response.writeHead(500).end();
    const refusals: AppError[] = [];
    for (let call = 0; call < 30; call += 1) {
      refusals.push(await refusalOf(client.tell(merchant(), 'id', webhook)));
    }
    // Throttled uses up no attempt, and the pause keeps the job from spinning.
    expect(refusals.at(-1)).to.include({ code: 'SHOP_BREAKER_OPEN', kind: 'throttled' });
    expect(refusals.at(-1)?.retryAfterMs).to.be.within(1_000, 10_000);
    expect(seen.length).to.be.lessThan(30);
    answer = (response) => response.writeHead(200).end();
    expect(await client.tell(merchant({}, '1900000002'), 'id', webhook)).to.deep.equal({ httpStatus: 200 });
  });

  it('does not pause a shop that refuses single orders', async () => {
    answer = (response) => response.writeHead(404).end();
    for (let call = 0; call < 30; call += 1) await refusalOf(client.tell(merchant(), 'id', webhook));
    expect(seen).to.have.length(30);
  });

  it('leaves a shop that says it is gone alone, whichever order it is about, and no other merchant’s', async () => {
    answer = (response) => response.writeHead(410).end();
    await refusalOf(client.tell(merchant(), 'one', webhook));
    answer = (response) => response.writeHead(200).end();
    const turnedAway = await refusalOf(client.tell(merchant(), 'another', webhook));
    expect(turnedAway).to.include({ code: 'SHOP_BREAKER_OPEN', kind: 'throttled' });
    expect(turnedAway.retryAfterMs).to.be.within(890_000, 900_000);
    expect(seen).to.have.length(1);
    expect(await client.tell(merchant({}, '1900000002'), 'id', webhook)).to.deep.equal({ httpStatus: 200 });
  });

  it('says that a merchant without a webhook cannot be told', async () => {
    const error = await refusalOf(client.tell({ ...merchant(), shop: undefined }, 'id', webhook));
    expect(error).to.include({ code: 'SHOP_NOT_CONFIGURED', kind: 'permanent' });
  });
});

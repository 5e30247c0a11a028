import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import {
  type App,
  type JobData,
  type Merchant,
  type MerchantDirectory,
  systemClock,
} from '@huidiao/contracts';
import type { AppError } from '@huidiao/errors';
import { createLogger, createMetrics } from '@huidiao/runtime';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Webhook } from 'standardwebhooks';
import { createForwardEvent } from '../jobs/forward-event.ts';
import { createPassThrough } from '../jobs/pass-through.ts';
import { appId, mchId, outcomeOf, toDirectory } from '../order-worker.fixture.test.ts';
import { createShopClient, type ShopClient } from '../shop/shop-client.ts';
import { createPassThroughClient, type PassThroughClient } from './pass-through-client.ts';

const secret = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;

interface Received {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

describe('forwarding a callback', () => {
  let server: Server;
  let received: Received[];
  /** What the server answers, one after the other; then 200. */
  let answers: { status: number; headers?: Record<string, string> }[];
  let base: string;
  let shop: ShopClient;
  let passThrough: PassThroughClient;

  beforeEach(async () => {
    received = [];
    answers = [];
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      received.push({ url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) });
      const { status, headers = {} } = answers.shift() ?? { status: 200 };
      response.writeHead(status, headers).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const deps = {
      clock: systemClock,
      logger: createLogger({ service: 'test', level: 'silent' }),
      metrics: createMetrics({ service: 'test' }),
    };
    shop = createShopClient(deps);
    passThrough = createPassThroughClient(deps);
  });
  afterEach(async () => {
    shop.close();
    passThrough.close();
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });

  const toShop = (url: string) => ({
    webhookUrl: url,
    webhookSecrets: [secret],
    allowPrivateNetwork: true,
    timeoutMs: 2_000,
    events: ['*'],
  });
  const callback = {
    requestId: 'request-1',
    callbackKey: 'complaint_1900000001_200201820200101080076610000',
    notificationId: 'notification-1',
    eventType: 'COMPLAINT.CREATE',
    receivedAt: '2026-11-22T08:00:00.000Z',
  };

  describe('to a shop', () => {
    const job: JobData<'forward-event'> = {
      ...callback,
      receiver: { mchId },
      type: 'complaint.created',
      content: '{"complaint_id":"200201820200101080076610000","amount":{"total":1}}',
    };
    const forward = (one: JobData<'forward-event'>, directory: MerchantDirectory) =>
      outcomeOf(createForwardEvent({ shop, directory })(one));
    const ofMerchant = () => toDirectory({ merchant: { shop: toShop(`${base}/shop`) } });

    it('is a signed webhook with what WeChat said, under an id that stays', async () => {
      answers = [{ status: 500 }];
      expect(await forward(job, ofMerchant())).to.equal('SHOP_REFUSED');
      expect(await forward(job, ofMerchant())).to.equal('forwarded');
      const [first, second] = received;
      expect(first?.headers['webhook-id']).to.equal(`complaint.created_${callback.callbackKey}`);
      expect(second?.headers['webhook-id']).to.equal(first?.headers['webhook-id']);
      const headers = second?.headers as Record<string, string>;
      expect(new Webhook(secret).verify(second?.body ?? '', headers)).to.deep.equal({
        type: 'complaint.created',
        timestamp: '2026-11-22T08:00:00.000Z',
        data: {
          mchid: mchId,
          event_type: 'COMPLAINT.CREATE',
          content: { complaint_id: '200201820200101080076610000', amount: { total: 1 } },
        },
      });
    });

    it('of an app goes to the shop of the app', async () => {
      const directory = toDirectory({ app: { shop: toShop(`${base}/app`) } });
      expect(await forward({ ...job, receiver: { appId } }, directory)).to.equal('forwarded');
      expect(received[0]?.url).to.equal('/app');
      expect(JSON.parse(String(received[0]?.body)).data)
        .to.include({ appid: appId })
        .and.not.have.property('mchid');
    });

    it('waits where this process does not know whose it is, and dies where they have no shop', async () => {
      const nobody = { merchants: new Map(), apps: new Map() };
      expect(await forward(job, nobody)).to.equal('MERCHANT_NOT_CONFIGURED');
      expect(await forward({ ...job, receiver: { appId } }, nobody)).to.equal('MERCHANT_NOT_CONFIGURED');
      expect(await forward(job, toDirectory())).to.equal('SHOP_NOT_CONFIGURED');
      expect(await forward({ ...job, receiver: { appId } }, toDirectory())).to.equal('SHOP_NOT_CONFIGURED');
      expect(await forward({ ...job, content: 'no JSON' }, ofMerchant())).to.equal('JOB_INVALID');
    });

    it('goes to the address that the merchants file names now, which has a breaker of its own', async () => {
      const gone = toDirectory({ merchant: { shop: toShop('http://127.0.0.1:1/gone') } });
      const codes = new Set<string>();
      for (let times = 0; times < 12; times += 1) codes.add(await forward(job, gone));
      expect([...codes]).to.deep.equal(['SHOP_UNREACHABLE', 'SHOP_BREAKER_OPEN']);
      expect(await forward(job, ofMerchant()), 'after a reload').to.equal('forwarded');
    });

    it('of a shop that is down does not keep another one of the same process waiting', async () => {
      const merchants = new Map(toDirectory({ merchant: { shop: toShop('http://127.0.0.1:1/') } }).merchants);
      const { apps } = toDirectory({ app: { shop: toShop(`${base}/app`) } });
      for (let times = 0; times < 12; times += 1) await forward(job, { merchants, apps });
      expect(await forward(job, { merchants, apps })).to.equal('SHOP_BREAKER_OPEN');
      expect(await forward({ ...job, receiver: { appId } }, { merchants, apps })).to.equal('forwarded');
      expect(await forward(job, { merchants, apps })).to.equal('SHOP_BREAKER_OPEN');
    });
  });

  describe('through to the address that took it before (透传)', () => {
    const target = (changes: Partial<Merchant['passThrough'][number]> = {}) => ({
      name: 'old',
      url: `${base}/notify?shop=1`,
      events: ['*'],
      allowPrivateNetwork: true,
      timeoutMs: 2_000,
      ...changes,
    });
    const body = '<xml><a><![CDATA[一]]></a>\n</xml> ';
    const job: JobData<'pass-through'> = {
      ...callback,
      receiver: { mchId },
      target: 'old',
      query: '',
      headers: { 'wechatpay-signature': 'abc+/=', 'content-type': 'text/xml', 'user-agent': 'Mozilla/4.0' },
      body,
      bodyEncoding: 'utf8',
    };
    const pass = (
      one: JobData<'pass-through'>,
      directory = toDirectory({ merchant: { passThrough: [target()] } }),
    ) => createPassThrough({ passThrough, directory })(one);

    it('has its bytes and headers as they came', async () => {
      expect(await outcomeOf(pass(job))).to.equal('passed');
      const [one] = received;
      expect(one?.url).to.equal('/notify?shop=1');
      expect(one?.body).to.deep.equal(Buffer.from(body));
      expect(one?.headers).to.include({ ...job.headers, 'content-length': String(Buffer.byteLength(body)) });
    });

    it('has bytes that are no text, and the query character for character', async () => {
      const bytes = gzipSync('anything');
      const query = "signature=a%2Fb&echo='1'&timestamp=1&openid=o-1";
      await pass({ ...job, body: bytes.toString('base64'), bodyEncoding: 'base64', query });
      expect(received[0]?.body).to.deep.equal(bytes);
      expect(received[0]?.url).to.equal(`/notify?shop=1&${query}`);
      const plain = target({ url: `${base}/plain` });
      await pass({ ...job, query }, toDirectory({ merchant: { passThrough: [plain] } }));
      expect(received[1]?.url).to.equal(`/plain?${query}`);
    });

    it('leaves out what is about the connection that it came on', async () => {
      const headers = { ...job.headers, Host: 'elsewhere', 'Content-Length': '1', Connection: 'close' };
      expect(await outcomeOf(pass({ ...job, headers }))).to.equal('passed');
      expect(received[0]?.headers.host).to.equal(base.slice('http://'.length));
      expect(received[0]?.body).to.deep.equal(Buffer.from(body));
    });

    it('of an app goes to an address of the app', async () => {
      const app: Partial<App> = { passThrough: [target({ url: `${base}/app` })] };
      await pass({ ...job, receiver: { appId } }, toDirectory({ app }));
      expect(received[0]?.url).to.equal('/app');
    });

    const refusals: [answer: { status: number; headers?: Record<string, string> }, kind: string][] = [
      [{ status: 404 }, 'PASS_THROUGH_REFUSED transient'],
      [{ status: 302, headers: { location: '/elsewhere' } }, 'PASS_THROUGH_REFUSED transient'],
      [{ status: 503, headers: { 'retry-after': '7' } }, 'PASS_THROUGH_REFUSED throttled 7000'],
    ];
    for (const [answer, expected] of refusals) {
      it(`is tried again on everything but 2xx: ${answer.status}`, async () => {
        answers = [answer];
        const error = (await pass(job).catch((thrown: unknown) => thrown)) as AppError;
        expect([error.code, error.kind, error.retryAfterMs].filter(Boolean).join(' ')).to.equal(expected);
        expect(error.details).to.include({ httpStatus: answer.status, target: 'old' });
        expect(received).to.have.length(1);
        expect(await outcomeOf(pass(job))).to.equal('passed');
      });
    }

    it('goes into no private network unless the operator allows it', async () => {
      const guarded = toDirectory({ merchant: { passThrough: [target({ allowPrivateNetwork: false })] } });
      expect(await outcomeOf(pass(job, guarded))).to.equal('PASS_THROUGH_FORBIDDEN');
      expect(received).to.deep.equal([]);
    });

    it('waits for an address that this process does not know', async () => {
      const error = (await pass({ ...job, target: 'new' }).catch((thrown: unknown) => thrown)) as AppError;
      expect(error).to.include({ code: 'MERCHANT_NOT_CONFIGURED', kind: 'throttled' });
      expect(error.details).to.include({ mchId, target: 'new' });
    });

    it('has a breaker for each address', async () => {
      const both = toDirectory({
        merchant: { passThrough: [target(), target({ name: 'gone', url: 'http://127.0.0.1:1/' })] },
      });
      const codes = new Set<string>();
      for (let times = 0; times < 12; times += 1)
        codes.add(await outcomeOf(pass({ ...job, target: 'gone' }, both)));
      expect([...codes]).to.deep.equal(['PASS_THROUGH_UNREACHABLE', 'PASS_THROUGH_BREAKER_OPEN']);
      expect(await outcomeOf(pass(job, both))).to.equal('passed');
      const still = await outcomeOf(pass({ ...job, target: 'gone' }, both));
      expect(still).to.equal('PASS_THROUGH_BREAKER_OPEN');
    });
  });
});

import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Writable } from 'node:stream';
import type { Merchant } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { createQueueReader, type QueueReader } from '@huidiao/queue';
import { createLogger, createMetrics } from '@huidiao/runtime';
import { plainMerchant, rsaKeysOf, testMongoUri, testPrefix, testRedisUrl, waitFor } from '@huidiao/testing';
import { createReceivingMerchant } from '@huidiao/wechat';
import {
  buildSignedNotification,
  createCertifiedKey,
  type NotificationToBuild,
  type SignedNotification,
} from '@huidiao/wechat-simulator';
import { expect } from 'chai';
import express from 'express';
import { after, afterEach, beforeEach, describe, it } from 'mocha';
import { createBodyBudget } from '../body/body-budget.ts';
import { createCallbackMetrics, createSignatureMetrics } from '../callback-metrics.ts';
import type { IngressConfig } from '../config.ts';
import { createContext, type IngressContext } from '../context.ts';
import { createDurableStores, type DurableStores } from '../durable/durable-stores.ts';
import { start } from '../start.ts';
import { createWechatPayNotificationHandler } from './wechat-pay-notification.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** What every refusal of something not authentic says, whatever was wrong. */
const notAuthentic = '{"code":"FAIL","message":"The notification is not authentic."}';

describe('POST /callbacks/wechat-pay/{mchid}', () => {
  const mchId = '1900000001';
  const otherMchId = '1900000002';
  const publicKeyId = 'PUB_KEY_ID_0119000000012026112200000000000001';
  const platform = rsaKeysOf('wechat-pay');
  const certified = createCertifiedKey('platform certificate of the test');
  const apiV3Key = randomBytes(16).toString('hex');
  const merchantKey = rsaKeysOf('merchant').privateKey;

  const merchant: Merchant = {
    mchId,
    merchantSerialNo: '5157F09EFDC096DE15EBE81A47057A7200000001',
    merchantPrivateKeyPem: merchantKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    apiV3Key,
    ...plainMerchant,
    wechatpayPublicKeys: [
      { id: publicKeyId, pem: platform.publicKey.export({ type: 'spki', format: 'pem' }).toString() },
    ],
    platformCertificatePems: [certified.certificatePem],
    appIds: ['wx1234567890abcdef'],
    shop: undefined,
    unknownOrder: 'dead_letter',
    latePayment: 'refund',
    limits: { callbacksPerSecond: 1_000, callbacksBurst: 5_000, queriesPerSecond: 20 },
  };

  let context: IngressContext;
  let port: number;
  let reader: QueueReader;
  let logLines: Record<string, unknown>[];

  beforeEach(async () => {
    logLines = [];
    const prefix = testPrefix();
    const config: IngressConfig = {
      logLevel: 'info',
      http: { host: '127.0.0.1', port: 0 },
      health: { host: '127.0.0.1', port: 0 },
      redis: { url: testRedisUrl(), prefix, appendfsync: 'always', waitReplicas: 0, deadlineMs: 2_000 },
      mongo: { uri: testMongoUri() },
      inbox: { timeoutMs: 1_000 },
      body: { maxBytes: 1_500_000, timeoutMs: 300, budgetBytes: 10_000_000 },
      maxConnections: 100,
      wechatPayApiUrl: 'http://127.0.0.1:1',
      directory: {
        merchants: new Map([
          [mchId, merchant],
          [otherMchId, { ...merchant, mchId: otherMchId }],
        ]),
        apps: new Map(),
      },
    };
    const lines = new Writable({
      write(chunk: Buffer, _encoding, done) {
        logLines.push(
          ...chunk
            .toString()
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line)),
        );
        done();
      },
    });
    context = createContext(config, { logger: createLogger({ service: 'ingress', level: 'info' }, lines) });
    ({ port } = await start(context));
    await waitFor('the producer', () => context.producer.isReady());
    reader = createQueueReader({ redis: { url: testRedisUrl() }, prefix, logger: context.logger });
  });

  afterEach(async () => {
    await reader.close();
    await context.lifecycle.close();
  });

  const transaction = (facts: Record<string, unknown> = {}) => ({
    appid: 'wx1234567890abcdef',
    mchid: mchId,
    out_trade_no: 'ORDER-0001',
    transaction_id: '4200000000202611220000000001',
    trade_type: 'JSAPI',
    trade_state: 'SUCCESS',
    trade_state_desc: '支付成功',
    bank_type: 'OTHERS',
    success_time: '2026-11-22T16:00:00+08:00',
    payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
    amount: { total: 8_800, payer_total: 8_800, currency: 'CNY', payer_currency: 'CNY' },
    ...facts,
  });

  function notification(facts: Partial<NotificationToBuild> = {}): SignedNotification {
    const plaintext = JSON.stringify(transaction());
    return buildSignedNotification({
      key: platform.privateKey,
      serial: publicKeyId,
      apiV3Key,
      plaintext,
      ...facts,
    });
  }

  function post(
    callback: SignedNotification,
    options: { path?: string; port?: number } = {},
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = httpRequest({
        host: '127.0.0.1',
        port: options.port ?? port,
        path: options.path ?? `/callbacks/wechat-pay/${mchId}`,
        method: 'POST',
        headers: callback.headers,
        agent: false,
      });
      request.on('error', reject).on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
        );
      });
      request.end(callback.body);
    });
  }

  async function queued(): Promise<{ name: string; id: string; payload: Record<string, unknown> }[]> {
    return (await reader.list('payment-event', 'waiting', 100)) as never;
  }

  it('acknowledges a genuine payment with 204, no body, and one job', async () => {
    expect(await post(notification())).to.deep.equal({ status: 204, body: '' });
    const [job, ...others] = await queued();
    expect(others).to.have.length(0);
    expect(job).to.include({
      name: 'apply-payment',
      id: `apply-payment_${mchId}_4200000000202611220000000001_SUCCESS`,
    });
    expect(job?.payload.payment).to.include({ outTradeNo: 'ORDER-0001', amountFen: 8_800, currency: 'CNY' });
  });

  it('takes a path with a slash at its end', async () => {
    const answer = await post(notification(), { path: `/callbacks/wechat-pay/${mchId}/` });
    expect(answer.status).to.equal(204);
  });

  it('makes one job of a notification that is sent three times', async () => {
    const answers = await Promise.all([post(notification()), post(notification()), post(notification())]);
    expect(answers.map((answer) => answer.status)).to.deep.equal([204, 204, 204]);
    expect(await queued()).to.have.length(1);
  });

  it('takes one that a platform certificate signed, its serial in lower case and with leading zeros', async () => {
    const callback = notification({
      key: certified.privateKeyPem,
      serial: `00${certified.serial.toLowerCase()}`,
    });
    expect((await post(callback)).status).to.equal(204);
  });

  it('verifies the bytes as they came: escapes, spaces and unknown fields', async () => {
    const style = { shuffleKeys: true, escapeSlashes: true, escapeUnicode: true, spaces: true };
    expect(
      (await post(notification({ style, extraFields: { later: 12_345_678_901_234_567_890n } }))).status,
    ).to.equal(204);
  });

  it('takes a genuine body of 200 KB', async () => {
    const goods = Array.from({ length: 1_000 }, (_, n) => ({
      goods_id: `G${n}`,
      goods_remark: 'x'.repeat(150),
    }));
    const plaintext = JSON.stringify(
      transaction({ promotion_detail: [{ coupon_id: '1', amount: 1, goods_detail: goods }] }),
    );
    const callback = notification({ plaintext });
    expect(callback.body.length).to.be.greaterThan(200_000);
    expect((await post(callback)).status).to.equal(204);
    expect(await queued()).to.have.length(1);
  });

  const refusals: [name: string, reason: string, facts: Partial<NotificationToBuild>, path?: string][] = [
    ['an altered body', 'signature_wrong', { tamper: 'body' }],
    ['an altered signature', 'signature_wrong', { tamper: 'signature' }],
    ['a signature probe', 'signature_probe', { tamper: 'probe' }],
    ['a serial that names no key', 'serial_unknown', { tamper: 'serial' }],
    ['the name of an inherited property as serial', 'serial_unknown', { serial: '__proto__' }],
    ['a stale timestamp', 'timestamp_stale', { tamper: 'stale' }],
    ['a timestamp from the future', 'timestamp_future', { tamper: 'future' }],
    ['a missing header', 'header_missing', { tamper: 'header-missing' }],
    ['a repeated header', 'header_repeated', { tamper: 'header-repeated' }],
    ['a malformed header', 'header_malformed', { tamper: 'header-malformed' }],
    ['a signature of SM2 (国密)', 'shangmi_unsupported', { tamper: 'signature-type' }],
    ['the path of another merchant', 'ids_of_another_merchant', {}, `/callbacks/wechat-pay/${otherMchId}`],
    ['the path of an unknown merchant', 'merchant_unknown', {}, '/callbacks/wechat-pay/1900000009'],
    ['a path that names no merchant at all', 'merchant_unknown', {}, '/callbacks/wechat-pay/__proto__'],
  ];
  for (const [name, reason, facts, path] of refusals) {
    it(`refuses ${name} with the one 401, queues nothing, and says why in the log only`, async () => {
      const answer = await post(notification(facts), path === undefined ? {} : { path });
      expect(answer).to.deep.equal({ status: 401, body: notAuthentic });
      expect(await queued()).to.have.length(0);
      expect(logLines.find((line) => line.event === 'callback.received')).to.include({
        outcome: 'not-authentic',
        reason,
      });
    });
  }

  it('answers 500 and alarms when our APIv3 key does not open an authentic one', async () => {
    const answer = await post(notification({ tamper: 'api-v3-key' }));
    expect(answer).to.deep.equal({
      status: 500,
      body: '{"code":"FAIL","message":"The resource could not be opened."}',
    });
    expect(await queued()).to.have.length(0);
    expect(logLines.find((line) => line.event === 'callback.received')).to.include({ alarm: 'not-openable' });
  });

  it('answers 500 to an altered ciphertext under a valid signature, for its tag does not fit', async () => {
    expect((await post(notification({ tamper: 'ciphertext' }))).status).to.equal(500);
    expect(await queued()).to.have.length(0);
  });

  const kept: [name: string, facts: Partial<NotificationToBuild>, reason: string][] = [
    ['a resource that is not JSON', { tamper: 'resource-not-json' }, 'schema_refused'],
    ['an amount as text', { tamper: 'amount-as-text' }, 'schema_refused'],
    ['an envelope that is not JSON', { tamper: 'envelope-not-json' }, 'schema_refused'],
    ['a resource whose ciphertext is not base64', { tamper: 'ciphertext-not-base64' }, 'schema_refused'],
    [
      'an event type that nothing handles',
      { eventType: 'SOMETHING.NEW', originalType: 'something' },
      'unknown_type',
    ],
  ];
  for (const [name, facts, reason] of kept) {
    it(`acknowledges ${name} and keeps it whole`, async () => {
      const callback = notification(facts);
      expect(await post(callback)).to.deep.equal({ status: 204, body: '' });
      const [job] = await queued();
      expect(job).to.include({ name: 'keep-callback' });
      expect(job?.payload).to.include({ reason, body: callback.body });
    });
  }

  it('answers each request of a batch by its own job, a poison neighbour included', async () => {
    const numbers = ['ORDER-0001', 'ORDER-0002', 'ORDER-0003', 'ORDER-0004', 'ORDER-0005'];
    const { add } = context.producer;
    Object.assign(context.producer, {
      add: (job: Parameters<typeof add>[0]) =>
        add(job.id.includes('0003') && job.name === 'apply-payment' ? { ...job, id: 'poison:id' } : job),
    });
    const answers = await Promise.all(
      numbers.map((outTradeNo, n) => {
        const facts = {
          out_trade_no: outTradeNo,
          transaction_id: `420000000000000000000000${outTradeNo.slice(-4)}`,
        };
        return post(notification({ plaintext: JSON.stringify(transaction(facts)), id: `notification-${n}` }));
      }),
    );
    expect(answers.map((answer) => answer.status)).to.deep.equal([204, 204, 204, 204, 204]);
    const names = (await queued()).map((job) => job.name).sort();
    expect(names).to.deep.equal([...Array(4).fill('apply-payment'), 'keep-callback']);
  });

  it('takes a body of exactly the limit to the signature, and refuses one byte more with 413', async () => {
    const { headers } = notification();
    expect((await post({ headers, body: 'x'.repeat(1_500_000) })).status).to.equal(401);
    expect(await post({ headers, body: 'x'.repeat(1_500_001) })).to.deep.equal({
      status: 413,
      body: '{"code":"FAIL","message":"The body is too large."}',
    });
    expect(await queued()).to.have.length(0);
  });

  it('gives up on a body that comes too slowly, with 503', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('close', () => resolve(text)).on('error', reject);
      socket.write(`POST /callbacks/wechat-pay/${mchId} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{`);
    });
    expect(answer).to.match(/^HTTP\/1\.1 503 /);
    expect(await queued()).to.have.length(0);
  });

  it('sends other methods and paths away without touching the queue', async () => {
    const base = `http://127.0.0.1:${port}`;
    const get = await fetch(`${base}/callbacks/wechat-pay/${mchId}`);
    expect([get.status, get.headers.get('allow')]).to.deep.equal([405, 'POST']);
    expect((await fetch(`${base}/`)).status).to.equal(404);
    const malformed = await fetch(`${base}/callbacks/wechat-pay/%zz`);
    expect([malformed.status, await malformed.text()]).to.deep.equal([
      400,
      '{"code":"FAIL","message":"The request is malformed."}',
    ]);
    expect((await fetch(`${base}/callbacks/wechat-pay/${mchId}/more`, { method: 'POST' })).status).to.equal(
      404,
    );
  });

  it('logs one line per callback, without body, signature, key or openid', async () => {
    const callback = notification();
    await post(callback);
    const lines = logLines.filter((line) => line.event === 'callback.received');
    expect(lines).to.have.length(1);
    expect(lines[0]).to.include({
      service: 'ingress',
      mchId,
      outTradeNo: 'ORDER-0001',
      outcome: 'durable',
      status: 204,
    });
    const text = JSON.stringify(logLines);
    for (const secret of [
      'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
      String(callback.headers['Wechatpay-Signature']),
      apiV3Key,
    ]) {
      expect(text).not.to.include(secret);
    }
  });

  it('answers nothing before the job is durable', async () => {
    let reached: () => void = () => undefined;
    let makeDurable: () => void = () => undefined;
    const atTheAdd = new Promise<void>((resolve) => {
      reached = resolve;
    });
    Object.assign(context.producer, {
      add: () => {
        reached();
        return new Promise<void>((resolve) => {
          makeDurable = resolve;
        });
      },
    });
    const order: string[] = [];
    const answer = post(notification()).then(({ status }) => order.push(`answered ${status}`));
    await atTheAdd;
    await fetch(`http://127.0.0.1:${port}/`); // a whole other request goes through meanwhile
    order.push('durable');
    makeDurable();
    await answer;
    expect(order).to.deep.equal(['durable', 'answered 204']);
  });

  describe('mounted in somebody else’s Express app', () => {
    const listening: { close(): void }[] = [];
    const opened: DurableStores[] = [];
    after(() => {
      for (const resource of [...listening, ...opened]) resource.close();
    });
    let handler: ReturnType<typeof createWechatPayNotificationHandler>;
    beforeEach(() => {
      const bodyBudget = createBodyBudget(10_000_000);
      const { producer, logger } = context;
      const metrics = createMetrics({ service: 'shop' });
      const inbox = { put: () => Promise.reject(new AppError('STORE_UNAVAILABLE')) };
      const stores = createDurableStores({ producer, inbox, logger, metrics });
      opened.push(stores);
      handler = createWechatPayNotificationHandler({
        receivers: {
          findMerchant: (id) =>
            id === mchId ? { merchant, receiving: createReceivingMerchant(merchant) } : undefined,
        },
        signatures: createSignatureMetrics(metrics),
        stores,
        lanes: { choose: () => 'live' },
        bodyLimits: { maxBytes: 1_500_000, timeoutMs: 1_000 },
        bodyBudget,
        clock: { now: () => new Date() },
        logger,
        metrics: createCallbackMetrics(metrics, bodyBudget),
      });
    });

    async function listen(app: express.Express): Promise<number> {
      const server = app.listen(0, '127.0.0.1');
      listening.push(server);
      await new Promise((resolve) => server.once('listening', resolve));
      return (server.address() as AddressInfo).port;
    }

    it('works before a body parser', async () => {
      const app = express();
      app.use('/wx', express.Router().post('/callbacks/wechat-pay/:mchid', handler));
      app.use(express.json());
      const answer = await post(notification(), {
        port: await listen(app),
        path: `/wx/callbacks/wechat-pay/${mchId}`,
      });
      expect(answer.status).to.equal(204);
      expect(await queued()).to.have.length(1);
    });

    it('says so behind one, where the signed bytes are gone', async () => {
      const app = express();
      app.use(express.json());
      app.post('/callbacks/wechat-pay/:mchid', handler);
      expect((await post(notification(), { port: await listen(app) })).status).to.equal(500);
      expect(logLines.find((line) => line.event === 'callback.received')).to.include({ outcome: 'consumed' });
    });
  });
});

import { randomBytes, verify } from 'node:crypto';
import { Writable } from 'node:stream';
import { createMerchantApiClient, type MerchantApiClient } from '@huidiao/client';
import type {
  App,
  Merchant,
  MerchantDirectory,
  OrderResource,
  RequestPaymentParameters,
} from '@huidiao/contracts';
import { createLogger } from '@huidiao/runtime';
import { plainApp, plainMerchant, rsaKeysOf, testMongoUri, testPrefix, testRedisUrl } from '@huidiao/testing';
import { createSimulator, type Simulator } from '@huidiao/wechat-simulator';
import {
  createContext,
  type MerchantApiConfig,
  type MerchantApiContext,
  type MerchantApiOverrides,
  start,
} from './index.ts';

const keys = rsaKeysOf('merchant');
const appId = 'wx8888888888888888';
export const mchId = '1900000001';
export const otherMchId = '1900000002';

/** An answer of merchant-api. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: AnswerBody;
}

/** The members of every kind of answer; which of them are there is what tests look at. */
export interface AnswerBody {
  readonly code: string;
  readonly detail: string;
  readonly request_id: string;
  readonly errors: readonly { readonly field: string; readonly message: string }[];
  readonly order: OrderResource;
  readonly payment: RequestPaymentParameters;
  readonly time_line: OrderResource['time_line'];
}

export interface RunningApi {
  readonly uri: string;
  readonly healthUri: string;
  readonly simulator: Simulator;
  readonly context: MerchantApiContext;
  readonly key: string;
  readonly keyId: string;
  readonly otherKey: string;
  /** Everything that was logged. */
  readonly logged: string[];
  /** The published client, with the merchant's API key. */
  readonly client: MerchantApiClient;
  /** The same with another token, or none. */
  clientOf(token: string | undefined): MerchantApiClient;
  post(
    body: unknown,
    options?: { key?: string | undefined; headers?: Record<string, string> },
  ): Promise<Answer>;
  get(outTradeNo: string, key?: string): Promise<Answer>;
  close(): Promise<void>;
}

/** merchant-api over HTTP with a store of its own and a simulated WeChat Pay. */
export async function startMerchantApi(
  overrides: MerchantApiOverrides = {},
  facts: Partial<Merchant> = {},
): Promise<RunningApi> {
  const simulator = await createSimulator({
    merchants: [mchId, otherMchId].map(toSimulated),
    apps: [{ appId, appSecret: app.appSecret, templates: {} }],
  });
  const logged: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      logged.push(String(chunk));
      done();
    },
  });
  const logger = createLogger({ service: 'merchant-api', level: 'debug' }, destination);
  const context = createContext(toConfig(simulator, facts), { logger, ...overrides });
  await context.store.migrate();
  const { key, keyId } = await context.store.apiKeys.create({ mchId, label: 'test' });
  const { key: otherKey } = await context.store.apiKeys.create({ mchId: otherMchId, label: 'test' });
  const { port, healthPort } = await start(context);
  const uri = `http://127.0.0.1:${port}`;
  const clientOf = (token: string | undefined) =>
    createMerchantApiClient({ baseUrl: uri, ...(token === undefined ? {} : { token }) });
  return {
    uri,
    client: clientOf(key),
    clientOf,
    healthUri: `http://127.0.0.1:${healthPort}`,
    simulator,
    context,
    key,
    keyId,
    otherKey,
    logged,
    post: (body, options = {}) => {
      const bearer = 'key' in options ? options.key : key;
      const headers = {
        'content-type': 'application/json',
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...options.headers,
      };
      const text = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
      return ask(`${uri}/v1/orders`, {
        method: 'POST',
        headers,
        body: text as NonNullable<RequestInit['body']>,
      });
    },
    get: (outTradeNo, bearer = key) =>
      ask(`${uri}/v1/orders/${encodeURIComponent(outTradeNo)}`, {
        headers: { authorization: `Bearer ${bearer}` },
      }),
    close: async () => {
      await context.lifecycle.close();
      await simulator.close();
    },
  };
}

/** One request; the answer's body is read whole. */
export async function ask(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

/** A number that no other test uses. */
export function newOutTradeNo(): string {
  return `t-${randomBytes(8).toString('hex')}`;
}

/** A good body of POST /v1/orders. */
export function orderRequest(
  changed: Record<string, unknown> = {},
): Record<string, unknown> & { out_trade_no: string } {
  return {
    appid: appId,
    out_trade_no: newOutTradeNo(),
    description: '手冲咖啡 250g',
    amount: { total: 12_345 },
    payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
    attach: 'shop-7',
    logistics_type: 3,
    ...changed,
  };
}

/** Whether paySign verifies as WeChat checks it, with the merchant's public key. */
export function isPaySignGood(payment: RequestPaymentParameters): boolean {
  const message = `${appId}\n${payment.timeStamp}\n${payment.nonceStr}\n${payment.package}\n`;
  return verify('sha256', Buffer.from(message), keys.publicKey, Buffer.from(payment.paySign, 'base64'));
}

function toSimulated(id: string) {
  return {
    mchId: id,
    merchantSerialNo: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
    merchantPublicKeyPem: keys.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    apiV3Key: randomBytes(16).toString('hex'),
    appIds: [appId],
  };
}

function toMerchant(id: string, simulator: Simulator, facts: Partial<Merchant>): Merchant {
  const { publicKey } = simulator.platform;
  if (publicKey === undefined) throw new Error('the simulator has no public key');
  return {
    mchId: id,
    merchantSerialNo: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
    merchantPrivateKeyPem: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    apiV3Key: randomBytes(16).toString('hex'),
    ...plainMerchant,
    wechatpayPublicKeys: [{ id: publicKey.id, pem: publicKey.pem }],
    platformCertificatePems: [],
    appIds: [appId],
    shop: undefined,
    unknownOrder: 'dead_letter',
    latePayment: 'refund',
    limits: { callbacksPerSecond: 1_000, callbacksBurst: 5_000, queriesPerSecond: 600 },
    ...facts,
  };
}

const app: App = {
  appId,
  appSecret: 'secret-of-the-app-0123456789abcd',
  ...plainApp,
  miniprogramState: 'formal',
  lang: 'zh_CN',
  templates: { orderPaid: undefined },
};

function toConfig(simulator: Simulator, facts: Partial<Merchant>): MerchantApiConfig {
  const directory: MerchantDirectory = {
    merchants: new Map([mchId, otherMchId].map((id) => [id, toMerchant(id, simulator, facts)])),
    apps: new Map([[appId, app]]),
  };
  return {
    logLevel: 'debug',
    http: { host: '127.0.0.1', port: 0, drainMs: 2_000, trustedProxies: 0 },
    health: { host: '127.0.0.1', port: 0 },
    redis: { url: testRedisUrl(), prefix: testPrefix(), appendfsync: 'always', waitReplicas: 0 },
    mongo: { uri: testMongoUri() },
    wechatPayApiUrl: simulator.uri,
    wechatApiUrl: simulator.uri,
    callbackBaseUrl: 'http://127.0.0.1:9',
    directory,
  };
}

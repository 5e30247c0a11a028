import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import {
  type Merchant,
  type MerchantDirectory,
  type PaymentSucceeded,
  toApplyPaymentJobId,
  toPaymentCallbackKey,
} from '@huidiao/contracts';
import type { NewJob } from '@huidiao/queue';
import { createLogger } from '@huidiao/runtime';
import { plainMerchant, rsaKeysOf } from '@huidiao/testing';
import {
  buildSignedNotification,
  type NotificationToBuild,
  type SignedNotification,
} from '@huidiao/wechat-simulator';
import type { IngressConfig } from './config.ts';
import { createContext, type IngressContext, type IngressOverrides } from './context.ts';
import { start } from './start.ts';

/** What the tests of this package share; it holds no test itself. */

/** The two merchants of every ingress that is started here. */
export const mchIds = ['1900000001', '1900000002'] as const;

const publicKeyId = 'PUB_KEY_ID_0119000000012026112200000000000001';
const platform = rsaKeysOf('wechat-pay');
const apiV3Key = randomBytes(16).toString('hex');
const toMerchant = (mchId: string): Merchant => ({
  mchId,
  merchantSerialNo: '5157F09EFDC096DE15EBE81A47057A7200000001',
  merchantPrivateKeyPem: platform.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  apiV3Key,
  ...plainMerchant,
  wechatpayPublicKeys: [
    { id: publicKeyId, pem: platform.publicKey.export({ type: 'spki', format: 'pem' }).toString() },
  ],
  platformCertificatePems: [],
  appIds: ['wx1234567890abcdef'],
  shop: undefined,
  unknownOrder: 'dead_letter',
  latePayment: 'refund',
  limits: { callbacksPerSecond: 10_000, callbacksBurst: 10_000, queriesPerSecond: 20 },
});

const toTransactionId = (number: number) => `42000000002026112200${String(number).padStart(8, '0')}`;
const toOutTradeNo = (number: number) => `ORDER-${String(number).padStart(4, '0')}`;

/** The job that the callback of this number becomes. */
export function callbackJob(number: number): NewJob<'apply-payment'> {
  const payment: PaymentSucceeded = {
    type: 'payment.succeeded',
    mchId: mchIds[0],
    appId: 'wx1234567890abcdef',
    outTradeNo: toOutTradeNo(number),
    transactionId: toTransactionId(number),
    amountFen: 8_800,
    currency: 'CNY',
    tradeType: 'JSAPI',
  };
  return {
    name: 'apply-payment',
    id: toApplyPaymentJobId(payment),
    data: {
      requestId: 'request-1',
      callbackKey: toPaymentCallbackKey(payment),
      notificationId: `notification-${number}`,
      eventType: 'TRANSACTION.SUCCESS',
      receivedAt: '2026-11-22T08:00:01.000Z',
      payment,
    },
  };
}

/** A genuine payment notification; the same number is the same payment. */
export function signedCallback(
  number: number,
  mchId: string = mchIds[0],
  facts: Partial<NotificationToBuild> = {},
): SignedNotification {
  const plaintext = JSON.stringify({
    appid: 'wx1234567890abcdef',
    mchid: mchId,
    out_trade_no: toOutTradeNo(number),
    transaction_id: toTransactionId(number),
    trade_type: 'JSAPI',
    trade_state: 'SUCCESS',
    trade_state_desc: '支付成功',
    bank_type: 'OTHERS',
    success_time: '2026-11-22T16:00:00+08:00',
    payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
    amount: { total: 8_800, payer_total: 8_800, currency: 'CNY', payer_currency: 'CNY' },
  });
  return buildSignedNotification({
    key: platform.privateKey,
    serial: publicKeyId,
    apiV3Key,
    plaintext,
    ...facts,
  });
}

export interface RunningIngress {
  readonly context: IngressContext;
  readonly port: number;
  readonly logLines: readonly Record<string, unknown>[];
  /** Sends a callback; its status, its body and how long the answer took. */
  post(
    callback: SignedNotification,
    mchId?: string,
  ): Promise<{ status: number; body: string; tookMs: number }>;
  /** The status of /readyz. */
  readyz(): Promise<number>;
  /** The value of one line of /metrics. */
  metric(line: string): Promise<number>;
  close(): Promise<void>;
}

export interface IngressToStart {
  readonly redisUrl: string;
  readonly mongoUri: string;
  readonly prefix: string;
  readonly limits?: Partial<Merchant['limits']>;
  /** Makes the directory of it, where it is to change. */
  readonly liveDirectory?: (initial: MerchantDirectory) => MerchantDirectory;
  readonly overrides?: IngressOverrides;
}

/** An ingress with the time limits that it has by default. */
export async function startIngress(options: IngressToStart): Promise<RunningIngress> {
  const logLines: Record<string, unknown>[] = [];
  const write = (line: string) => void logLines.push(JSON.parse(line));
  const context = createContext(toConfig(options), {
    logger: createLogger({ service: 'ingress', level: 'info' }, { write }),
    ...options.overrides,
  });
  const { port, healthPort } = await start(context);
  const health = (path: string) => fetch(`http://127.0.0.1:${healthPort}${path}`);
  return {
    context,
    port,
    logLines,
    post: (callback, mchId = mchIds[0]) => postCallback(port, callback, mchId),
    readyz: async () => (await health('/readyz')).status,
    metric: async (line) => {
      const text = await (await health('/metrics')).text();
      const found = text.split('\n').find((one) => one.startsWith(`${line} `));
      return Number(found?.slice(line.length + 1) ?? 0);
    },
    close: () => context.lifecycle.close(),
  };
}

function toConfig(options: IngressToStart): IngressConfig {
  const { redisUrl, mongoUri, prefix, limits, liveDirectory = (initial) => initial } = options;
  const merchants = mchIds.map((mchId): [string, Merchant] => {
    const merchant = toMerchant(mchId);
    return [mchId, { ...merchant, limits: { ...merchant.limits, ...limits } }];
  });
  return {
    logLevel: 'info',
    http: { host: '127.0.0.1', port: 0 },
    health: { host: '127.0.0.1', port: 0 },
    redis: { url: redisUrl, prefix, appendfsync: 'always', waitReplicas: 0, deadlineMs: 700 },
    mongo: { uri: mongoUri },
    inbox: { timeoutMs: 1_000 },
    body: { maxBytes: 1_500_000, timeoutMs: 1_000, budgetBytes: 10_000_000 },
    maxConnections: 1_000,
    wechatPayApiUrl: 'http://127.0.0.1:1',
    directory: liveDirectory({ merchants: new Map(merchants), apps: new Map() }),
  };
}

function postCallback(port: number, callback: SignedNotification, mchId: string) {
  const startedAt = performance.now();
  return new Promise<{ status: number; body: string; tookMs: number }>((resolve, reject) => {
    const request = httpRequest({
      host: '127.0.0.1',
      port,
      path: `/callbacks/wechat-pay/${mchId}`,
      method: 'POST',
      headers: callback.headers,
      agent: false,
    });
    request.on('error', reject).on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, body, tookMs: performance.now() - startedAt });
      });
    });
    request.end(callback.body);
  });
}

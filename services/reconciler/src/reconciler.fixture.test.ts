import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import type { Merchant } from '@huidiao/contracts';
import type { NewJob } from '@huidiao/queue';
import { createLogger } from '@huidiao/runtime';
import type { NewOrder } from '@huidiao/store';
import { plainMerchant, rsaKeysOf, testMongoUri, testPrefix, testRedisUrl } from '@huidiao/testing';
import { createSimulator, type Simulator } from '@huidiao/wechat-simulator';
import type { ReconcilerConfig, ReconcilerContext } from './index.ts';

/** What the tests of this package share; it holds no test itself. */

export const mchId = '1900000001';
export const appId = 'wx8888888888888888';
export const silentLogger = createLogger({ service: 'test', level: 'silent' });

const anyPort = { host: '127.0.0.1', port: 0 };

/** A configuration with a database and Redis keys of its own, and without merchants. */
export function testConfig(changes: Partial<ReconcilerConfig> = {}): ReconcilerConfig {
  return {
    logLevel: 'debug',
    health: anyPort,
    redis: { url: testRedisUrl(), prefix: testPrefix(), appendfsync: 'always', waitReplicas: 0 },
    mongo: { uri: testMongoUri() },
    wechatPayApiUrl: 'http://127.0.0.1:1',
    wechatApiUrl: 'http://127.0.0.1:1',
    directory: { merchants: new Map(), apps: new Map() },
    effects: { intervalMs: 50, leaseMs: 60_000, limit: 500 },
    inbox: { intervalMs: 50, leaseMs: 30_000, limit: 500 },
    queries: { intervalMs: 50, leaseMs: 30_000, concurrency: 16, limit: 500 },
    epoch: { intervalMs: 50, limit: 500 },
    sweep: { intervalMs: 50, limit: 500 },
    shipping: { intervalMs: 60_000, limit: 500 },
    bills: {
      intervalMs: 60_000,
      leaseMs: 60_000,
      folder: tmpdir(),
      mostBytes: 1_000_000_000,
      mostRows: 10_000_000,
    },
    ...changes,
  };
}

const keys = rsaKeysOf('merchant');
const merchantSerialNo = '5157F09EFDC096DE15EBE81A47057A7232F1B8E1';
const apiV3Key = '0123456789abcdefghijklmnopqrstuv';

/** WeChat Pay, as far as it knows the one merchant. */
export function startWechatPay(): Promise<Simulator> {
  const merchantPublicKeyPem = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const merchant = { mchId, merchantSerialNo, merchantPublicKeyPem, apiV3Key, appIds: [appId] };
  return createSimulator({ merchants: [merchant] });
}

/** The same merchant, as a reconciler knows it. */
export function toMerchant({ platform }: Simulator, queriesPerSecond = 100): Merchant {
  return {
    mchId,
    merchantSerialNo,
    merchantPrivateKeyPem: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    apiV3Key,
    ...plainMerchant,
    wechatpayPublicKeys: platform.publicKey === undefined ? [] : [platform.publicKey],
    platformCertificatePems: [],
    appIds: [appId],
    shop: undefined,
    unknownOrder: 'dead_letter',
    latePayment: 'refund',
    limits: { callbacksPerSecond: 1_000, callbacksBurst: 1_000, queriesPerSecond },
  };
}

export function newOutTradeNo(): string {
  return `order-${randomBytes(6).toString('hex')}`;
}

/** An order of ¥8.88 that can be paid for two hours. */
export function newOrder(changes: Partial<NewOrder> = {}): NewOrder {
  return {
    mchId,
    appId,
    outTradeNo: newOutTradeNo(),
    openId: 'o-buyer',
    description: 'tea',
    amountFen: 888,
    currency: 'CNY',
    logisticsType: 3,
    timeExpire: new Date(Date.now() + 2 * 60 * 60_000),
    prepay: true,
    contentHash: 'hash',
    ...changes,
  };
}

/** A clock that stands ahead of the time of this machine. */
export function createTestClock() {
  let aheadMs = 0;
  return {
    now: () => new Date(Date.now() + aheadMs),
    advance(ms: number) {
      aheadMs += ms;
    },
  };
}

/** A producer that only writes down what it is given; `failure` makes adds reject. */
export function createRecordingProducer() {
  const added: NewJob[] = [];
  const state: { failure?: Error; isReady: boolean } = { isReady: true };
  const producer = {
    isReady: () => state.isReady,
    add: async (job: NewJob) => {
      if (state.failure) throw state.failure;
      added.push(job);
    },
  } as ReconcilerContext['producer'];
  return { producer, added, state };
}

import { tmpdir } from 'node:os';
import type { MerchantDirectory } from '@huidiao/contracts';
import * as ingress from '@huidiao/ingress';
import * as merchantApi from '@huidiao/merchant-api';
import * as messageWorker from '@huidiao/message-worker';
import * as orderWorker from '@huidiao/order-worker';
import * as reconciler from '@huidiao/reconciler';
import type { Lifecycle, Logger } from '@huidiao/runtime';
import { waitFor } from '../wait-for.ts';
import type { InstallationOptions, ServiceName } from './installation-options.ts';

/** All that a service of an installation is told. */
export interface ServiceSettings {
  readonly redisUrl: string;
  readonly mongoUri: string;
  readonly prefix: string;
  readonly directory: MerchantDirectory;
  /** The base of WeChat's APIs. */
  readonly wechatUrl: string;
  /** Where WeChat reaches the ingress. */
  readonly callbackBaseUrl: string;
  readonly options: InstallationOptions;
  /** @param service its name, which stands in each of its lines */
  loggerOf(service: ServiceName): Logger;
}

/** A service that is ready; `port` is that of its HTTP server, if it has one. */
export interface StartedService {
  readonly lifecycle: Lifecycle;
  readonly port?: number;
}

type Starter = (settings: ServiceSettings) => Promise<StartedService>;

const anyPort = { host: '127.0.0.1', port: 0 };
/** Of the reconciler's loops that tests wait for; of the two that go through whole days, so long that none is met. */
const intervalMs = 250;
const longIntervalMs = 60_000;
const limit = 200;

/** What all services have in common. */
function toCommon({ mongoUri, directory }: ServiceSettings) {
  return { logLevel: 'debug', health: anyPort, mongo: { uri: mongoUri }, directory } as const;
}

/** Redis, for those that add jobs to it. */
function toRedis({ redisUrl: url, prefix }: ServiceSettings) {
  return { url, prefix, appendfsync: 'always', waitReplicas: 0 } as const;
}

const startIngress: Starter = async (settings) => {
  const context = ingress.createContext(
    {
      ...toCommon(settings),
      http: anyPort,
      redis: { ...toRedis(settings), deadlineMs: 2_000 },
      inbox: { timeoutMs: 2_000 },
      body: { maxBytes: 1_500_000, timeoutMs: 2_000, budgetBytes: 64_000_000 },
      maxConnections: 1_000,
      wechatPayApiUrl: settings.wechatUrl,
    },
    { logger: settings.loggerOf('ingress') },
  );
  const { port } = await ingress.start(context);
  await waitFor('the ingress to reach Redis', () => context.producer.isReady());
  return { lifecycle: context.lifecycle, port };
};

const startMerchantApi: Starter = async (settings) => {
  const { wechatUrl, callbackBaseUrl, options, loggerOf } = settings;
  const context = merchantApi.createContext(
    {
      ...toCommon(settings),
      http: { ...anyPort, drainMs: 1_000, trustedProxies: 0 },
      redis: toRedis(settings),
      wechatPayApiUrl: wechatUrl,
      wechatApiUrl: wechatUrl,
      callbackBaseUrl,
    },
    { logger: loggerOf('merchant-api'), ...options.merchantApi },
  );
  const { port } = await merchantApi.start(context);
  return { lifecycle: context.lifecycle, port };
};

const startOrderWorker: Starter = async (settings) => {
  const { wechatUrl, options, loggerOf } = settings;
  const context = orderWorker.createContext(
    {
      ...toCommon(settings),
      redis: toRedis(settings),
      wechatPayApiUrl: wechatUrl,
      wechatApiUrl: wechatUrl,
      concurrency: 32,
      effectGraceMs: options.effectGraceMs ?? 10_000,
      jobLockMs: 30_000,
      drainMs: 2_000,
    },
    { logger: loggerOf('order-worker'), ...options.orderWorker },
  );
  await orderWorker.start(context);
  return { lifecycle: context.lifecycle };
};

const startMessageWorker: Starter = async (settings) => {
  const { redisUrl, prefix, wechatUrl, options, loggerOf } = settings;
  const context = messageWorker.createContext(
    {
      ...toCommon(settings),
      redis: { url: redisUrl, prefix },
      wechatApiUrl: wechatUrl,
      concurrency: 20,
      jobLockMs: 30_000,
      drainMs: 2_000,
    },
    { logger: loggerOf('message-worker'), ...options.messageWorker },
  );
  await messageWorker.start(context);
  return { lifecycle: context.lifecycle };
};

const startReconciler: Starter = async (settings) => {
  const { wechatUrl, options, loggerOf } = settings;
  const leased = { intervalMs, leaseMs: 5_000, limit };
  const context = reconciler.createContext(
    {
      ...toCommon(settings),
      redis: toRedis(settings),
      wechatPayApiUrl: wechatUrl,
      wechatApiUrl: wechatUrl,
      effects: leased,
      inbox: leased,
      queries: { ...leased, concurrency: 16 },
      epoch: { intervalMs, limit },
      sweep: { intervalMs, limit },
      shipping: { intervalMs: longIntervalMs, limit },
      bills: {
        intervalMs: longIntervalMs,
        leaseMs: 60_000,
        folder: tmpdir(),
        mostBytes: 1_000_000_000,
        mostRows: 10_000_000,
      },
    },
    { logger: loggerOf('reconciler'), ...options.reconciler },
  );
  await reconciler.start(context);
  return { lifecycle: context.lifecycle };
};

/** In the order in which they are started: merchant-api has to know the ingress's address. */
export const serviceStarters: Readonly<Record<ServiceName, Starter>> = {
  ingress: startIngress,
  'merchant-api': startMerchantApi,
  'order-worker': startOrderWorker,
  'message-worker': startMessageWorker,
  reconciler: startReconciler,
};

import { tmpdir } from 'node:os';
import { createMerchantApiClient, type MerchantApiClient } from '@huidiao/client';
import type {
  App,
  CreateOrderResponse,
  Merchant,
  MerchantDirectory,
  ReadOrderResponse,
  Shop as ShopSettings,
} from '@huidiao/contracts';
import { createShop, type Shop as SampleShop } from '@huidiao/example-shop';
import * as ingress from '@huidiao/ingress';
import * as merchantApi from '@huidiao/merchant-api';
import * as messageWorker from '@huidiao/message-worker';
import * as orderWorker from '@huidiao/order-worker';
import { createQueueReader, type QueueReader } from '@huidiao/queue';
import * as reconciler from '@huidiao/reconciler';
import { createLogger, createMetrics, type Lifecycle, type Logger } from '@huidiao/runtime';
import { createStore, dropTestDatabase, type Store } from '@huidiao/store';
import { createSimulator, type Simulator, type SimulatorSettings } from '@huidiao/wechat-simulator';
import { testMongoUri, testPrefix, testRedisUrl } from './servers.ts';
import { createKeys, testMerchant, toDirectory } from './test-merchant.ts';
import { waitFor } from './wait-for.ts';

export { testMerchant } from './test-merchant.ts';

/** What can be set of an installation. */
export interface InstallationOptions {
  /** Services that are not started. */
  readonly without?: readonly ServiceName[];
  readonly merchant?: Partial<Merchant>;
  readonly app?: Partial<App>;
  readonly shop?: Partial<ShopSettings>;
  readonly simulator?: Partial<SimulatorSettings>;
  readonly merchantApi?: merchantApi.MerchantApiOverrides;
  readonly orderWorker?: orderWorker.OrderWorkerOverrides;
  readonly messageWorker?: messageWorker.MessageWorkerOverrides;
  readonly reconciler?: reconciler.ReconcilerOverrides;
  /** A database from testMongoUri, and the way to it that the services take; default: the same. */
  readonly mongo?: { readonly uri: string; readonly uriOfServices: string };
  /** A Redis of the test's own, which it may kill; default: that of the run. */
  readonly redisUrl?: string;
  readonly effectGraceMs?: number;
}

export type ServiceName = 'ingress' | 'merchant-api' | 'order-worker' | 'message-worker' | 'reconciler';

/** Everything between WeChat and the shop, on real parts, in this process: Redis and store are the run's own. */
export interface Installation {
  readonly directory: MerchantDirectory;
  readonly simulator: Simulator;
  readonly shop: SampleShop;
  /** How the merchant reaches the shop, also where `merchant` left it out. */
  readonly shopSettings: ShopSettings;
  readonly store: Store;
  readonly queues: QueueReader;
  readonly redisUrl: string;
  readonly mongoUri: string;
  readonly prefix: string;
  readonly ingressPort: number;
  readonly apiUrl: string;
  /** Everything that the services logged, one JSON line each. */
  readonly logLines: readonly string[];
  /** The published client, with the merchant's API key. */
  readonly client: MerchantApiClient;
  /** The same for a user, with the token of a session. */
  clientOf(token: string | undefined): MerchantApiClient;
  /** POST /v1/orders with what a shop would send. */
  createOrder(outTradeNo: string, facts?: Record<string, unknown>): Promise<CreateOrderResponse>;
  readOrder(outTradeNo: string): Promise<ReadOrderResponse>;
  startService(name: ServiceName): Promise<void>;
  stopService(name: ServiceName): Promise<void>;
  close(): Promise<void>;
}

/** Starts an installation with keys of its own, its own database and its own Redis keys. Close it. */
export async function startInstallation(options: InstallationOptions = {}): Promise<Installation> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const closer of closers.reverse()) await closer();
  };
  try {
    return await open(options, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  options: InstallationOptions,
  closers: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<Installation> {
  const redisUrl = options.redisUrl ?? testRedisUrl();
  const mongoUri = options.mongo?.uri ?? testMongoUri();
  const prefix = testPrefix();
  const logLines: string[] = [];
  const loggerOf = (service: string) =>
    createLogger({ service, level: 'debug' }, { write: (line: string) => void logLines.push(line) });

  const keys = createKeys();
  const simulator = await createSimulator({
    merchants: [{ ...keys.ofWeChat, isServiceProvider: options.merchant?.isServiceProvider === true }],
    apps: [keys.appOfWeChat],
    ...options.simulator,
  });
  closers.push(() => simulator.close());
  const shop = await createShop({ webhookSecret: keys.webhookSecret });
  closers.push(() => shop.close());
  const shopSettings: ShopSettings = {
    webhookUrl: shop.webhookUrl,
    webhookSecrets: [keys.webhookSecret],
    allowPrivateNetwork: true,
    events: [],
    timeoutMs: 30_000,
    ...options.shop,
  };
  const directory = toDirectory(keys, simulator, shopSettings, options.merchant, options.app);

  const store = createStore({
    uri: mongoUri,
    logger: loggerOf('test'),
    metrics: createMetrics({ service: 'test' }),
  });
  closers.push(() => store.close());
  closers.push(() => dropTestDatabase(mongoUri));
  await store.migrate();
  const { key: apiKey } = await store.apiKeys.create({ mchId: testMerchant.mchId, label: 'test' });
  const queues = createQueueReader({ redis: { url: redisUrl }, prefix, logger: loggerOf('test') });
  closers.push(() => queues.close());

  const running = new Map<ServiceName, Lifecycle>();
  closers.push(() => Promise.all([...running.values()].map((lifecycle) => lifecycle.close())));
  const settings: ServiceSettings = {
    redisUrl,
    mongoUri: options.mongo?.uriOfServices ?? mongoUri,
    prefix,
    directory,
    simulator,
    options,
    loggerOf,
  };
  let ingressPort = 0;
  let apiUrl = '';

  const startService = async (name: ServiceName): Promise<void> => {
    const { lifecycle, port } = await starters[name]({ ...settings, ingressPort });
    running.set(name, lifecycle);
    if (name === 'ingress') ingressPort = port ?? 0;
    if (name === 'merchant-api') apiUrl = `http://127.0.0.1:${port}`;
  };
  for (const name of Object.keys(starters) as ServiceName[]) {
    if (!options.without?.includes(name)) await startService(name);
  }

  const clientOf = (token: string | undefined) =>
    createMerchantApiClient({ baseUrl: apiUrl, ...(token === undefined ? {} : { token }) });

  return {
    directory,
    simulator,
    shop,
    shopSettings,
    store,
    queues,
    redisUrl,
    mongoUri,
    prefix,
    logLines,
    get ingressPort() {
      return ingressPort;
    },
    get apiUrl() {
      return apiUrl;
    },
    get client() {
      return clientOf(apiKey);
    },
    clientOf,
    createOrder: async (outTradeNo, facts = {}) => {
      const body = { ...toOrderRequest(outTradeNo), ...facts };
      return (await clientOf(apiKey).createOrder({ body })).body;
    },
    readOrder: async (outTradeNo) =>
      (await clientOf(apiKey).readOrder({ params: { out_trade_no: outTradeNo } })).body,
    startService,
    stopService: async (name) => {
      await running.get(name)?.close();
      running.delete(name);
    },
    close,
  };
}

/** The body of POST /v1/orders for a cup of tea of ¥88 that needs no delivery. */
export function toOrderRequest(outTradeNo: string) {
  return {
    appid: testMerchant.appId,
    out_trade_no: outTradeNo,
    description: '龙井茶',
    amount: { total: 8_800, currency: 'CNY' },
    payer: { openid: `o-buyer-of-${outTradeNo}` },
    logistics_type: 3,
  } as const;
}

interface ServiceSettings {
  readonly redisUrl: string;
  readonly mongoUri: string;
  readonly prefix: string;
  readonly directory: MerchantDirectory;
  readonly simulator: Simulator;
  readonly options: InstallationOptions;
  loggerOf(service: string): Logger;
}

type Starter = (
  settings: ServiceSettings & { readonly ingressPort: number },
) => Promise<{ lifecycle: Lifecycle; port?: number }>;

const anyPort = { host: '127.0.0.1', port: 0 };

/** In the order in which they are started: merchant-api has to know the ingress's address. */
const starters: Record<ServiceName, Starter> = {
  ingress: async ({ redisUrl, mongoUri, prefix, directory, simulator, loggerOf }) => {
    const context = ingress.createContext(
      {
        logLevel: 'debug',
        http: anyPort,
        health: anyPort,
        redis: { url: redisUrl, prefix, appendfsync: 'always', waitReplicas: 0, deadlineMs: 2_000 },
        mongo: { uri: mongoUri },
        inbox: { timeoutMs: 2_000 },
        body: { maxBytes: 1_500_000, timeoutMs: 2_000, budgetBytes: 64_000_000 },
        maxConnections: 1_000,
        wechatPayApiUrl: simulator.uri,
        directory,
      },
      { logger: loggerOf('ingress') },
    );
    const { port } = await ingress.start(context);
    await waitFor('the ingress to reach Redis', () => context.producer.isReady());
    return { lifecycle: context.lifecycle, port };
  },
  'merchant-api': async (settings) => {
    const { redisUrl, mongoUri, prefix, directory, simulator, ingressPort, options, loggerOf } = settings;
    const context = merchantApi.createContext(
      {
        logLevel: 'debug',
        http: { ...anyPort, drainMs: 1_000, trustedProxies: 0 },
        health: anyPort,
        redis: { url: redisUrl, prefix, appendfsync: 'always', waitReplicas: 0 },
        mongo: { uri: mongoUri },
        wechatPayApiUrl: simulator.uri,
        wechatApiUrl: simulator.uri,
        callbackBaseUrl: `http://127.0.0.1:${ingressPort}`,
        directory,
      },
      { logger: loggerOf('merchant-api'), ...options.merchantApi },
    );
    const { port } = await merchantApi.start(context);
    return { lifecycle: context.lifecycle, port };
  },
  'order-worker': async ({ redisUrl, mongoUri, prefix, directory, simulator, options, loggerOf }) => {
    const context = orderWorker.createContext(
      {
        logLevel: 'debug',
        health: anyPort,
        redis: { url: redisUrl, prefix, appendfsync: 'always', waitReplicas: 0 },
        mongo: { uri: mongoUri },
        wechatPayApiUrl: simulator.uri,
        wechatApiUrl: simulator.uri,
        concurrency: 32,
        effectGraceMs: options.effectGraceMs ?? 10_000,
        jobLockMs: 30_000,
        drainMs: 2_000,
        directory,
      },
      { logger: loggerOf('order-worker'), ...options.orderWorker },
    );
    await orderWorker.start(context);
    return { lifecycle: context.lifecycle };
  },
  'message-worker': async ({ redisUrl, mongoUri, prefix, directory, simulator, options, loggerOf }) => {
    const context = messageWorker.createContext(
      {
        logLevel: 'debug',
        health: anyPort,
        redis: { url: redisUrl, prefix },
        mongo: { uri: mongoUri },
        wechatApiUrl: simulator.uri,
        concurrency: 20,
        jobLockMs: 30_000,
        drainMs: 2_000,
        directory,
      },
      { logger: loggerOf('message-worker'), ...options.messageWorker },
    );
    await messageWorker.start(context);
    return { lifecycle: context.lifecycle };
  },
  reconciler: async ({ redisUrl, mongoUri, prefix, directory, simulator, options, loggerOf }) => {
    const context = reconciler.createContext(
      {
        logLevel: 'debug',
        health: anyPort,
        redis: { url: redisUrl, prefix, appendfsync: 'always', waitReplicas: 0 },
        mongo: { uri: mongoUri },
        wechatPayApiUrl: simulator.uri,
        wechatApiUrl: simulator.uri,
        directory,
        effects: { intervalMs: 250, leaseMs: 5_000, limit: 200 },
        inbox: { intervalMs: 250, leaseMs: 5_000, limit: 200 },
        queries: { intervalMs: 250, leaseMs: 5_000, concurrency: 16, limit: 200 },
        epoch: { intervalMs: 250, limit: 200 },
        sweep: { intervalMs: 250, limit: 200 },
        shipping: { intervalMs: 60_000, limit: 200 },
        bills: {
          intervalMs: 60_000,
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
  },
};

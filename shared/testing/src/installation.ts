import { createMerchantApiClient, type MerchantApiClient } from '@huidiao/client';
import type { CreateOrderResponse, ReadOrderResponse } from '@huidiao/contracts';
import { createQueueReader, type QueueReader } from '@huidiao/queue';
import { createLogger, createMetrics, type Logger } from '@huidiao/runtime';
import { createStore, dropTestDatabase, type Store } from '@huidiao/store';
import { type Closers, createClosers } from './installation/closers.ts';
import type { InstallationOptions, ServiceName } from './installation/installation-options.ts';
import { toOrderRequest } from './installation/order-request.ts';
import { createRunningServices, type RunningServices } from './installation/running-services.ts';
import { openSurroundings, type Surroundings } from './installation/surroundings.ts';
import { testMongoUri, testPrefix, testRedisUrl } from './servers.ts';
import { testMerchant } from './test-merchant.ts';

export type { InstallationOptions, ServiceName } from './installation/installation-options.ts';
export { toNewOrder, toOrderRequest } from './installation/order-request.ts';
export { testMerchant } from './test-merchant.ts';

/** Everything between WeChat and the shop, on real parts, in this process: Redis and store are the run's own. */
export interface Installation extends Surroundings, ApiUse {
  readonly store: Store;
  readonly queues: QueueReader;
  readonly redisUrl: string;
  readonly mongoUri: string;
  readonly prefix: string;
  readonly ingressPort: number;
  readonly apiUrl: string;
  /** Everything that the services logged, one JSON line each. */
  readonly logLines: readonly string[];
  startService(name: ServiceName): Promise<void>;
  stopService(name: ServiceName): Promise<void>;
  /** The services first, then what they used; a second call waits for the first. */
  close(): Promise<void>;
}

/** How tests call merchant-api. */
interface ApiUse {
  /** The published client, with the merchant's API key. */
  readonly client: MerchantApiClient;
  /** The same for a user, with the token of a session. */
  clientOf(token: string | undefined): MerchantApiClient;
  /** POST /v1/orders with what a shop would send. */
  createOrder(outTradeNo: string, facts?: Record<string, unknown>): Promise<CreateOrderResponse>;
  readOrder(outTradeNo: string): Promise<ReadOrderResponse>;
}

/** Starts an installation with keys of its own, its own database and its own Redis keys. Close it. */
export async function startInstallation(options: InstallationOptions = {}): Promise<Installation> {
  const closers = createClosers();
  try {
    return await open(options, closers);
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

/** WeChat and the shop, the servers' contents, then the services: each needs what was opened before it. */
async function open(options: InstallationOptions, closers: Closers): Promise<Installation> {
  const logLines: string[] = [];
  const loggerOf = (service: string) =>
    createLogger({ service, level: 'debug' }, { write: (line: string) => void logLines.push(line) });
  const surroundings = await openSurroundings(options, closers);
  const contents = await openContents(options, loggerOf('test'), closers);
  const { store, queues, redisUrl, mongoUri, prefix, apiKey } = contents;
  const services = createRunningServices({
    redisUrl,
    mongoUri: options.mongo?.uriOfServices ?? mongoUri,
    prefix,
    directory: surroundings.directory,
    wechatUrl: surroundings.simulator.uri,
    options,
    loggerOf,
  });
  closers.add(() => services.stopAll());
  await services.startAll();
  const api = createApiUse(services, apiKey);

  return {
    ...surroundings,
    store,
    queues,
    redisUrl,
    mongoUri,
    prefix,
    logLines,
    get ingressPort() {
      return services.ingressPort;
    },
    get apiUrl() {
      return services.apiUrl;
    },
    get client() {
      return api.client;
    },
    clientOf: api.clientOf,
    createOrder: api.createOrder,
    readOrder: api.readOrder,
    startService: (name) => services.start(name),
    stopService: (name) => services.stop(name),
    close: () => closers.closeAll(),
  };
}

/** What an installation has of the servers of the run. */
interface Contents {
  readonly store: Store;
  readonly queues: QueueReader;
  readonly redisUrl: string;
  readonly mongoUri: string;
  readonly prefix: string;
  /** Of the merchant, for merchant-api. */
  readonly apiKey: string;
}

/** A migrated database with an API key, and keys of Redis under a prefix of their own. */
async function openContents(
  options: InstallationOptions,
  logger: Logger,
  closers: Closers,
): Promise<Contents> {
  const redisUrl = options.redisUrl ?? testRedisUrl();
  const mongoUri = options.mongo?.uri ?? testMongoUri();
  const prefix = testPrefix();
  const store = createStore({ uri: mongoUri, logger, metrics: createMetrics({ service: 'test' }) });
  closers.add(() => store.close());
  closers.add(() => dropTestDatabase(mongoUri));
  await store.migrate();
  const { key: apiKey } = await store.apiKeys.create({ mchId: testMerchant.mchId, label: 'test' });
  const queues = createQueueReader({ redis: { url: redisUrl }, prefix, logger });
  closers.add(() => queues.close());
  return { store, queues, redisUrl, mongoUri, prefix, apiKey };
}

/** Where merchant-api listens is known only once it was started, and may change. */
function createApiUse(services: Pick<RunningServices, 'apiUrl'>, apiKey: string): ApiUse {
  const clientOf = (token: string | undefined) =>
    createMerchantApiClient({ baseUrl: services.apiUrl, ...(token === undefined ? {} : { token }) });
  return {
    get client() {
      return clientOf(apiKey);
    },
    clientOf,
    async createOrder(outTradeNo, facts = {}) {
      const body = { ...toOrderRequest(outTradeNo), ...facts };
      return (await clientOf(apiKey).createOrder({ body })).body;
    },
    async readOrder(outTradeNo) {
      return (await clientOf(apiKey).readOrder({ params: { out_trade_no: outTradeNo } })).body;
    },
  };
}

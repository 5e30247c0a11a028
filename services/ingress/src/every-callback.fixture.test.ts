import { randomBytes } from 'node:crypto';
import type { App, Merchant } from '@huidiao/contracts';
import type { NewJob, Producer } from '@huidiao/queue';
import { createLogger } from '@huidiao/runtime';
import { plainApp, plainMerchant, rsaKeysOf } from '@huidiao/testing';
import { createSimulator, type Simulator } from '@huidiao/wechat-simulator';
import type { IngressConfig } from './config.ts';
import { createContext, type IngressContext } from './context.ts';
import { start } from './start.ts';

/** What the tests that send every callback share; it holds no test itself. */

export const ids = {
  mchId: '1900000001',
  /** Has an EncodingAESKey. */
  safeAppId: 'wx1234567890abcdef',
  /** Has none. */
  plainAppId: 'wx00000000000plain',
} as const;

/** An ingress, a simulated WeChat that knows its merchant and apps, and what is queued. */
export interface Rig {
  readonly simulator: Simulator;
  readonly context: IngressContext;
  readonly logLines: readonly Record<string, unknown>[];
  /** Of the app that has an EncodingAESKey. */
  readonly push: { readonly token: string; readonly encodingAesKey: string };
  /** Everything that was queued since the last call. */
  takeJobs(): NewJob[];
  /** The address of callbacks of this kind. */
  urlOf(kind: 'wechat-pay' | 'wechat-pay-v2' | 'mini-program', id?: string): string;
  close(): Promise<void>;
}

const makeSecret = () => randomBytes(16).toString('hex');
const makeAesKey = () => randomBytes(64).toString('base64').replaceAll(/[+/=]/g, '').slice(0, 43);

/** What a merchant or an app is set otherwise. */
export interface RigOptions {
  /** Merchants besides, with the same keys. */
  readonly moreMchIds?: readonly string[];
  readonly merchant?: Partial<Merchant>;
  readonly app?: Partial<App>;
  readonly body?: Partial<IngressConfig['body']>;
}

export async function createRig(options: RigOptions = {}): Promise<Rig> {
  const keys = rsaKeysOf('merchant');
  const [apiV3Key, apiV2Key, token] = [makeSecret(), makeSecret(), makeSecret()];
  const encodingAesKey = makeAesKey();
  const mchIds = [ids.mchId, ...(options.moreMchIds ?? [])];
  const simulator = await createSimulator({
    merchants: mchIds.map((mchId) => ({
      mchId,
      merchantSerialNo: '5157F09EFDC096DE15EBE81A47057A7200000001',
      merchantPublicKeyPem: keys.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      apiV3Key,
      apiV2Key,
      appIds: [ids.safeAppId, ids.plainAppId],
    })),
    apps: [
      toSimulatedApp(ids.safeAppId, { token, encodingAesKey, mode: 'safe', format: 'json' }),
      toSimulatedApp(ids.plainAppId, { token, mode: 'plaintext', format: 'json' }),
    ],
  });
  const toMerchant = (mchId: string): Merchant => ({
    ...plainMerchant,
    mchId,
    merchantSerialNo: '5157F09EFDC096DE15EBE81A47057A7200000001',
    merchantPrivateKeyPem: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    apiV3Key,
    apiV2Key,
    wechatpayPublicKeys: simulator.platform.publicKey === undefined ? [] : [simulator.platform.publicKey],
    platformCertificatePems: [],
    appIds: [ids.safeAppId, ids.plainAppId],
    shop: undefined,
    unknownOrder: 'dead_letter',
    latePayment: 'refund',
    limits: { callbacksPerSecond: 10_000, callbacksBurst: 10_000, queriesPerSecond: 20 },
    ...options.merchant,
  });
  const app = (appId: string, encodingAesKeys: readonly string[]): App => ({
    ...plainApp,
    appId,
    appSecret: makeSecret(),
    push: { tokens: [token], encodingAesKeys },
    miniprogramState: 'formal',
    lang: 'zh_CN',
    templates: { orderPaid: undefined },
    ...options.app,
  });
  const jobs: NewJob[] = [];
  const logLines: Record<string, unknown>[] = [];
  const write = (line: string) => void logLines.push(JSON.parse(line));
  const apps = [app(ids.safeAppId, [encodingAesKey]), app(ids.plainAppId, [])];
  const context = createContext(toConfig(mchIds.map(toMerchant), apps, options.body), {
    logger: createLogger({ service: 'ingress', level: 'info' }, { write }),
    producer: {
      isReady: () => true,
      close: async () => undefined,
      add: async (job: NewJob) => void jobs.push(job),
    } as Producer,
    store: {
      isReady: async () => true,
      close: async () => undefined,
      inbox: { put: async () => undefined },
      orders: { find: async () => undefined },
    },
  });
  const { port } = await start(context);
  return {
    simulator,
    context,
    logLines,
    push: { token, encodingAesKey },
    takeJobs: () => jobs.splice(0),
    urlOf: (kind, id = kind === 'mini-program' ? ids.safeAppId : ids.mchId) =>
      `http://127.0.0.1:${port}/callbacks/${kind}/${id}`,
    close: async () => {
      await context.lifecycle.close();
      await simulator.close();
    },
  };
}

function toSimulatedApp(appId: string, push: NonNullable<SimulatedApp['push']>): SimulatedApp {
  return { appId, appSecret: makeSecret(), templates: { 'template-1': ['thing1'] }, push };
}
type SimulatedApp = NonNullable<NonNullable<Parameters<typeof createSimulator>[0]>['apps']>[number];

function toConfig(
  merchants: readonly Merchant[],
  apps: readonly App[],
  body: RigOptions['body'],
): IngressConfig {
  return {
    logLevel: 'info',
    http: { host: '127.0.0.1', port: 0 },
    health: { host: '127.0.0.1', port: 0 },
    redis: { url: '', prefix: '', appendfsync: 'always', waitReplicas: 0, deadlineMs: 700 },
    mongo: { uri: '' },
    inbox: { timeoutMs: 1_000 },
    body: { maxBytes: 1_500_000, timeoutMs: 1_000, budgetBytes: 10_000_000, ...body },
    maxConnections: 1_000,
    wechatPayApiUrl: 'http://127.0.0.1:1',
    directory: {
      merchants: new Map(merchants.map((one) => [one.mchId, one])),
      apps: new Map(apps.map((one) => [one.appId, one])),
    },
  };
}

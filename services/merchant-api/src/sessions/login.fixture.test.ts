import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { createMerchantApiClient, type MerchantApiClient, MerchantApiProblem } from '@huidiao/client';
import type { App, Merchant } from '@huidiao/contracts';
import { createLogger } from '@huidiao/runtime';
import { plainApp, plainMerchant, testMongoUri, testPrefix, testRedisUrl } from '@huidiao/testing';
import { createSimulator, type Simulator } from '@huidiao/wechat-simulator';
import { createContext, type MerchantApiContext, start } from '../index.ts';

/** One merchant alone lists the first app; both list the shared one. */
export const appId = 'wx1111111111111111';
export const sharedAppId = 'wx2222222222222222';
/** Listed, but without an entry of its own: there is no secret to log in with. */
export const appIdWithoutSecret = 'wx3333333333333333';
export const mchId = '1900000001';
export const otherMchId = '1900000002';

/** What a login may say besides its code; with `renewsSession` WeChat gives the user another session_key. */
export interface Login {
  readonly renewsSession?: boolean;
  readonly mchid?: string;
  readonly appid?: string;
}

/** A user of the first app who is logged in. */
export interface LoggedInUser {
  readonly openId: string;
  readonly token: string;
  /** The published client with the user's token. */
  readonly client: MerchantApiClient;
}

export interface LoginApi {
  readonly uri: string;
  readonly context: MerchantApiContext;
  readonly simulator: Simulator;
  /** Of the merchant, of the other one, and of whoever has this token. */
  readonly client: MerchantApiClient;
  readonly otherClient: MerchantApiClient;
  readonly nobody: MerchantApiClient;
  clientOf(token: string): MerchantApiClient;
  readonly apps: Map<string, App>;
  readonly merchants: Map<string, Merchant>;
  /** Everything that was logged. */
  readonly logged: string[];
  /** How far merchant-api's clock is ahead. */
  aheadMs: number;
  /** Logs a user in, and gives their token. */
  logIn(openId: string, login?: Login): Promise<string>;
  /** Somebody whom no other test knows, logged in. */
  newUser(login?: Login): Promise<LoggedInUser>;
  close(): Promise<void>;
}

/** merchant-api with apps over HTTP, a store of its own and a simulated WeChat. */
export async function startLoginApi(): Promise<LoginApi> {
  const apps = new Map([appId, sharedAppId].map((id) => [id, toApp(id)]));
  const simulator = await createSimulator({
    apps: [...apps.values()].map((app) => ({ appId: app.appId, appSecret: app.appSecret, templates: {} })),
  });
  const merchants = new Map([
    [mchId, toMerchant(mchId, [appId, sharedAppId, appIdWithoutSecret])],
    [otherMchId, toMerchant(otherMchId, [sharedAppId])],
  ]);
  const logged: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      logged.push(String(chunk));
      done();
    },
  });
  const api = { aheadMs: 0 };
  const context = createContext(
    {
      logLevel: 'debug',
      http: { host: '127.0.0.1', port: 0, drainMs: 2_000, trustedProxies: 0 },
      health: { host: '127.0.0.1', port: 0 },
      redis: { url: testRedisUrl(), prefix: testPrefix(), appendfsync: 'always', waitReplicas: 0 },
      mongo: { uri: testMongoUri() },
      wechatPayApiUrl: simulator.uri,
      wechatApiUrl: simulator.uri,
      callbackBaseUrl: 'http://127.0.0.1:9',
      directory: { merchants, apps },
    },
    {
      clock: { now: () => new Date(Date.now() + api.aheadMs) },
      logger: createLogger({ service: 'merchant-api', level: 'debug' }, destination),
    },
  );
  await context.store.migrate();
  const { port } = await start(context);
  const uri = `http://127.0.0.1:${port}`;
  const clientOf = (token?: string) =>
    createMerchantApiClient({ baseUrl: uri, ...(token === undefined ? {} : { token }) });
  const keyOf = async (id: string) => (await context.store.apiKeys.create({ mchId: id, label: 't' })).key;
  const nobody = clientOf();
  const logIn = async (
    openId: string,
    { appid = appId, renewsSession = false, ...body }: Login = {},
  ): Promise<string> => {
    const { code } = simulator.login({ appId: appid, openId, renewsSession });
    return (await nobody.createSession({ body: { appid, code, ...body } })).body.token;
  };
  return Object.assign(api, {
    uri,
    context,
    simulator,
    client: clientOf(await keyOf(mchId)),
    otherClient: clientOf(await keyOf(otherMchId)),
    nobody,
    clientOf,
    apps,
    merchants,
    logged,
    logIn,
    async newUser(login?: Login) {
      const openId = newOpenId();
      const token = await logIn(openId, login);
      return { openId, token, client: clientOf(token) };
    },
    async close() {
      await context.lifecycle.close();
      await simulator.close();
    },
  });
}

let users = 0;

/** An openid that no other test has. */
export function newOpenId(): string {
  users += 1;
  return `oUser${String(users).padStart(6, '0')}_${randomBytes(6).toString('hex')}`;
}

/** The problem that a request is answered with. */
export async function problemOf(request: Promise<unknown>): Promise<MerchantApiProblem> {
  const answered = await request.catch((error: unknown) => error);
  if (answered instanceof MerchantApiProblem) return answered;
  throw new Error(`no problem but ${JSON.stringify(answered)}`);
}

/** `422 LOGIN_CODE_USED` */
export async function codeOf(request: Promise<unknown>): Promise<string> {
  const { status, code } = await problemOf(request);
  return `${status} ${code}`;
}

function toApp(id: string): App {
  const appSecret = randomBytes(16).toString('hex');
  const rest = { miniprogramState: 'formal', lang: 'zh_CN', templates: { orderPaid: undefined } } as const;
  return { appId: id, appSecret, ...plainApp, ...rest };
}

function toMerchant(id: string, appIds: readonly string[]): Merchant {
  return {
    mchId: id,
    merchantSerialNo: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
    merchantPrivateKeyPem: '',
    apiV3Key: randomBytes(16).toString('hex'),
    ...plainMerchant,
    wechatpayPublicKeys: [],
    platformCertificatePems: [],
    appIds,
    shop: undefined,
    unknownOrder: 'dead_letter',
    latePayment: 'refund',
    limits: { callbacksPerSecond: 1_000, callbacksBurst: 5_000, queriesPerSecond: 20 },
  };
}

import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Clock, systemClock } from '@huidiao/contracts';
import type { ServerDescription } from '@huidiao/store';
import {
  type RsaKeys,
  rsaKeysOf,
  testMongoUri,
  testRedisUrl,
  toSelfSignedCertificate,
} from '@huidiao/testing';
import { createSimulator, type SimulatedApp, type SimulatedMerchant } from '@huidiao/wechat-simulator';
import { expect } from 'chai';
import { checks } from './checks.ts';
import type { Finding, Level } from './finding.ts';
import { parseArguments } from './parse-arguments.ts';
import { runCommand } from './run-command.ts';
import { openSite, type Site, type SiteSurroundings } from './site.ts';

export const mchId = '1900000001';
export const appId = 'wx8888888888888888';
export const merchantSerial = '5157F09EFDC096DE15EBE81A47057A7232F1B8E1';
export const merchantKeys = rsaKeysOf('merchant');
const pemOf = (
  key: { export(options: { type: 'pkcs8' | 'spki'; format: 'pem' }): string | Buffer },
  type: 'pkcs8' | 'spki',
) => key.export({ type, format: 'pem' }).toString();

type Entry = Record<string, unknown>;

/** What is different from an installation in which all is right. */
export interface Changes {
  readonly env?: Record<string, string | undefined>;
  readonly merchant?: Entry;
  readonly app?: Entry;
  /** Further merchants. */
  readonly merchants?: readonly Entry[];
  readonly clock?: Clock;
  /** What MongoDB says of itself. */
  readonly mongo?: ServerDescription;
}

/** How WeChat knows the merchant and the app, where it is different. */
export interface AtWechat {
  readonly merchant?: Partial<SimulatedMerchant>;
  readonly app?: Partial<SimulatedApp>;
  readonly mode?: 'public_key' | 'certificate';
}

/** An installation in which all is right, with the doctor to look at it: a simulated WeChat, real stores, real files. */
export async function openInstallation({ merchant, app, mode = 'public_key' }: AtWechat = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
  const secrets = {
    API_V3_KEY: randomBytes(16).toString('hex'),
    APP_SECRET: randomBytes(16).toString('hex'),
    PUSH_TOKEN: randomBytes(8).toString('hex'),
    AES_KEY: randomBytes(64).toString('base64').replaceAll(/[+/=]/g, '').slice(0, 43),
    WEBHOOK_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
  };
  const simulator = await createSimulator({
    merchants: [
      {
        mchId,
        merchantSerialNo: merchantSerial,
        merchantPublicKeyPem: pemOf(merchantKeys.publicKey, 'spki'),
        apiV3Key: secrets.API_V3_KEY,
        appIds: [appId],
        ...merchant,
      },
    ],
    apps: [{ appId, appSecret: secrets.APP_SECRET, templates: {}, ...app }],
    platform: { mode },
  });
  const { publicKey } = simulator.platform;
  const write = (name: string, text: string | Buffer): string => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  write('apiclient_key.pem', pemOf(merchantKeys.privateKey, 'pkcs8'));
  write('pub_key.pem', publicKey?.pem ?? '');
  const ingress = await playIngress(secrets.PUSH_TOKEN);
  const env = {
    REDIS_URL: testRedisUrl(),
    MONGODB_URI: testMongoUri(),
    CALLBACK_BASE_URL: ingress.url,
    WECHAT_PAY_API_URL: simulator.uri,
    WECHAT_API_URL: simulator.uri,
    MERCHANTS_FILE: join(folder, 'merchants.json'),
    ...secrets,
  };
  const merchantEntry = {
    mchid: mchId,
    merchant_serial_no: merchantSerial,
    merchant_private_key_file: 'apiclient_key.pem',
    api_v3_key: { env: 'API_V3_KEY' },
    ...(publicKey === undefined
      ? { platform_certificates: 'auto' }
      : { wechatpay_public_keys: [{ id: publicKey.id, file: 'pub_key.pem' }] }),
    appids: [appId],
    shop: {
      webhook_url: `${ingress.url}/shop`,
      webhook_secrets: [{ env: 'WEBHOOK_SECRET' }],
      allow_private_network: true,
    },
  };
  const appEntry = {
    appid: appId,
    app_secret: { env: 'APP_SECRET' },
    token: { env: 'PUSH_TOKEN' },
    encoding_aes_key: { env: 'AES_KEY' },
  };

  const prepare = ({ merchant: changed, app: changedApp, merchants: further = [] }: Changes): void => {
    const merchants = [{ ...merchantEntry, ...changed }, ...further];
    write('merchants.json', JSON.stringify({ merchants, apps: [{ ...appEntry, ...changedApp }] }));
  };
  const toSurroundings = (changes: Changes): SiteSurroundings => ({
    env: { ...env, ...changes.env },
    clock: changes.clock ?? systemClock,
    pause: async () => undefined,
    selectionTimeoutMs: 300,
  });

  /** As somebody types it. */
  async function type(
    args: string,
    changes: Changes = {},
  ): Promise<{ code: number; out: string; err: string }> {
    prepare(changes);
    let [out, err] = ['', ''];
    const code = await runCommand(args === '' ? [] : args.split(' '), {
      ...toSurroundings(changes),
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
    });
    return { code, out, err };
  }

  /** Looks by one check alone. */
  async function lookAt(name: string, changes: Changes = {}, args = ''): Promise<readonly Finding[]> {
    prepare(changes);
    const command = parseArguments(args === '' ? [] : args.split(' '));
    const check = checks.find((one) => one.name === name);
    if (check === undefined || command.name !== 'examine') return expect.fail(`there is no check ${name}`);
    const site = openSite(command, toSurroundings(changes));
    return check.run(changes.mongo === undefined ? site : withMongo(site, changes.mongo));
  }

  return {
    folder,
    env,
    secrets,
    simulator,
    ingress,
    merchantEntry,
    write,
    type,
    lookAt,
    async close() {
      await simulator.close();
      await ingress.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type TestInstallation = Awaited<ReturnType<typeof openInstallation>>;

function withMongo(site: Site, description: ServerDescription): Site {
  const describeServer = async () => description;
  return { ...site, openStore: (uri, logger) => ({ ...site.openStore(uri, logger), describeServer }) };
}

/** Answers as an ingress does to what nobody signed and to the check of an address, and as merchant-api without a session. */
async function playIngress(token: string) {
  const played = { pushAnswer: undefined as { status: number; text: string } | undefined };
  const server: Server = createServer((request, response) => {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://ingress');
    const refuse = () => response.writeHead(401).end('{"code":"FAIL","message":"refused"}');
    if (pathname.startsWith('/v1/')) {
      response.writeHead(401, { 'content-type': 'application/problem+json' }).end('{}');
      return;
    }
    if (request.method !== 'GET') return refuse();
    if (played.pushAnswer !== undefined) {
      return response.writeHead(played.pushAnswer.status).end(played.pushAnswer.text);
    }
    const signed = [token, query.get('timestamp') ?? '', query.get('nonce') ?? ''].sort().join('');
    const isGood = createHash('sha1').update(signed).digest('hex') === query.get('signature');
    return isGood ? response.end(query.get('echostr')) : refuse();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(played, {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** The only finding that is not `ok`; fails where there is none, or another one. */
export function onlyTrouble(findings: readonly Finding[]): Finding {
  const [found, ...more] = findings.filter(({ level }) => level !== 'ok');
  return found === undefined || more.length > 0 ? expect.fail(JSON.stringify(findings, null, 2)) : found;
}

/** The levels of findings, in their order. */
export const levelsOf = (findings: readonly Finding[]): Level[] => findings.map(({ level }) => level);

/** A clock that is ahead of the real one by so much. */
export function clockAhead(ms: number): Clock {
  return { now: () => new Date(Date.now() + ms) };
}

/** A certificate of the merchant's key as WeChat Pay's tool makes it: its name is the mchid. */
export function toMerchantCertificate(of: { serial?: string; mchId?: string; keys?: RsaKeys } = {}): string {
  const { serial: hex = merchantSerial, mchId: commonName = mchId, keys = merchantKeys } = of;
  return toSelfSignedCertificate(keys, { commonName, serial: hex });
}

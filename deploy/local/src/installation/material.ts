import { generateKeyPairSync, randomBytes, randomInt } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The ids of the one merchant and the one mini-program of a local installation. */
export interface MaterialIds {
  readonly mchId: string;
  readonly appId: string;
  readonly merchantSerialNo: string;
  readonly publicKeyId: string;
  readonly templateId: string;
  /** The buyer of the sample purchase. */
  readonly openId: string;
}

/** A local installation's keys and secrets: made once, re-used, in files that only their owner can read. */
export interface Material {
  readonly folder: string;
  readonly ids: MaterialIds;
  /** MERCHANTS_FILE of the services, with the shop at this address. */
  writeMerchantsFile(shopWebhookUrl: string): string;
  /** SIMULATOR_FILE: the same merchant and app as WeChat knows them. */
  writeSimulatorFile(options?: { readonly allowRemoteControl: boolean }): string;
  /** The file that holds the secret that webhooks to the shop are signed with, `whsec_…`. */
  readonly webhookSecretFile: string;
}

const files = {
  ids: 'ids.json',
  merchantPrivateKey: 'apiclient_key.pem',
  merchantPublicKey: 'apiclient_pub.pem',
  platformPrivateKey: 'wechatpay_key.pem',
  platformPublicKey: 'pub_key.pem',
  apiV3Key: 'api_v3_key',
  apiV2Key: 'api_v2_key',
  appSecret: 'app_secret',
  pushToken: 'push_token',
  encodingAesKey: 'encoding_aes_key',
  webhookSecret: 'shop_webhook_secret',
} as const;

/** The keywords of the message's template, as a real one of 订单支付成功 has them. */
const templateData = {
  character_string1: '{out_trade_no}',
  thing2: '{description}',
  amount3: '{amount_yuan}',
  time4: '{paid_at}',
} as const;

/**
 * Opens the material in `<dataFolder>/material`, making it first where it is not there.
 * @throws where somebody has damaged it, with what to remove
 */
export function openMaterial(dataFolder: string): Material {
  const folder = join(dataFolder, 'material');
  if (!existsSync(folder)) make(folder);
  complete(folder);
  const ids = readIds(dataFolder);
  return {
    folder,
    ids,
    webhookSecretFile: join(folder, files.webhookSecret),
    writeMerchantsFile: (url) => writeJson(join(folder, 'merchants.json'), toMerchantsFile(ids, url)),
    writeSimulatorFile: ({ allowRemoteControl } = { allowRemoteControl: false }) =>
      writeJson(join(folder, 'simulator.json'), toSimulatorFile(ids, allowRemoteControl)),
  };
}

function readIds(dataFolder: string): MaterialIds {
  const file = join(dataFolder, 'material', files.ids);
  try {
    const ids = JSON.parse(readFileSync(file, 'utf8')) as MaterialIds;
    if (Object.keys(makeIds()).every((name) => name in ids)) return ids;
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw error;
  }
  throw new Error(`${file} is damaged. Remove ${dataFolder}, and everything begins anew.`);
}

/** Whole or not at all: a folder that is half made would be taken for the installation's. */
function make(folder: string): void {
  const work = `${folder}.new`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true, mode: 0o700 });
  const write = (name: string, text: string) => writeFileSync(join(work, name), text, { mode: 0o600 });
  const merchant = makeKeyPair();
  const platform = makeKeyPair();
  write(files.merchantPrivateKey, merchant.privateKey);
  write(files.merchantPublicKey, merchant.publicKey);
  write(files.platformPrivateKey, platform.privateKey);
  write(files.platformPublicKey, platform.publicKey);
  write(files.webhookSecret, `whsec_${randomBytes(32).toString('base64')}`);
  write(files.ids, `${JSON.stringify(makeIds(), undefined, 2)}\n`);
  renameSync(work, folder);
}

/** Secrets that are simply random; what an installation of before lacks is added to it. */
function complete(folder: string): void {
  const secrets = {
    [files.apiV3Key]: () => randomBytes(16).toString('hex'),
    [files.apiV2Key]: () => randomBytes(16).toString('hex'),
    [files.appSecret]: () => randomBytes(16).toString('hex'),
    [files.pushToken]: () => randomBytes(16).toString('hex'),
    // Letters and digits alone, as the console makes them.
    [files.encodingAesKey]: () => letters(43),
  };
  for (const [name, make] of Object.entries(secrets)) {
    const file = join(folder, name);
    if (existsSync(file)) continue;
    writeFileSync(`${file}.new`, make(), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
}

function letters(count: number): string {
  const all = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length: count }, () => all[randomInt(all.length)]).join('');
}

function makeKeyPair(): { privateKey: string; publicKey: string } {
  return generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

function makeIds(): MaterialIds {
  return {
    mchId: `19${digits(8)}`,
    appId: `wx${randomBytes(8).toString('hex')}`,
    merchantSerialNo: `4${randomBytes(20).toString('hex').toUpperCase().slice(1)}`,
    publicKeyId: `PUB_KEY_ID_01${digits(38)}`,
    templateId: randomBytes(32).toString('base64url'),
    openId: `o${randomBytes(20).toString('base64url')}`,
  };
}

function digits(count: number): string {
  return Array.from({ length: count }, () => randomInt(10)).join('');
}

/** 消息推送, in safe mode. */
const push = { token: { file: files.pushToken }, encoding_aes_key: { file: files.encodingAesKey } } as const;

function toMerchantsFile(ids: MaterialIds, shopWebhookUrl: string): object {
  const shop = {
    webhook_url: shopWebhookUrl,
    webhook_secrets: [{ file: files.webhookSecret }],
    // The sample shop listens on this machine.
    allow_private_network: true,
    // So that one sees every event that `npm run simulate` sends.
    events: ['*'],
  };
  const merchant = {
    mchid: ids.mchId,
    merchant_serial_no: ids.merchantSerialNo,
    merchant_private_key_file: files.merchantPrivateKey,
    api_v3_key: { file: files.apiV3Key },
    api_v2_key: { file: files.apiV2Key },
    wechatpay_public_keys: [{ id: ids.publicKeyId, file: files.platformPublicKey }],
    appids: [ids.appId],
    shop,
  };
  const order_paid = {
    template_id: ids.templateId,
    page: 'pages/order?no={out_trade_no}',
    data: templateData,
  };
  const app = { appid: ids.appId, app_secret: { file: files.appSecret }, ...push, templates: { order_paid } };
  return { merchants: [merchant], apps: [app] };
}

function toSimulatorFile(ids: MaterialIds, allow_remote_control: boolean): object {
  const merchant = {
    mchid: ids.mchId,
    merchant_serial_no: ids.merchantSerialNo,
    merchant_public_key_file: files.merchantPublicKey,
    api_v3_key: { file: files.apiV3Key },
    api_v2_key: { file: files.apiV2Key },
    appids: [ids.appId],
  };
  const app = {
    appid: ids.appId,
    app_secret: { file: files.appSecret },
    ...push,
    templates: { [ids.templateId]: Object.keys(templateData) },
  };
  const public_key = { id: ids.publicKeyId, private_key_file: files.platformPrivateKey };
  // The callbacks go to this machine, which WeChat would refuse as a notify_url.
  return {
    merchants: [merchant],
    apps: [app],
    platform: { mode: 'public_key', public_key },
    allow_private_notify_hosts: true,
    allow_remote_control,
  };
}

function writeJson(file: string, value: object): string {
  writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 });
  return file;
}

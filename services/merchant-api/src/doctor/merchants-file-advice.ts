import type { PemContent } from './identify-pem.ts';
import type { NamedFile } from './read-merchants.ts';

/** Where WeChat has the value of a key, `merchants[0].api_v3_key`; undefined for what is wrong with the file itself. */
export function toKeyAdvice(key: string | undefined): string[] {
  if (key === undefined || !key.includes('[')) {
    return ['it is {"merchants": [{ … }], "apps": [{ … }]}; deploy/docs/configuration.md tells of each key'];
  }
  const place = placesAtWechat[/\]\.([a-z0-9_]+?)(?:_previous)?\b/.exec(key)?.[1] ?? ''];
  return place === undefined ? [] : [`WeChat has it at ${place}`];
}

/** What belongs where a file is named, and where what was found belongs; `found`: what it holds, or why it cannot be read. */
export function toFileAdvice({ key, name }: NamedFile, found: PemContent | string): string[] {
  const wanted = key.includes('platform_certificates')
    ? certificates
    : key.includes('wechatpay_public_keys')
      ? publicKey
      : privateKey;
  if (typeof found !== 'object') return [toUnreadAdvice(found)];
  const belongs = `here belongs the ${wanted.name}: ${wanted.place}`;
  if (found.kind === wanted.kind) return [belongs];
  switch (found.kind) {
    case 'merchant_certificate':
      return [
        `you gave the 商户API证书 where the ${wanted.name} belongs: nothing here takes ${name}, whose serial goes into merchant_serial_no`,
      ];
    case 'platform_certificate':
      return [
        `you gave a 微信支付平台证书 where the ${wanted.name} belongs: ${name} goes into platform_certificates`,
      ];
    case 'private_key':
      return [
        `you gave a private key where the ${wanted.name} belongs: ${name} goes into merchant_private_key_file`,
      ];
    case 'public_key':
      return [
        `you gave a public key where the ${wanted.name} belongs: if ${name} is 微信支付公钥 (pub_key.pem), it goes into wechatpay_public_keys with its id`,
      ];
    case 'encrypted_key':
      return [`take the passphrase off: openssl pkey -in ${name} -out apiclient_key.pem`, belongs];
    case 'certificate':
    case 'binary':
    case 'other':
      return [belongs];
    default:
      return found satisfies never;
  }
}

function toUnreadAdvice(code: string): string {
  const why = {
    ENOENT: 'there is no such file: a path is relative to the folder of MERCHANTS_FILE',
    EACCES: 'the user that this process runs as may not read it: chown or chmod it',
    EISDIR: 'it is a folder: name the file in it',
  }[code];
  return why ?? `it cannot be read (${code}): name another file`;
}

interface WantedFile {
  readonly name: string;
  readonly kind: PemContent['kind'];
  readonly place: string;
}

const account = '商户平台 → 账户中心 → API安全';
const privateKey: WantedFile = {
  name: '商户API私钥',
  kind: 'private_key',
  place: `apiclient_key.pem, RSA, which WeChat Pay's tool made together with 商户API证书 (${account})`,
};
const publicKey: WantedFile = {
  name: '微信支付公钥',
  kind: 'public_key',
  place: `pub_key.pem, as it is downloaded at ${account} → 微信支付公钥; not a key of your own`,
};
const certificates: WantedFile = {
  name: '微信支付平台证书',
  kind: 'platform_certificate',
  place: 'one that has not ended; "auto" in place of the list downloads them',
};

const developer = '微信公众平台 → 开发管理 → 开发设置 → 开发者ID';
const push = '微信公众平台 → 开发管理 → 消息推送配置';
const placesAtWechat: Readonly<Record<string, string>> = {
  mchid: '商户平台 → 账户中心 → 商户信息',
  appids: '商户平台 → 产品中心 → AppID账号管理',
  merchant_private_key_file: `${account} → 商户API证书: apiclient_key.pem, which WeChat Pay's tool makes`,
  merchant_serial_no: `${account} → 商户API证书 → 管理证书`,
  api_v3_key: `${account} → APIv3密钥, where it is set and never shown`,
  api_v2_key: `${account} → APIv2密钥, where it is set and never shown`,
  wechatpay_public_keys: `${account} → 微信支付公钥, the ID beside the key`,
  appid: developer,
  app_secret: `${developer} → AppSecret, shown once when it is made`,
  token: push,
  encoding_aes_key: push,
};

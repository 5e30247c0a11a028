import { generateKeyPairSync } from 'node:crypto';
import { rsaKeysOf, toSelfSignedCertificate } from '@huidiao/testing';
import { describe } from 'mocha';
import { apiV3Key, type MerchantFiles, merchantEnv, merchantKeys } from '../../test/merchant-files.ts';
import { itReportsEachOfFile, type Mistake } from './problems.fixture.test.ts';

const mistakes: readonly Mistake[] = [
  {
    name: 'a secret in the file itself',
    change: { api_v3_key: apiV3Key },
    at: 'merchants[0].api_v3_key',
    says: 'must be {"env": "NAME"} or {"file": "path"}',
  },
  {
    name: 'a secret where its name belongs',
    change: { api_v3_key: { env: apiV3Key } },
    at: 'merchants[0].api_v3_key',
    says: 'not shown: it looks like the secret itself',
  },
  {
    name: 'a secret where its file belongs',
    change: { api_v3_key: { file: apiV3Key } },
    at: 'merchants[0].api_v3_key',
    says: 'not shown: it looks like the secret itself',
  },
  {
    name: 'a private key where its file belongs',
    change: { merchant_private_key_file: '-----BEGIN PRIVATE KEY-----\nhunter22\n' },
    at: 'merchants[0].merchant_private_key_file',
    says: 'not shown',
  },
  {
    name: 'a line of a private key where its file belongs',
    change: { merchant_private_key_file: 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC/BKcwggSjAgEAAoIBAQ/hunter2' },
    at: 'merchants[0].merchant_private_key_file',
    says: 'not shown',
  },
  {
    name: 'an empty environment variable',
    change: { api_v3_key: { env: 'EMPTY' } },
    at: 'merchants[0].api_v3_key',
    says: 'names an environment variable that is empty: EMPTY',
  },
  {
    name: 'an environment variable named like a member of every object',
    change: { api_v3_key: { env: 'toString' } },
    at: 'merchants[0].api_v3_key',
    says: 'is not set: toString',
  },
  {
    name: 'an APIv3 key of 31 letters and one that takes more than one byte',
    change: { api_v3_key: { env: 'WIDE_KEY' } },
    at: 'merchants[0].api_v3_key',
    says: 'must hold an APIv3密钥 of 32 bytes, but holds 34 bytes',
  },
  {
    name: 'a certificate in place of the private key',
    change: { merchant_private_key_file: 'axios_apiclient_cert.pem' },
    at: 'merchants[0].merchant_private_key_file',
    says: 'must be 商户API私钥 apiclient_key.pem, not apiclient_cert.pem',
  },
  {
    name: 'an encrypted private key',
    change: { merchant_private_key_file: 'encrypted.pem' },
    at: 'merchants[0].merchant_private_key_file',
    says: 'is encrypted with a passphrase',
  },
  {
    name: 'a private key that is not RSA',
    change: { merchant_private_key_file: 'ec.pem' },
    at: 'merchants[0].merchant_private_key_file',
    says: 'is not for RSA',
  },
  {
    name: 'a private key that is too short',
    change: { merchant_private_key_file: 'short.pem' },
    at: 'merchants[0].merchant_private_key_file',
    says: 'has 1024 bits',
  },
  {
    name: 'a .p12 file in place of the private key',
    change: { merchant_private_key_file: 'apiclient_cert.p12' },
    at: 'merchants[0].merchant_private_key_file',
    says: 'no -----BEGIN line; a .p12 or .cer file?',
  },
  {
    name: "the merchant's own public key in place of WeChat Pay's",
    change: { wechatpay_public_keys: [{ id: 'PUB_KEY_ID_01', file: 'own_public_key.pem' }] },
    at: 'merchants[0].wechatpay_public_keys[0].file',
    says: "holds the merchant's own public key",
  },
  {
    name: "the merchant's private key in place of WeChat Pay's public key",
    change: { wechatpay_public_keys: [{ id: 'PUB_KEY_ID_01', file: 'apiclient_key.pem' }] },
    at: 'merchants[0].wechatpay_public_keys[0].file',
    says: 'holds a private key',
  },
  {
    name: 'a certificate in place of a public key',
    change: { wechatpay_public_keys: [{ id: 'PUB_KEY_ID_01', file: 'axios_apiclient_cert.pem' }] },
    at: 'merchants[0].wechatpay_public_keys[0].file',
    says: '微信支付平台证书 belongs to platform_certificates',
  },
  {
    name: 'a public key id listed twice',
    change: {
      wechatpay_public_keys: [1, 2].map(() => ({ id: 'PUB_KEY_ID_01', file: 'go_public_key.pem' })),
    },
    at: 'merchants[0].wechatpay_public_keys[1].id',
    says: 'is listed twice',
  },
  {
    name: 'a public key in place of a platform certificate',
    change: { platform_certificates: ['go_public_key.pem'] },
    at: 'merchants[0].platform_certificates[0]',
    says: 'belongs to wechatpay_public_keys',
  },
  {
    name: 'a platform certificate for SM2',
    change: { platform_certificates: ['java_sm_wechat_pay_certificate.pem'] },
    at: 'merchants[0].platform_certificates[0]',
    says: 'is not for RSA',
  },
  {
    name: "the merchant's own certificate, known by its serial in other case",
    change: {
      merchant_serial_no: '00898dbad30f416ec7',
      platform_certificates: ['axios_apiclient_cert.pem'],
    },
    at: 'merchants[0].platform_certificates[0]',
    says: 'is 商户API证书 (apiclient_cert.pem), for its serial is merchant_serial_no; it must be 微信支付平台证书',
  },
  {
    name: "the merchant's own certificate, known by its key",
    change: { platform_certificates: ['own_key_cert.pem'] },
    at: 'merchants[0].platform_certificates[0]',
    says: 'is 商户API证书 (apiclient_cert.pem); it must be 微信支付平台证书',
  },
  {
    name: "an older certificate of the merchant, known by the merchant's number in it",
    change: { platform_certificates: ['older_cert.pem'] },
    at: 'merchants[0].platform_certificates[0]',
    says: 'is 商户API证书',
  },
  {
    name: 'several certificates in one file',
    change: { platform_certificates: ['chain.pem'] },
    at: 'merchants[0].platform_certificates[0]',
    says: 'holds 2 certificates; name one file per 微信支付平台证书',
  },
  {
    name: 'a platform certificate listed twice',
    change: { platform_certificates: [1, 2].map(() => 'go_platform_cert_D7CE59D1F522D701.pem') },
    at: 'merchants[0].platform_certificates[1]',
    says: 'is listed twice',
  },
  {
    name: 'nothing to verify with',
    change: { wechatpay_public_keys: [] },
    at: 'merchants[0]',
    says: 'needs wechatpay_public_keys (微信支付公钥) or platform_certificates (微信支付平台证书)',
  },
  {
    name: 'a webhook secret without its prefix',
    change: { shop: { webhook_url: 'https://s.example', webhook_secrets: [{ env: 'MCH_API_V3_KEY' }] } },
    at: 'merchants[0].shop.webhook_secrets[0]',
    says: 'whsec_ followed by base64',
  },
  {
    name: 'a webhook secret that is too short',
    change: { shop: { webhook_url: 'https://s.example', webhook_secrets: [{ env: 'WEAK_SECRET' }] } },
    at: 'merchants[0].shop.webhook_secrets[0]',
    says: 'but holds 3 bytes',
  },
  {
    name: 'an APIv2 key of 31 letters',
    change: { api_v2_key: { env: 'SHORT_KEY' } },
    at: 'merchants[0].api_v2_key',
    says: 'must hold an APIv2密钥 of 32 bytes, but holds 31 bytes',
  },
  {
    name: 'a previous APIv2 key without a current one',
    change: { api_v2_key_previous: { env: 'MCH_API_V3_KEY' } },
    at: 'merchants[0].api_v2_key_previous',
    says: 'does nothing without api_v2_key',
  },
  {
    name: 'a word for platform certificates that is none of the known ones',
    change: { platform_certificates: 'on' },
    at: 'merchants[0].platform_certificates',
    says: '"auto" or "off"',
  },
];

describe('one mistake about a secret, a key or a certificate gives one problem that names it', () => {
  const prepare = (files: MerchantFiles): void => {
    const pkcs8 = { type: 'pkcs8', format: 'pem' } as const;
    const encryption = { cipher: 'aes-256-cbc', passphrase: 'hunter22' };
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const older = toSelfSignedCertificate(rsaKeysOf('stranger'), { commonName: '1900000001', serial: '0a' });
    const ofOwnKey = toSelfSignedCertificate(merchantKeys, { commonName: 'somebody', serial: '0b' });
    files.write('encrypted.pem', String(merchantKeys.privateKey.export({ ...pkcs8, ...encryption })));
    files.write('ec.pem', String(ec.privateKey.export(pkcs8)));
    files.write('short.pem', String(short.privateKey.export(pkcs8)));
    files.write('apiclient_cert.p12', '\u0000\u0001binary');
    files.write('own_key_cert.pem', ofOwnKey);
    files.write('older_cert.pem', older);
    files.write('chain.pem', older + older);
  };
  const env = {
    ...merchantEnv,
    EMPTY: '',
    SHORT_KEY: 'x'.repeat(31),
    WIDE_KEY: `${'x'.repeat(31)}钥`,
    WEAK_SECRET: 'whsec_aHVu',
  };
  itReportsEachOfFile({ of: 'merchant', env, prepare }, mistakes);
});

import type { KeyObject, X509Certificate } from 'node:crypto';
import type { Merchant, MerchantConfig } from '@huidiao/contracts';
import { checkPlatformCertificate, checkPrivateKey, checkPublicKey } from './check-pem.ts';
import { listAt, recordOf, textAt } from './json-value.ts';
import { toPassThrough } from './read-pass-through.ts';
import { readShop } from './read-shop.ts';
import type { ResourceReader, SecretCheck } from './resource-reader.ts';

/** A merchant's own identity, to recognise its key or certificate where one of WeChat Pay's belongs. */
interface Own {
  readonly mchId: string | undefined;
  readonly serial: string | undefined;
  readonly privateKey: KeyObject | undefined;
}

/**
 * Reads and checks everything that one entry of `merchants` names.
 *
 * @param raw the entry as it stands in the file
 * @param config the entry as its schema gives it; absent when the file does not fit its schema
 * @returns the merchant; to be thrown away when problems were reported, for it has gaps then
 */
export function readMerchant(
  raw: unknown,
  config: MerchantConfig | undefined,
  path: string,
  reader: ResourceReader,
): Merchant | undefined {
  const entry = recordOf(raw);
  const key = reader.pem(
    entry.merchant_private_key_file,
    `${path}.merchant_private_key_file`,
    checkPrivateKey,
  );
  const own: Own = {
    mchId: textAt(entry, 'mchid'),
    serial: textAt(entry, 'merchant_serial_no'),
    privateKey: key?.holds,
  };
  const secret = (name: string, check: SecretCheck) => reader.secret(entry[name], `${path}.${name}`, check);
  const apiV3Key = secret('api_v3_key', checkApiV3Key);
  const apiV3KeyPrevious = secret('api_v3_key_previous', checkApiV3Key);
  const apiV2Key = secret('api_v2_key', checkApiV2Key);
  const apiV2KeyPrevious = secret('api_v2_key_previous', checkApiV2Key);
  const wechatpayPublicKeys = readPublicKeys(entry, path, own, reader);
  const platformCertificatePems = readCertificates(entry, path, own, reader);
  const shop = readShop(entry.shop, config?.shop, `${path}.shop`, reader);
  if (own.mchId !== undefined && !namesVerifyingKey(entry)) {
    reader.problems.add(
      path,
      'needs wechatpay_public_keys (微信支付公钥) or platform_certificates (微信支付平台证书)',
    );
  }
  if (config === undefined) return undefined;
  return {
    mchId: config.mchid,
    merchantSerialNo: config.merchant_serial_no,
    merchantPrivateKeyPem: key?.pem ?? '',
    apiV3Key: apiV3Key ?? '',
    apiV3KeyPrevious,
    apiV2Key,
    apiV2KeyPrevious,
    wechatpayPublicKeys,
    platformCertificatePems,
    downloadsCertificates: config.platform_certificates === 'auto',
    appIds: config.appids,
    isServiceProvider: config.service_provider,
    shop,
    passThrough: config.pass_through.map(toPassThrough),
    contractTermination: config.contract_termination,
    unknownOrder: config.unknown_order,
    ...(config.unknown_order_after_seconds !== undefined && {
      unknownOrderAfterMs: config.unknown_order_after_seconds * 1_000,
    }),
    latePayment: config.late_payment,
    limits: {
      callbacksPerSecond: config.limits.callbacks_per_second,
      callbacksBurst: config.limits.callbacks_burst,
      queriesPerSecond: config.limits.queries_per_second,
    },
    apiRate: {
      perSecond: config.limits.api_requests_per_second,
      burst: config.limits.api_requests_burst,
    },
    bill: {
      isChecked: config.bill.check,
      appIds: config.bill.appids ?? config.appids,
      outTradeNoPrefixes: config.bill.out_trade_no_prefixes,
      adopts: config.bill.adopt,
    },
  };
}

/** AES-256 takes 32 bytes; the merchant platform asks for 32 letters and digits. */
function checkApiV3Key(text: string): string | undefined {
  const bytes = Buffer.byteLength(text);
  return bytes === 32 ? undefined : `must hold an APIv3密钥 of 32 bytes, but holds ${bytes} bytes`;
}

/** The merchant platform asks for 32 letters and digits. */
function checkApiV2Key(text: string): string | undefined {
  const bytes = Buffer.byteLength(text);
  return bytes === 32 ? undefined : `must hold an APIv2密钥 of 32 bytes, but holds ${bytes} bytes`;
}

function namesVerifyingKey(entry: Record<string, unknown>): boolean {
  if (entry.platform_certificates === 'auto') return true;
  return listAt(entry, 'wechatpay_public_keys').length + listAt(entry, 'platform_certificates').length > 0;
}

function readPublicKeys(entry: Record<string, unknown>, path: string, own: Own, reader: ResourceReader) {
  const ids = new Set<string>();
  return listAt(entry, 'wechatpay_public_keys').flatMap((item, index) => {
    const at = `${path}.wechatpay_public_keys[${index}]`;
    const named = recordOf(item);
    const id = textAt(named, 'id') ?? '';
    if (id !== '' && ids.has(id)) reader.problems.add(`${at}.id`, 'is listed twice for this merchant');
    ids.add(id);
    const key = reader.pem(named.file, `${at}.file`, checkPublicKey);
    if (key !== undefined && isOwnKey(key.holds, own)) {
      reader.problems.add(
        `${at}.file`,
        "holds the merchant's own public key; it must be 微信支付公钥 pub_key.pem, downloaded from the merchant platform",
      );
    }
    return key === undefined ? [] : [{ id, pem: key.pem }];
  });
}

function readCertificates(entry: Record<string, unknown>, path: string, own: Own, reader: ResourceReader) {
  const serials = new Set<bigint>();
  return listAt(entry, 'platform_certificates').flatMap((file, index) => {
    const at = `${path}.platform_certificates[${index}]`;
    const certificate = reader.pem(file, at, checkPlatformCertificate);
    if (certificate === undefined) return [];
    const serial = toSerial(certificate.holds.serialNumber);
    if (serials.has(serial)) reader.problems.add(at, 'is listed twice for this merchant');
    serials.add(serial);
    const mistake = toCertificateMistake(certificate.holds, own);
    if (mistake !== undefined) reader.problems.add(at, mistake);
    return [certificate.pem];
  });
}

/** The second most common mistake with WeChat Pay: one's own certificate where WeChat Pay's belongs. */
function toCertificateMistake(certificate: X509Certificate, own: Own): string | undefined {
  const sameSerial = own.serial !== undefined && isSameSerial(certificate.serialNumber, own.serial);
  // 商户API证书 names the merchant: "CN=1900000001, O=微信商户系统"; 微信支付平台证书 says "CN=Tenpay.com sign".
  const namesMerchant =
    own.mchId !== undefined && certificate.subject.split('\n').includes(`CN=${own.mchId}`);
  if (!sameSerial && !namesMerchant && !isOwnKey(certificate.publicKey, own)) return undefined;
  const seen = sameSerial ? ', for its serial is merchant_serial_no' : '';
  return `is 商户API证书 (apiclient_cert.pem)${seen}; it must be 微信支付平台证书, which WeChat Pay signs with. Name that one, or leave platform_certificates off and use wechatpay_public_keys`;
}

function isOwnKey(publicKey: KeyObject, own: Own): boolean {
  if (own.privateKey === undefined) return false;
  const { n: modulus } = publicKey.export({ format: 'jwk' });
  return modulus === own.privateKey.export({ format: 'jwk' }).n;
}

function isSameSerial(certificateSerial: string, configured: string): boolean {
  return /^[0-9A-Fa-f]+$/.test(configured) && toSerial(certificateSerial) === toSerial(configured);
}

/** Serials are compared as numbers: case and leading zeros do not matter. */
function toSerial(hexadecimal: string): bigint {
  return BigInt(`0x${hexadecimal}`);
}

import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { Merchant } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';

/** The keys with which WeChat Pay signs for one merchant: any number of public keys and certificates at once. */
export interface PlatformKeys {
  /**
   * The key that a `Wechatpay-Serial` names, or undefined. Never calls out: the header is the sender's to
   * choose, and nothing about it is proven yet.
   */
  find(serial: string): KeyObject | undefined;
}

/**
 * Takes 微信支付公钥 (by id) and 微信支付平台证书 (by serial) side by side, because while a merchant moves from one to
 * the other each message may be signed with either. https://pay.weixin.qq.com/doc/v3/merchant/4012154180
 *
 * Key objects are made here, once: parsing a PEM costs several times as much as a verification.
 * Throws CONFIG_INVALID on a PEM that is no RSA key, and on two different keys under one name.
 */
export function createPlatformKeys(
  merchant: Pick<Merchant, 'wechatpayPublicKeys' | 'platformCertificatePems'>,
): PlatformKeys {
  const keys = new Map<string, KeyObject>();
  for (const { id, pem } of merchant.wechatpayPublicKeys) {
    add(keys, id, parsePublicKey(id, pem));
  }
  for (const pem of merchant.platformCertificatePems) {
    const certificate = parseCertificate(pem);
    add(keys, toKeyName(certificate.serialNumber), certificate.publicKey);
  }
  return { find: (serial) => keys.get(toKeyName(serial)) };
}

/**
 * Certificate serials are hexadecimal numbers, so neither case nor leading zeros matter (wechatpay-java,
 * InMemoryCertificateProvider, reads them as such). Public key ids (PUB_KEY_ID_…) are exact text.
 */
function toKeyName(serial: string): string {
  if (!/^[0-9A-Fa-f]+$/.test(serial)) return serial;
  return serial.toUpperCase().replace(/^0+(?=.)/, '');
}

function parsePublicKey(id: string, pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', { message: `the public key ${id} (微信支付公钥) is no PEM`, cause });
  }
}

function parseCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', { message: 'a platform certificate (平台证书) is no PEM', cause });
  }
}

function add(keys: Map<string, KeyObject>, name: string, key: KeyObject): void {
  if (key.asymmetricKeyType !== 'rsa') {
    throw new AppError('CONFIG_INVALID', { message: `the key ${name} is not RSA` });
  }
  if (keys.get(name)?.equals(key) === false) {
    throw new AppError('CONFIG_INVALID', { message: `two different keys are called ${name}` });
  }
  keys.set(name, key);
}

import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Merchant } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { type PlatformCertificate, parsePlatformCertificate, toKeyName } from './platform-certificate.ts';

/** The keys with which WeChat Pay signs for one merchant: any number of public keys and certificates at once. */
export interface PlatformKeys {
  /**
   * The key that a `Wechatpay-Serial` names, or undefined. Never calls out: the header is the sender's to
   * choose, and nothing about it is proven yet.
   */
  find(serial: string): KeyObject | undefined;
}

/** A key of WeChat Pay and the name that goes into Wechatpay-Serial. */
export interface PlatformKey {
  readonly name: string;
  readonly key: KeyObject;
}

/** What may be encrypted so that only WeChat Pay reads it. */
export interface EncryptionKeys {
  /** The public key, where there is one, else the certificate that is valid longest. */
  encryptionKey(): PlatformKey | undefined;
}

/** Whether WeChat Pay signed with its public key (微信支付公钥) or with a certificate (微信支付平台证书). */
export type PlatformKeyKind = 'public_key' | 'certificate';

/** What a `Wechatpay-Serial` names: https://pay.weixin.qq.com/doc/v3/merchant/4012153196 */
export function toKeyKind(serial: string): PlatformKeyKind {
  return serial.startsWith('PUB_KEY_ID_') ? 'public_key' : 'certificate';
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
): PlatformKeys & EncryptionKeys {
  const keys = new Map<string, KeyObject>();
  for (const { id, pem } of merchant.wechatpayPublicKeys) {
    add(keys, id, parsePublicKey(id, pem));
  }
  const certificates = merchant.platformCertificatePems.map(parsePlatformCertificate);
  for (const { serial, key } of certificates) add(keys, serial, key);
  const publicKeyId = merchant.wechatpayPublicKeys[0]?.id;
  return {
    find: (serial) => keys.get(toKeyName(serial)),
    encryptionKey() {
      const key = publicKeyId === undefined ? undefined : keys.get(publicKeyId);
      if (publicKeyId === undefined || key === undefined) return toLongestValid(certificates);
      return { name: publicKeyId, key };
    },
  };
}

/** The certificate to encrypt with among several, for the one that ends soon may be gone when the request arrives. */
export function toLongestValid(certificates: readonly PlatformCertificate[]): PlatformKey | undefined {
  const [longest] = certificates.toSorted((a, b) => b.expiresAt.getTime() - a.expiresAt.getTime());
  return longest && { name: longest.serial, key: longest.key };
}

/** Certificates alone, such as those that an answer brings. */
export function toCertificateKeys(certificates: readonly PlatformCertificate[]): PlatformKeys {
  const keys = new Map(certificates.map(({ serial, key }) => [serial, key]));
  return { find: (serial) => keys.get(toKeyName(serial)) };
}

function parsePublicKey(id: string, pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', { message: `the public key ${id} (微信支付公钥) is no PEM`, cause });
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

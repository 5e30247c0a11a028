import { type KeyObject, X509Certificate } from 'node:crypto';
import { AppError } from '@huidiao/errors';

/** 微信支付平台证书: one of those that WeChat Pay signs with. */
export interface PlatformCertificate {
  /** Its name among keys; see toKeyName. */
  readonly serial: string;
  readonly key: KeyObject;
  readonly expiresAt: Date;
}

/** @throws AppError CONFIG_INVALID for what is no certificate in PEM, or has no RSA key */
export function parsePlatformCertificate(pem: string): PlatformCertificate {
  const certificate = parse(pem);
  const serial = toKeyName(certificate.serialNumber);
  const key = publicKeyOf(certificate);
  if (key?.asymmetricKeyType !== 'rsa') {
    throw new AppError('CONFIG_INVALID', {
      message: `the platform certificate (平台证书) ${serial} is not for RSA; SM2 (国密) is not supported`,
    });
  }
  return { serial, key, expiresAt: new Date(certificate.validTo) };
}

/**
 * Certificate serials are hexadecimal numbers, so neither case nor leading zeros matter (wechatpay-java,
 * InMemoryCertificateProvider, reads them as such). Public key ids (PUB_KEY_ID_…) are exact text.
 */
export function toKeyName(serial: string): string {
  if (!/^[0-9A-Fa-f]+$/.test(serial)) return serial;
  return serial.toUpperCase().replace(/^0+(?=.)/, '');
}

function parse(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', { message: 'a platform certificate (平台证书) is no PEM', cause });
  }
}

/** OpenSSL knows no key at all in some certificates for SM2. */
function publicKeyOf(certificate: X509Certificate): KeyObject | undefined {
  try {
    return certificate.publicKey;
  } catch {
    return undefined;
  }
}

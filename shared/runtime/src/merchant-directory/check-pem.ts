import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';

/** What a PEM file turned out to hold, or what is wrong with it. */
export type CheckedPem<T> = { readonly pem: string; readonly holds: T } | { readonly problem: string };

const leastKeyBits = 2_048;

/** 商户API私钥, apiclient_key.pem: an RSA private key that is not encrypted. */
export function checkPrivateKey(text: string): CheckedPem<KeyObject> {
  const labels = labelsOf(text);
  if (labels.includes('CERTIFICATE') && !labels.some((label) => label.endsWith('PRIVATE KEY'))) {
    return {
      problem: 'holds a certificate; it must be 商户API私钥 apiclient_key.pem, not apiclient_cert.pem',
    };
  }
  if (labels.includes('ENCRYPTED PRIVATE KEY') || /Proc-Type: 4,ENCRYPTED/.test(text)) {
    return { problem: 'is encrypted with a passphrase; decrypt it with openssl pkey' };
  }
  const key = attempt(() => createPrivateKey(text));
  if (key === undefined) return { problem: `is not a private key in PEM${toDerHint(labels)}` };
  return toRsa(key, text, key);
}

/** 微信支付公钥, pub_key.pem: an RSA public key. */
export function checkPublicKey(text: string): CheckedPem<KeyObject> {
  const labels = labelsOf(text);
  if (labels.includes('CERTIFICATE')) {
    return {
      problem:
        'holds a certificate; a 微信支付平台证书 belongs to platform_certificates, 微信支付公钥 is pub_key.pem',
    };
  }
  if (labels.some((label) => label.endsWith('PRIVATE KEY'))) {
    return { problem: 'holds a private key; it must be 微信支付公钥 pub_key.pem' };
  }
  const key = attempt(() => createPublicKey(text));
  if (key === undefined) return { problem: `is not a public key in PEM${toDerHint(labels)}` };
  return toRsa(key, text, key);
}

/** 微信支付平台证书: one certificate with an RSA key. */
export function checkPlatformCertificate(text: string): CheckedPem<X509Certificate> {
  const labels = labelsOf(text);
  const certificates = labels.filter((label) => label === 'CERTIFICATE').length;
  if (certificates > 1) {
    return {
      problem: `holds ${certificates} certificates; name one file per 微信支付平台证书, without its issuers`,
    };
  }
  if (certificates === 0 && labels.includes('PUBLIC KEY')) {
    return { problem: 'holds a public key; 微信支付公钥 belongs to wechatpay_public_keys, with its id' };
  }
  const certificate = attempt(() => new X509Certificate(text));
  if (certificate === undefined) return { problem: `is not a certificate in PEM${toDerHint(labels)}` };
  const key = attempt(() => certificate.publicKey);
  return key === undefined ? { problem: notRsa } : toRsa(key, text, certificate);
}

const notRsa = 'is not for RSA; only WECHATPAY2-SHA256-RSA2048 is supported, not SM2 (国密)';

function toRsa<T>(key: KeyObject, pem: string, holds: T): CheckedPem<T> {
  if (key.asymmetricKeyType !== 'rsa') return { problem: notRsa };
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  return bits < leastKeyBits
    ? { problem: `has ${bits} bits; WeChat Pay uses at least ${leastKeyBits}` }
    : { pem, holds };
}

function labelsOf(text: string): string[] {
  return [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g)].map((match) => match[1] ?? '');
}

function toDerHint(labels: readonly string[]): string {
  return labels.length === 0 ? ' (no -----BEGIN line; a .p12 or .cer file?)' : '';
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';

/** What a file of keys or certificates holds, recognised by its content. */
export type PemContent =
  | { readonly kind: 'private_key'; readonly key: KeyObject }
  | { readonly kind: 'public_key'; readonly key: KeyObject }
  /** 商户API证书: `mchId` as it names the merchant. */
  | { readonly kind: 'merchant_certificate'; readonly certificate: X509Certificate; readonly mchId: string }
  | { readonly kind: 'platform_certificate'; readonly certificate: X509Certificate }
  /** Its name says neither the one nor the other. */
  | { readonly kind: 'certificate'; readonly certificate: X509Certificate }
  /** A private key with a passphrase. */
  | { readonly kind: 'encrypted_key' }
  /** apiclient_cert.p12, or the DER form of something. */
  | { readonly kind: 'binary' }
  | { readonly kind: 'other' };

/** Recognises what a file holds. Never throws. */
export function identifyPem(bytes: Buffer): PemContent {
  const text = bytes.toString('latin1');
  if (text.includes('-----BEGIN CERTIFICATE-----')) return identifyCertificate(text);
  if (/-BEGIN ENCRYPTED PRIVATE KEY-|^Proc-Type: 4,ENCRYPTED/m.test(text)) return { kind: 'encrypted_key' };
  if (text.includes('PRIVATE KEY-----')) return toKey('private_key', () => createPrivateKey(text));
  if (text.includes('PUBLIC KEY-----')) return toKey('public_key', () => createPublicKey(text));
  return { kind: bytes[0] === 0x30 && (bytes[1] ?? 0) >= 0x80 ? 'binary' : 'other' };
}

function toKey(kind: 'private_key' | 'public_key', make: () => KeyObject): PemContent {
  try {
    return { kind, key: make() };
  } catch {
    return { kind: 'other' };
  }
}

/** 商户API证书 says "CN=1900000001, O=微信商户系统"; 微信支付平台证书 says "CN=Tenpay.com sign". */
function identifyCertificate(text: string): PemContent {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(text);
  } catch {
    return { kind: 'other' };
  }
  const commonName = /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? '';
  if (/^\d{6,32}$/.test(commonName)) return { kind: 'merchant_certificate', certificate, mchId: commonName };
  const isPlatform = /tenpay\.com/i.test(commonName);
  return { kind: isPlatform ? 'platform_certificate' : 'certificate', certificate };
}

/** In the words of the merchant platform, with the name that the file has when it comes from there. */
export function describePem(content: PemContent): string {
  switch (content.kind) {
    case 'private_key':
      return '商户API私钥 (apiclient_key.pem) or another private key';
    case 'public_key':
      return '微信支付公钥 (pub_key.pem) or another public key';
    case 'merchant_certificate':
      return `商户API证书 (apiclient_cert.pem) of ${content.mchId}, serial ${content.certificate.serialNumber}`;
    case 'platform_certificate':
      return `微信支付平台证书, serial ${content.certificate.serialNumber}`;
    case 'certificate':
      return `a certificate that does not say whose it is, serial ${content.certificate.serialNumber}`;
    case 'encrypted_key':
      return 'a private key that is encrypted with a passphrase';
    case 'binary':
      return 'no PEM but binary data, such as apiclient_cert.p12';
    case 'other':
      return 'neither a key nor a certificate in PEM';
    default:
      return content satisfies never;
  }
}

/** Serials are compared as numbers: case and leading zeros do not matter. */
export function isSameSerial(one: string, other: string): boolean {
  const isHexadecimal = [one, other].every((serial) => /^[0-9A-Fa-f]+$/.test(serial));
  return isHexadecimal && BigInt(`0x${one}`) === BigInt(`0x${other}`);
}

/** Whether a public key, or that of a certificate, is the other half of a private key. */
export function isPair(publicKey: KeyObject, privateKey: KeyObject): boolean {
  return createPublicKey(privateKey).equals(publicKey);
}

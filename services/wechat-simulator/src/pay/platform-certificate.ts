import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import forge from 'node-forge';

/** An RSA key pair with a certificate over it, all in PEM; `serial` is hexadecimal, upper case, 40 digits. */
export interface CertifiedKey {
  readonly serial: string;
  readonly certificatePem: string;
  readonly publicKeyPem: string;
  readonly privateKeyPem: string;
}

/**
 * Makes a key pair and a self-signed certificate that looks like WeChat Pay's: RSA-2048, serial of 20 bytes,
 * five years, or until `notAfter`. Stands for a platform certificate (微信支付平台证书) or a merchant's API certificate.
 */
export function createCertifiedKey(
  commonName: string,
  validity: { readonly notBefore?: Date; readonly notAfter?: Date } = {},
): CertifiedKey {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicKeyPem = toPublicPem(pair.publicKey);
  const privateKeyPem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

  const certificate = forge.pki.createCertificate();
  certificate.serialNumber = createSerial();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKeyPem);
  const notBefore = validity.notBefore ?? new Date(Date.now() - 60_000);
  const inFiveYears = new Date(notBefore);
  inFiveYears.setFullYear(notBefore.getFullYear() + 5);
  certificate.validity.notBefore = notBefore;
  certificate.validity.notAfter = validity.notAfter ?? inFiveYears;
  const names = [
    { name: 'commonName', value: commonName },
    { name: 'organizationName', value: 'WeChat simulator' },
    { name: 'countryName', value: 'CN' },
  ];
  certificate.setSubject(names);
  certificate.setIssuer(names);
  certificate.sign(forge.pki.privateKeyFromPem(privateKeyPem), forge.md.sha256.create());

  return {
    serial: certificate.serialNumber.toUpperCase(),
    certificatePem: forge.pki.certificateToPem(certificate),
    publicKeyPem,
    privateKeyPem,
  };
}

/** The public half in PEM, SubjectPublicKeyInfo, as pub_key.pem is. */
export function toPublicPem(publicKey: KeyObject): string {
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

/** Positive and without a leading zero byte, so that every program prints the same 40 digits. */
function createSerial(): string {
  const bytes = forge.util.createBuffer(forge.random.getBytesSync(20)).toHex();
  return `5${bytes.slice(1)}`;
}

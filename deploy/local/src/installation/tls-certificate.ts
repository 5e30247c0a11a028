import { generateKeyPairSync, randomBytes } from 'node:crypto';
import forge from 'node-forge';

const validYears = 5;

/**
 * A key and a self-signed certificate for these host names, in one PEM text, the certificate first: what stands
 * before the ingress where no certificate authority knows this machine. node:crypto reads certificates, but makes none.
 */
export function createTlsCertificate(hostNames: readonly string[]): { certificate: string; key: string } {
  const { publicKey, privateKey: key } = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const certificate = forge.pki.createCertificate();
  // Positive, and without a leading zero byte.
  certificate.serialNumber = `4${randomBytes(20).toString('hex').slice(1)}`;
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  certificate.validity.notBefore = new Date(Date.now() - 60_000);
  certificate.validity.notAfter = new Date(certificate.validity.notBefore);
  certificate.validity.notAfter.setFullYear(certificate.validity.notBefore.getFullYear() + validYears);
  const name = [{ name: 'commonName', value: hostNames[0] ?? 'localhost' }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true },
    { name: 'subjectAltName', altNames: hostNames.map((value) => ({ type: 2, value })) },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(key), forge.md.sha256.create());
  return { certificate: forge.pki.certificateToPem(certificate), key };
}

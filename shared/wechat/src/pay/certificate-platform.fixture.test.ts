import { createCipheriv, createPublicKey, randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { rsaKeysOf, toSelfSignedCertificate } from '@huidiao/testing';
import { createPlatform, testMerchant } from './platform.fixture.test.ts';

export type CertifiedPlatform = ReturnType<typeof createCertifiedPlatform>;

/** WeChat Pay signing with a certificate, whose serial is the name of its key. */
export function createCertifiedPlatform(serial: string) {
  const platform = createPlatform(serial, rsaKeysOf(`wechat-pay ${serial}`));
  const keys = { publicKey: createPublicKey(platform.publicKeyPem), privateKey: platform.privateKey };
  return { ...platform, pem: toSelfSignedCertificate(keys, { commonName: 'Tenpay.com sign', serial }) };
}

/** One row of the answer to GET /v3/certificates, sealed with a merchant's APIv3 key. */
export function sealCertificate(
  { id, pem }: { id: string; pem: string },
  apiV3Key: string = testMerchant.apiV3Key,
): Record<string, unknown> {
  const nonce = randomBytes(6).toString('hex');
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(apiV3Key), Buffer.from(nonce));
  cipher.setAAD(Buffer.from('certificate'));
  const sealed = Buffer.concat([cipher.update(pem, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return {
    serial_no: id,
    effective_time: '2024-01-01T08:00:00+08:00',
    expire_time: '2044-01-01T08:00:00+08:00',
    encrypt_certificate: {
      algorithm: 'AEAD_AES_256_GCM',
      nonce,
      associated_data: 'certificate',
      ciphertext: sealed.toString('base64'),
    },
  };
}

/** Answers with JSON that `signer` has signed; without one the answer is not signed. */
export function answerAs(
  signer: Pick<CertifiedPlatform, 'headersFor'> | undefined,
  response: ServerResponse,
  json: unknown,
  status = 200,
): void {
  const body = Buffer.from(JSON.stringify(json));
  response.writeHead(status, { ...signer?.headersFor(body) }).end(body);
}

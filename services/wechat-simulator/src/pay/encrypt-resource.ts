import { createCipheriv, randomBytes } from 'node:crypto';

/** `resource` of a notification's envelope. */
export type EncryptedResource = {
  readonly original_type?: string | undefined;
  readonly algorithm: string;
  readonly ciphertext: string;
  /** May be empty or missing. */
  readonly associated_data?: string | undefined;
  readonly nonce: string;
};

/**
 * AES-256-GCM under the merchant's APIv3 key; the tag stands behind the ciphertext.
 * `originalType` and `associatedData` null leave the field out. https://pay.weixin.qq.com/doc/v3/merchant/4012071382
 */
export function encryptResource(resource: {
  plaintext: string;
  apiV3Key: string;
  originalType: string | null;
  associatedData: string | null;
}): EncryptedResource {
  const nonce = randomBytes(6).toString('hex');
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(resource.apiV3Key), Buffer.from(nonce));
  cipher.setAAD(Buffer.from(resource.associatedData ?? ''));
  const ciphertext = Buffer.concat([
    cipher.update(resource.plaintext, 'utf8'),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  return {
    original_type: resource.originalType ?? undefined,
    algorithm: 'AEAD_AES_256_GCM',
    ciphertext: ciphertext.toString('base64'),
    associated_data: resource.associatedData ?? undefined,
    nonce,
  };
}

import { type CipherGCMTypes, createDecipheriv } from 'node:crypto';

/** The encrypted part of a notification (`resource`), as it stands in the envelope. */
export interface EncryptedResource {
  readonly algorithm: string;
  /** Base64 of ciphertext and 16 bytes of tag. */
  readonly ciphertext: string;
  /** 12 bytes in practice. */
  readonly nonce: string;
  /** Absent means empty. */
  readonly associated_data?: string | null | undefined;
}

export type ResourceFault = 'algorithm_unsupported' | 'tag_mismatch' | 'malformed';
export type OpenedResource =
  | { readonly opened: true; readonly plaintext: string }
  | { readonly opened: false; readonly reason: ResourceFault };

const tagBytes = 16;
const algorithm = 'AEAD_AES_256_GCM';
/** By key length. WeChat Pay's keys have 32 bytes, which the configuration insists on; samples have 16. */
const ciphers = new Map<number, CipherGCMTypes>([
  [16, 'aes-128-gcm'],
  [32, 'aes-256-gcm'],
]);

/**
 * Opens a resource with the first of the keys that fits: the current APIv3 key, then the previous one.
 * Throws on no input. https://pay.weixin.qq.com/doc/v3/merchant/4012075420
 */
export function decryptResource(resource: EncryptedResource, apiV3Keys: readonly string[]): OpenedResource {
  if (resource.algorithm !== algorithm) return { opened: false, reason: 'algorithm_unsupported' };
  let reason: ResourceFault = 'malformed';
  for (const apiV3Key of apiV3Keys) {
    const opened = openAead({
      key: apiV3Key,
      nonce: resource.nonce,
      associatedData: resource.associated_data ?? '',
      ciphertext: resource.ciphertext,
    });
    if (opened.opened) return opened;
    reason = opened.reason;
  }
  return { opened: false, reason };
}

/** AES-GCM over UTF-8 texts, as API v3 uses it for notifications and certificates. Throws on no input. */
export function openAead(sealed: {
  readonly key: string;
  readonly nonce: string;
  readonly associatedData: string;
  readonly ciphertext: string;
}): OpenedResource {
  const key = Buffer.from(sealed.key, 'utf8');
  const cipher = ciphers.get(key.length);
  const bytes = fromBase64(sealed.ciphertext);
  const isMalformed = bytes === undefined || bytes.length < tagBytes || sealed.nonce.length === 0;
  if (cipher === undefined || isMalformed) return { opened: false, reason: 'malformed' };
  try {
    const decipher = createDecipheriv(cipher, key, Buffer.from(sealed.nonce, 'utf8'), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(Buffer.from(sealed.associatedData, 'utf8'));
    decipher.setAuthTag(bytes.subarray(-tagBytes));
    const opened = decipher.update(bytes.subarray(0, -tagBytes));
    // Without final() nobody checks the tag, and altered bytes come out as if they were genuine.
    return { opened: true, plaintext: Buffer.concat([opened, decipher.final()]).toString('utf8') };
  } catch {
    return { opened: false, reason: 'tag_mismatch' };
  }
}

/** Strict: Buffer.from skips over foreign characters instead of refusing them. */
function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

import { type CipherGCMTypes, createDecipheriv } from 'node:crypto';
import type { OpenedResource, SealedText } from './cryptographic-suites.ts';

const tagBytes = 16;
/** By key length. WeChat Pay's keys have 32 bytes, which the configuration insists on; samples have 16. */
const ciphers = new Map<number, CipherGCMTypes>([
  [16, 'aes-128-gcm'],
  [32, 'aes-256-gcm'],
]);

/** AES-GCM over UTF-8 texts, as API v3 uses it for notifications and certificates. Throws on no input. */
export function openAead(sealed: SealedText): OpenedResource {
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

import { type KeyObject, verify } from 'node:crypto';

/** Strict: Buffer.from would skip over what is no base64. A real probe is no strict base64 either. */
const base64 = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Whether `signature`, in base64, is RSASSA-PKCS1-v1_5 with SHA-256 over the bytes. Throws on no input. */
export function isSignedBy(key: KeyObject, signed: Buffer, signature: string): boolean {
  if (!base64.test(signature)) return false;
  try {
    return verify('sha256', signed, key, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}

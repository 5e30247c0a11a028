import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { App } from '@huidiao/contracts';

/** Encrypts and opens what is kept about an app's users. */
export interface AppSeal {
  /** `v1.` and, in base64url, nonce, ciphertext and tag. Differs each time; opens only under the same `boundTo`. */
  seal(text: string, boundTo: readonly string[]): string;
  /** Undefined for whatever this seal did not make: another secret, app or binding, altered, foreign. */
  open(sealed: string, boundTo: readonly string[]): string | undefined;
}

const nonceBytes = 12;
const tagBytes = 16;
const version = 'v1.';

/**
 * AES-256-GCM with a key derived from the app_secret for one purpose (HKDF-SHA256, RFC 5869), bound to the appid and to
 * what the text is of, so that a row's secret put into another row does not open. What was sealed under the previous
 * secret opens too.
 */
export function createAppSeal(
  { appId, appSecret, appSecretPrevious }: Pick<App, 'appId' | 'appSecret' | 'appSecretPrevious'>,
  purpose: string,
): AppSeal {
  const keyOf = (secret: string) => Buffer.from(hkdfSync('sha256', secret, '', `huidiao ${purpose} v1`, 32));
  const current = keyOf(appSecret);
  const previous = appSecretPrevious === undefined ? undefined : keyOf(appSecretPrevious);
  const toAssociatedData = (boundTo: readonly string[]) => Buffer.from(JSON.stringify([appId, ...boundTo]));
  return {
    seal: (text, boundTo) => sealUnder(current, text, toAssociatedData(boundTo)),
    open(sealed, boundTo) {
      const associatedData = toAssociatedData(boundTo);
      return (
        openUnder(current, sealed, associatedData) ??
        (previous && openUnder(previous, sealed, associatedData))
      );
    },
  };
}

function sealUnder(key: Buffer, text: string, associatedData: Buffer): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(associatedData);
  const bytes = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return version + bytes.toString('base64url');
}

function openUnder(key: Buffer, sealed: string, associatedData: Buffer): string | undefined {
  if (!sealed.startsWith(version)) return undefined;
  const bytes = Buffer.from(sealed.slice(version.length), 'base64url');
  if (bytes.length < nonceBytes + tagBytes) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(associatedData);
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  try {
    const opened = decipher.update(bytes.subarray(nonceBytes, -tagBytes));
    return Buffer.concat([opened, decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

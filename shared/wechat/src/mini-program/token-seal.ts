import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { AccessToken, App } from '@huidiao/contracts';
import { z } from 'zod';

/** Encrypts and opens the access_token of one app. */
export interface TokenSeal {
  /** `v1.` and, in base64url, nonce, ciphertext and tag. Differs each time. */
  seal(token: AccessToken): string;
  /** Undefined for whatever this seal did not make: another secret, another app, altered, foreign. */
  open(sealed: string): AccessToken | undefined;
}

const nonceBytes = 12;
const tagBytes = 16;
const version = 'v1.';

const content = z.strictObject({ value: z.string().min(1), expiresAt: z.number().int() });

/**
 * AES-256-GCM with a key derived from the app_secret (HKDF-SHA256, RFC 5869), bound to the appid: whoever reads
 * Redis, or a backup of it, learns no token, and a token of one app is none of another. What was sealed under the
 * previous secret opens too, while processes change over one after another.
 */
export function createTokenSeal(app: Pick<App, 'appId' | 'appSecret' | 'appSecretPrevious'>): TokenSeal {
  const current = createSealUnder(app.appSecret, app.appId);
  const previous =
    app.appSecretPrevious === undefined ? undefined : createSealUnder(app.appSecretPrevious, app.appId);
  return { seal: current.seal, open: (sealed) => current.open(sealed) ?? previous?.open(sealed) };
}

function createSealUnder(appSecret: string, appId: string): TokenSeal {
  const key = Buffer.from(hkdfSync('sha256', appSecret, '', 'huidiao access_token v1', 32));
  const associatedData = Buffer.from(appId, 'utf8');
  return {
    seal(token) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
      cipher.setAAD(associatedData);
      const text = JSON.stringify({ value: token.value, expiresAt: token.expiresAt.getTime() });
      const bytes = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return version + bytes.toString('base64url');
    },
    open(sealed) {
      if (!sealed.startsWith(version)) return undefined;
      const bytes = Buffer.from(sealed.slice(version.length), 'base64url');
      if (bytes.length < nonceBytes + tagBytes) return undefined;
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), {
          authTagLength: tagBytes,
        });
        decipher.setAAD(associatedData);
        decipher.setAuthTag(bytes.subarray(-tagBytes));
        const opened = decipher.update(bytes.subarray(nonceBytes, -tagBytes));
        const { value, expiresAt } = content.parse(
          JSON.parse(Buffer.concat([opened, decipher.final()]).toString('utf8')),
        );
        return { value, expiresAt: new Date(expiresAt) };
      } catch {
        return undefined;
      }
    },
  };
}

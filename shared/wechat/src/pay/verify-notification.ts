import { builtInSuites, type CryptographicSuites, isShangmi } from './cryptographic-suites.ts';
import type { PlatformKeys } from './platform-keys.ts';
import { type ReadHeaders, readSignatureHeaders } from './read-signature-headers.ts';
import type { SignedMessage } from './signed-message.ts';

/** Everything by which a callback can fail to be genuine. For logs and metrics: the answer never tells. */
export type NotAuthenticReason =
  | 'header_missing'
  | 'header_repeated'
  | 'header_malformed'
  | 'signature_type_unsupported'
  /** 国密; shangmiAdvice says what to do. */
  | 'shangmi_unsupported'
  | 'timestamp_stale'
  | 'timestamp_future'
  | 'serial_unknown'
  | 'signature_probe'
  | 'signature_wrong'
  | 'ids_of_another_merchant'
  | 'merchant_unknown';

export type Verification =
  | { readonly authentic: true; readonly serial: string }
  | {
      readonly authentic: false;
      readonly reason: NotAuthenticReason;
      /** As the sender wrote it, at most 128 characters, where there was one. */
      readonly serial?: string;
    };

/**
 * WeChat Pay asks to refuse what is more than five minutes away, against replay:
 * https://pay.weixin.qq.com/doc/v3/merchant/4013053420. wechatpay-go and -php do the same.
 */
const toleranceMs = 300_000;

/** https://pay.weixin.qq.com/doc/v3/merchant/4012075420: sent now and then to see whether we verify. */
const probePrefix = 'WECHATPAY/SIGNTEST/';

/**
 * Whether WeChat Pay signed this message, now, with a key that this merchant trusts. Throws on no input.
 * What is signed: timestamp, nonce and body, each ended by a line feed, as RSASSA-PKCS1-v1_5 with SHA-256.
 * https://pay.weixin.qq.com/docs/merchant/development/interface-rules/signature-verification.html
 */
export function verifyNotification(
  message: SignedMessage,
  keys: PlatformKeys,
  now: Date,
  suites: CryptographicSuites = builtInSuites,
): Verification {
  const read = readSignatureHeaders(message.headers);
  if (!read.complete) return { authentic: false, reason: read.reason };
  // wechatpay-go, core/notify, refuses a type that it does not have before any other check.
  const suite = suites.signatures.get(read.signatureType);
  if (suite === undefined) return { authentic: false, reason: toTypeFault(read.signatureType) };

  const { serial } = read;
  const ageMs = now.getTime() - Number(read.timestamp) * 1000;
  if (ageMs > toleranceMs) return { authentic: false, reason: 'timestamp_stale', serial };
  if (ageMs < -toleranceMs) return { authentic: false, reason: 'timestamp_future', serial };

  const key = keys.find(serial);
  if (key === undefined) return { authentic: false, reason: 'serial_unknown', serial };
  if (suite.isSignedBy(key, toSignedBytes(read, message.body), read.signature))
    return { authentic: true, serial };
  // Only after the failure: a probe takes the way of every forgery, and is counted apart at its end.
  const reason = read.signature.startsWith(probePrefix) ? 'signature_probe' : 'signature_wrong';
  return { authentic: false, reason, serial };
}

function toTypeFault(signatureType: string): NotAuthenticReason {
  return isShangmi(signatureType) ? 'shangmi_unsupported' : 'signature_type_unsupported';
}

function toSignedBytes(read: ReadHeaders, body: Buffer): Buffer {
  const head = Buffer.from(`${read.timestamp}\n${read.nonce}\n`, 'latin1');
  return Buffer.concat([head, body, Buffer.from('\n', 'latin1')]);
}

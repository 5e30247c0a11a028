import type { KeyObject } from 'node:crypto';
import { openAead } from './open-aead.ts';
import { isSignedBy } from './verify-signature.ts';

/** One way in which WeChat Pay signs, by its name in `Wechatpay-Signature-Type`. */
export interface SignatureSuite {
  readonly signatureType: string;
  /** Whether `signature`, as it came, is good over the bytes. Throws on no input. */
  isSignedBy(key: KeyObject, signed: Buffer, signature: string): boolean;
}

export type ResourceFault = 'algorithm_unsupported' | 'shangmi_unsupported' | 'tag_mismatch' | 'malformed';
export type OpenedResource =
  | { readonly opened: true; readonly plaintext: string }
  | { readonly opened: false; readonly reason: ResourceFault };

/** What an AEAD needs, as UTF-8 texts; the ciphertext is base64 with 16 bytes of tag at its end. */
export interface SealedText {
  /** The APIv3 key (APIv3密钥). */
  readonly key: string;
  readonly nonce: string;
  readonly associatedData: string;
  readonly ciphertext: string;
}

/** One way in which WeChat Pay encrypts, by its name in `resource.algorithm`. */
export interface ResourceCipher {
  readonly algorithm: string;
  /** Throws on no input. */
  open(sealed: SealedText): OpenedResource;
}

/**
 * What can be verified and opened. Built in are RSA with SHA-256 and AES-256-GCM, which practically every merchant
 * has. 国密 (SM2, SM3, SM4) is arranged with WeChat Pay merchant by merchant, and Node's OpenSSL has no SM4-GCM: whoever
 * has it gives createReceivingMerchant a suite and a cipher of its own beside these.
 * https://github.com/wechatpay-apiv3/wechatpay-java/tree/main/shangmi
 */
export interface CryptographicSuites {
  readonly signatures: ReadonlyMap<string, SignatureSuite>;
  readonly ciphers: ReadonlyMap<string, ResourceCipher>;
}

/** The type that an absent header means. */
export const defaultSignatureType = 'WECHATPAY2-SHA256-RSA2048';

export const builtInSuites = toSuites(
  [{ signatureType: defaultSignatureType, isSignedBy }],
  [{ algorithm: 'AEAD_AES_256_GCM', open: openAead }],
);

/** Puts suites together; those given later replace those of the same name. */
export function toSuites(
  signatures: readonly SignatureSuite[],
  ciphers: readonly ResourceCipher[],
): CryptographicSuites {
  return {
    signatures: new Map(signatures.map((suite) => [suite.signatureType, suite])),
    ciphers: new Map(ciphers.map((cipher) => [cipher.algorithm, cipher])),
  };
}

const shangmiNames = new Set(['WECHATPAY2-SM2-WITH-SM3', 'AEAD_SM4_GCM']);

/** Whether a signature type or an algorithm is of 国密, which is refused under a name of its own. */
export function isShangmi(name: string): boolean {
  return shangmiNames.has(name);
}

/** What a person is to do about `shangmi_unsupported`; for logs and alarms. */
export const shangmiAdvice =
  'this merchant is signed or encrypted for with 国密 (SM2, SM3, SM4), which is not built in: have WeChat Pay set it to ' +
  'WECHATPAY2-SHA256-RSA2048 and AEAD_AES_256_GCM, or give createReceivingMerchant a SignatureSuite and a ResourceCipher';

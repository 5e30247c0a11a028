import {
  builtInSuites,
  type CryptographicSuites,
  isShangmi,
  type OpenedResource,
  type ResourceFault,
} from './cryptographic-suites.ts';

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

/**
 * Opens a resource with the first of the keys that fits: the current APIv3 key, then the previous one.
 * Throws on no input. https://pay.weixin.qq.com/doc/v3/merchant/4012075420
 */
export function decryptResource(
  resource: EncryptedResource,
  apiV3Keys: readonly string[],
  suites: CryptographicSuites = builtInSuites,
): OpenedResource {
  const { algorithm } = resource;
  const cipher = suites.ciphers.get(algorithm);
  if (cipher === undefined) {
    return { opened: false, reason: isShangmi(algorithm) ? 'shangmi_unsupported' : 'algorithm_unsupported' };
  }
  let reason: ResourceFault = 'malformed';
  for (const apiV3Key of apiV3Keys) {
    const opened = cipher.open({
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

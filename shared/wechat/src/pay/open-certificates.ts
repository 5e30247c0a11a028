import { AppError } from '@huidiao/errors';
import { z } from 'zod';
import type { ResourceFault } from './cryptographic-suites.ts';
import { decryptResource } from './decrypt-resource.ts';
import { type PlatformCertificate, parsePlatformCertificate, toKeyName } from './platform-certificate.ts';

const certificatesAnswer = z.looseObject({
  data: z
    .array(
      z.looseObject({
        serial_no: z.string(),
        encrypt_certificate: z.looseObject({
          algorithm: z.string(),
          nonce: z.string(),
          associated_data: z.string().nullish(),
          ciphertext: z.string(),
        }),
      }),
    )
    .max(100),
});

/**
 * The certificates in an answer to GET /v3/certificates, opened with the first APIv3 key that fits. That one opens is
 * what proves it: only WeChat Pay and the merchant know the key. Those for SM2 (国密, AEAD_SM4_GCM) are left out, and so
 * is one that cannot be used beside others that can. https://pay.weixin.qq.com/doc/v3/partner/4012715700
 *
 * @throws AppError WECHAT_CERTIFICATES_NOT_OPENED or WECHAT_SYSTEM_ERROR where there are some and none can be used
 */
export function openCertificates(
  json: unknown,
  apiV3Keys: readonly string[],
): readonly PlatformCertificate[] {
  const parsed = certificatesAnswer.safeParse(json);
  if (!parsed.success) throw notUnderstood('answer_not_understood');
  const results = parsed.data.data.map((item) => openOne(item, apiV3Keys));
  const opened = results.filter((result) => typeof result === 'object');
  if (opened.length > 0 || results.every((result) => result === 'not for us')) return opened;
  if (results.includes('not opened')) {
    throw new AppError('WECHAT_CERTIFICATES_NOT_OPENED', { details: { certificates: results.length } });
  }
  throw notUnderstood('certificate_not_usable');
}

/** Whether the answer says that this merchant has no certificate. */
export function isEmptyList(json: unknown): boolean {
  const parsed = certificatesAnswer.safeParse(json);
  return parsed.success && parsed.data.data.length === 0;
}

/** Sealed for SM2 (国密), which a merchant has by arrangement, beside the others. */
const notForUs: ReadonlySet<ResourceFault> = new Set(['algorithm_unsupported', 'shangmi_unsupported']);

type SealedCertificate = z.infer<typeof certificatesAnswer>['data'][number];

function openOne(
  { serial_no, encrypt_certificate }: SealedCertificate,
  apiV3Keys: readonly string[],
): PlatformCertificate | 'not for us' | 'not opened' | 'not usable' {
  const plain = decryptResource(encrypt_certificate, apiV3Keys);
  if (!plain.opened) return notForUs.has(plain.reason) ? 'not for us' : 'not opened';
  try {
    const certificate = parsePlatformCertificate(plain.plaintext);
    return certificate.serial === toKeyName(serial_no) ? certificate : 'not usable';
  } catch {
    return 'not usable';
  }
}

function notUnderstood(reason: string): AppError {
  return new AppError('WECHAT_SYSTEM_ERROR', { details: { reason } });
}

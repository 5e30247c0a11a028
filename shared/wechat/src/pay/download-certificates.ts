import { toAppError } from '@huidiao/errors';
import { isEmptyList, openCertificates } from './open-certificates.ts';
import type { PlatformCertificate } from './platform-certificate.ts';
import { type PlatformKeys, toCertificateKeys } from './platform-keys.ts';
import { type PayAnswer, type PayCaller, sendPayRequest, toNotAuthentic } from './send-pay-request.ts';
import { verifyAnswer } from './verify-answer.ts';

/**
 * GET /v3/certificates: all platform certificates (微信支付平台证书) of the caller's merchant that are in force. Empty for
 * a merchant that has none, which is normal for one that WeChat Pay gave a public key instead: it answers with an
 * empty list, or with NOT_FOUND or RESOURCE_NOT_EXISTS.
 *
 * The answer is verified with what the caller knows. One that is signed with a key that nobody here knows, as the
 * first one is, may be signed with a certificate that it brings: those open with the APIv3 key alone, so they are
 * WeChat Pay's. wechatpay-go, core/downloader.
 *
 * @throws AppError WECHAT_CERTIFICATES_NOT_OPENED, WECHAT_RESPONSE_NOT_AUTHENTIC, and what sendPayRequest throws
 */
export async function downloadCertificates(
  caller: PayCaller,
  apiV3Keys: readonly string[],
): Promise<readonly PlatformCertificate[]> {
  try {
    const request = { api: 'download-certificates', method: 'GET', path: '/v3/certificates' } as const;
    const json = await sendPayRequest(caller, request, (_caller, answer) =>
      assertAuthentic(caller.keys, apiV3Keys, answer),
    );
    return openCertificates(json, apiV3Keys);
  } catch (error) {
    if (toAppError(error).code === 'WECHAT_NOT_FOUND') return [];
    throw error;
  }
}

function assertAuthentic(known: PlatformKeys, apiV3Keys: readonly string[], answer: PayAnswer): void {
  const { http, json, now } = answer;
  const verification = verifyAnswer(http, known, now);
  if (verification.authentic) return;
  if (verification.reason !== 'serial_unknown') throw toNotAuthentic(http, verification);
  // These say nothing that could do harm: nothing is added, and nothing is taken away for it.
  if (http.status !== 200 || isEmptyList(json)) return;
  const again = verifyAnswer(http, toCertificateKeys(openCertificates(json, apiV3Keys)), now);
  if (!again.authentic) throw toNotAuthentic(http, again);
}

import { X509Certificate } from 'node:crypto';
import type { Context } from '../context.ts';
import { encryptResource } from './encrypt-resource.ts';
import type { KnownMerchant } from './merchants.ts';
import { type ApiAnswer, PayRefusal, paramError } from './refusal.ts';
import { toWireTime } from './wire-time.ts';

/**
 * GET /v3/certificates?algorithm_type=: all platform certificates in force, encrypted under the merchant's APIv3 key.
 * A merchant that has only the public key has none, which WeChat says in three ways.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012551764
 */
export function downloadCertificates(
  context: Context,
  merchant: KnownMerchant,
  algorithmType: unknown,
): ApiAnswer {
  if (algorithmType !== undefined && !['RSA', 'SM2', 'ALL'].includes(String(algorithmType))) {
    throw paramError('/query/algorithm_type', '只能是RSA、SM2、ALL');
  }
  const { certificates } = context.platformKeys.published;
  if (certificates.length === 0) return answerWithoutAny(context);
  const data = algorithmType === 'SM2' ? [] : certificates.map((one) => toEntry(one, merchant));
  return { status: 200, body: { data } };
}

function toEntry({ serial, pem }: { serial: string; pem: string }, { apiV3Key }: KnownMerchant) {
  const certificate = new X509Certificate(pem);
  const { original_type: _, ...encrypted } = encryptResource({
    plaintext: pem,
    apiV3Key,
    originalType: null,
    associatedData: 'certificate',
  });
  return {
    serial_no: serial,
    effective_time: toWireTime(Date.parse(certificate.validFrom)),
    expire_time: toWireTime(Date.parse(certificate.validTo)),
    encrypt_certificate: encrypted,
  };
}

function answerWithoutAny(context: Context): ApiAnswer {
  const answer = context.faults.settings.no_certificates_answer;
  if (answer === 'empty') return { status: 200, body: { data: [] } };
  throw new PayRefusal(404, answer, '无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥');
}

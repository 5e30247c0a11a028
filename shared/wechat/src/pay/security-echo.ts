import type { Merchant } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { z } from 'zod';
import { type PlatformCertificate, parsePlatformCertificate } from './platform-certificate.ts';
import type { PlatformKeyring } from './platform-keyring.ts';

/** A test of signatures and callbacks (商户签名验签/加解密测试) that WeChat Pay makes on request. */
export interface SecurityEcho {
  /** Said back in the answer and in the callback; tells this test from others. */
  readonly message: string;
  /** Where SECURITY_ECHO.SUCCESS is sent. */
  readonly notifyUrl: string;
  /** Names the key that WeChat Pay is to sign with; see toEchoKeyId. */
  readonly keyId: string;
}

/** https://pay.weixin.qq.com/doc/v3/partner/4015139289 */
export function toEchoBody({ message, notifyUrl }: SecurityEcho): Record<string, unknown> {
  return { notify_url: notifyUrl, echo_message: message };
}

const echoAnswer = z.looseObject({ echo_message: z.string() });

/** @throws AppError WECHAT_RESPONSE_NOT_AUTHENTIC where it says something else back: a signature binds it to no request */
export function assertEchoed(json: unknown, { message }: SecurityEcho): void {
  if (echoAnswer.safeParse(json).data?.echo_message === message) return;
  throw new AppError('WECHAT_RESPONSE_NOT_AUTHENTIC', { details: { reason: 'answer_to_another_question' } });
}

/**
 * The 微信支付公钥ID of a merchant that has a public key; else the serial of the platform certificate that is in force
 * longest; undefined where there is none (so far).
 */
export function toEchoKeyId(
  merchant: Pick<Merchant, 'wechatpayPublicKeys' | 'platformCertificatePems'>,
  keyring: Pick<PlatformKeyring, 'legacy'>,
): string | undefined {
  const publicKey = merchant.wechatpayPublicKeys[0];
  if (publicKey !== undefined) return publicKey.id;
  const certificates = [
    ...merchant.platformCertificatePems.map(parsePlatformCertificate),
    ...keyring.legacy.certificates,
  ];
  const [longest] = certificates.sort((one, other) => other.expiresAt.getTime() - one.expiresAt.getTime());
  return longest && toWireSerial(longest);
}

/** Serials are kept without leading zeros here, and written in whole bytes by WeChat Pay. */
function toWireSerial({ serial }: PlatformCertificate): string {
  return serial.length % 2 === 0 ? serial : `0${serial}`;
}

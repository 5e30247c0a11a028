import { createSign, type KeyObject, randomBytes } from 'node:crypto';

export interface MessageToSign {
  readonly privateKey: KeyObject;
  /** What stands in Wechatpay-Serial. */
  readonly serial: string;
  /** Exactly the bytes that are sent; empty for an answer 204. */
  readonly body: string;
  /** Unix seconds; default the wall clock. */
  readonly timestamp?: number | undefined;
  readonly nonce?: string | undefined;
  /** A deliberately wrong signature, as WeChat Pay sends to see whether receivers check. */
  readonly probe?: boolean | undefined;
}

/**
 * The Wechatpay-* headers of a notification or an answer: RSA-SHA256 over timestamp, nonce and body, each
 * ended by a line feed. https://pay.weixin.qq.com/doc/v3/merchant/4013053420
 */
export function createSignatureHeaders(message: MessageToSign): Record<string, string> {
  const timestamp = String(message.timestamp ?? Math.floor(Date.now() / 1_000));
  const nonce = message.nonce ?? randomBytes(16).toString('hex');
  return {
    'Wechatpay-Timestamp': timestamp,
    'Wechatpay-Nonce': nonce,
    'Wechatpay-Serial': message.serial,
    'Wechatpay-Signature': message.probe
      ? createProbeSignature()
      : createSign('RSA-SHA256')
          .update(`${timestamp}\n${nonce}\n${message.body}\n`)
          .sign(message.privateKey, 'base64'),
    'Wechatpay-Signature-Type': 'WECHATPAY2-SHA256-RSA2048',
  };
}

/** What every probe signature (签名探测流量) begins with. */
export const probePrefix = 'WECHATPAY/SIGNTEST/';

/**
 * 355 characters, as the real one in https://github.com/wechatpay-apiv3/wechatpay-java/issues/319: no strict
 * base64 decoder takes it, so a receiver whose decoder throws is found out.
 */
function createProbeSignature(): string {
  return probePrefix + randomBytes(250).toString('base64');
}

import { createSign, type KeyObject, randomBytes } from 'node:crypto';

/**
 * `probe`: a signature that says that it is none, as WeChat Pay sends to see whether receivers check. `wrong`: of the
 * usual form, under the right key, of another body.
 */
export type Seal = 'genuine' | 'probe' | 'wrong';

export interface MessageToSign {
  readonly privateKey: KeyObject;
  /** What stands in Wechatpay-Serial. */
  readonly serial: string;
  /** Exactly the bytes that are sent; empty for an answer 204. */
  readonly body: string;
  /** Unix seconds; default the wall clock. */
  readonly timestamp?: number | undefined;
  readonly nonce?: string | undefined;
  /** Default genuine. */
  readonly seal?: Seal | undefined;
}

/**
 * The Wechatpay-* headers of a notification or an answer: RSA-SHA256 over timestamp, nonce and body, each
 * ended by a line feed. https://pay.weixin.qq.com/doc/v3/merchant/4013053420
 */
export function createSignatureHeaders(message: MessageToSign): Record<string, string> {
  const timestamp = String(message.timestamp ?? Math.floor(Date.now() / 1_000));
  const nonce = message.nonce ?? randomBytes(16).toString('hex');
  const { seal, privateKey, body } = message;
  const signed = `${timestamp}\n${nonce}\n${seal === 'wrong' ? `${body} ` : body}\n`;
  return {
    'Wechatpay-Timestamp': timestamp,
    'Wechatpay-Nonce': nonce,
    'Wechatpay-Serial': message.serial,
    'Wechatpay-Signature':
      seal === 'probe'
        ? createProbeSignature()
        : createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64'),
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

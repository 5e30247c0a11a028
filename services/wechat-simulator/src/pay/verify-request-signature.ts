import { createVerify } from 'node:crypto';
import type { KnownMerchant, Merchants } from './merchants.ts';
import { PayRefusal } from './refusal.ts';

/** A request as it came over the wire. */
export interface RawRequest {
  readonly method: string;
  /** Path with query, exactly as sent: escapes are not undone, for that is what was signed. */
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: Buffer;
}

const scheme = 'WECHATPAY2-SHA256-RSA2048 ';
/** How far Authorization.timestamp may be from our clock. */
const toleranceSeconds = 300;

/**
 * The merchant that signed the request; throws 401 SIGN_ERROR where the header, the serial, the time or the
 * signature is wrong. https://pay.weixin.qq.com/doc/v3/merchant/4012365336
 */
export function verifyRequestSignature(
  request: RawRequest,
  merchants: Merchants,
  nowMs: number,
): KnownMerchant {
  const fields = parseAuthorization(request.authorization);
  const merchant = merchants.get(fields.mchid);
  if (merchant === undefined) throw signError('mchid', '商户号不存在');
  if (fields.serial_no.toUpperCase() !== merchant.merchantSerialNo.toUpperCase()) {
    throw signError('serial_no', '商户证书序列号有误。请使用签名私钥匹配的证书序列号');
  }
  if (Math.abs(nowMs / 1_000 - Number(fields.timestamp)) > toleranceSeconds) {
    throw signError('timestamp', 'Http头Authorization中的timestamp与发起请求的时间不得超过5分钟');
  }
  const head = `${request.method}\n${request.url}\n${fields.timestamp}\n${fields.nonce_str}\n`;
  const isGenuine = createVerify('RSA-SHA256')
    .update(head)
    .update(request.body)
    .update('\n')
    .verify(merchant.publicKey, fields.signature, 'base64');
  if (!isGenuine) {
    throw signError('signature', '错误的签名，验签失败', {
      method: request.method,
      url: request.url,
      truncated_sign_message: head,
      sign_message_length: Buffer.byteLength(head) + request.body.length + 1,
    });
  }
  return merchant;
}

const fieldNames = ['mchid', 'nonce_str', 'timestamp', 'serial_no', 'signature'] as const;

function parseAuthorization(header: string | undefined): Record<(typeof fieldNames)[number], string> {
  if (header === undefined || !header.startsWith(scheme)) {
    throw signError('authorization', 'Http头Authorization认证类型不正确');
  }
  const fields = new Map<string, string>();
  for (const pair of header.slice(scheme.length).split(',')) {
    const [, name, value] = /^\s*([a-z_]+)="([^"]*)"\s*$/.exec(pair) ?? [];
    if (name === undefined || value === undefined || fields.has(name)) throw malformed();
    fields.set(name, value);
  }
  const required = (name: string): string => {
    const value = fields.get(name);
    if (value === undefined || value === '') throw malformed();
    return value;
  };
  if (!/^\d{1,12}$/.test(required('timestamp'))) throw malformed();
  return {
    mchid: required('mchid'),
    nonce_str: required('nonce_str'),
    timestamp: required('timestamp'),
    serial_no: required('serial_no'),
    signature: required('signature'),
  };
}

function malformed(): PayRefusal {
  return signError('authorization', 'Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》');
}

function signError(
  field: string,
  message: string,
  signInformation?: Record<string, string | number>,
): PayRefusal {
  return new PayRefusal(401, 'SIGN_ERROR', message, {
    field,
    location: 'authorization',
    ...(signInformation && { sign_information: signInformation }),
  });
}

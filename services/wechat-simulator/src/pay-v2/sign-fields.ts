import { createHash, createHmac } from 'node:crypto';

export type SignType = 'MD5' | 'HMAC-SHA256';

/**
 * The `sign` of API v2: all values that are not empty but `sign` itself, in the byte order of their names, joined with
 * the key; upper-case hexadecimal. https://pay.weixin.qq.com/wiki/doc/api/jsapi.php?chapter=4_3
 */
export function signFields(
  fields: Readonly<Record<string, string>>,
  apiV2Key: string,
  signType: SignType,
): string {
  const names = Object.keys(fields).filter((name) => name !== 'sign' && fields[name] !== '');
  const message = names
    .sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    .map((name) => `${name}=${fields[name]}&`)
    .join('');
  const hash = signType === 'MD5' ? createHash('md5') : createHmac('sha256', apiV2Key);
  return hash.update(`${message}key=${apiV2Key}`).digest('hex').toUpperCase();
}

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** The fields of a document of API v2, name → text. */
export type V2Fields = ReadonlyMap<string, string>;

export type V2SignType = 'MD5' | 'HMAC-SHA256';
export type V2SignFault = 'sign_missing' | 'sign_malformed' | 'sign_wrong';

/**
 * The text that a sign covers, but for the key behind it: every field that is not empty, whether we know it or not,
 * except `sign`; in the order of the bytes of their names, values raw.
 * https://pay.weixin.qq.com/wiki/doc/api/jsapi.php?chapter=4_3
 */
export function toV2SignedText(fields: V2Fields): string {
  return [...fields]
    .filter(([name, value]) => name !== 'sign' && value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** The sign of a text (toV2SignedText) under an APIv2 key (APIv2密钥): hexadecimal, in capitals. */
export function toV2Sign(text: string, apiV2Key: string, type: V2SignType): string {
  const hash = type === 'MD5' ? createHash('md5') : createHmac('sha256', apiV2Key);
  return hash.update(`${text}&key=${apiV2Key}`).digest('hex').toUpperCase();
}

/**
 * What is wrong with the sign of a document; undefined where one of the keys made it. Throws on no input.
 *
 * Its length tells how it was made, never sign_type: notifications of orders placed with HMAC-SHA256 came without one.
 * https://github.com/binarywang/WxJava/issues/1633
 */
export function findV2SignFault(fields: V2Fields, apiV2Keys: readonly string[]): V2SignFault | undefined {
  const sign = fields.get('sign') ?? '';
  if (sign === '') return 'sign_missing';
  const type = toSignType(sign);
  if (type === undefined) return 'sign_malformed';
  const text = toV2SignedText(fields);
  const given = Buffer.from(sign.toUpperCase(), 'latin1');
  const isSigned = apiV2Keys.some((key) =>
    timingSafeEqual(given, Buffer.from(toV2Sign(text, key, type), 'latin1')),
  );
  return isSigned ? undefined : 'sign_wrong';
}

function toSignType(sign: string): V2SignType | undefined {
  if (/^[0-9A-Fa-f]{32}$/.test(sign)) return 'MD5';
  return /^[0-9A-Fa-f]{64}$/.test(sign) ? 'HMAC-SHA256' : undefined;
}

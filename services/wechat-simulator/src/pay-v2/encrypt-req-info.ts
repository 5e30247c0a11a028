import { createCipheriv, createHash } from 'node:crypto';

/**
 * `req_info` of a refund notification of API v2: AES-256-ECB, whose key is the lower-case hexadecimal MD5 of the
 * merchant's key, in base64. https://pay.weixin.qq.com/wiki/doc/api/jsapi.php?chapter=9_16
 */
export function encryptReqInfo(plaintext: string, apiV2Key: string): string {
  const key = createHash('md5').update(apiV2Key).digest('hex');
  const cipher = createCipheriv('aes-256-ecb', Buffer.from(key), null);
  return Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]).toString('base64');
}

import { constants, publicEncrypt } from 'node:crypto';
import type { PlatformKey } from './platform-keys.ts';

/**
 * Encrypts a field that only WeChat Pay may read (敏感信息加密): RSAES-OAEP with SHA-1, in base64. The request has to name
 * the key in Wechatpay-Serial. https://pay.weixin.qq.com/doc/v3/merchant/4013053257
 */
export function encryptSensitive({ key }: PlatformKey, text: string): string {
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return publicEncrypt({ key, padding, oaepHash: 'sha1' }, Buffer.from(text, 'utf8')).toString('base64');
}

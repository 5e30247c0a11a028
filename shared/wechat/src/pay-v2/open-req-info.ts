import { createDecipheriv, createHash } from 'node:crypto';
import { toFlatFields } from '../xml/flat-fields.ts';
import { parseXml } from '../xml/parse-xml.ts';
import type { V2Fields } from './v2-sign.ts';

const blockBytes = 16;

/** The key of req_info: the MD5 of the APIv2 key in small hexadecimal letters, of which the 32 characters count. */
export function toReqInfoKey(apiV2Key: string): Buffer {
  return Buffer.from(createHash('md5').update(apiV2Key).digest('hex'), 'latin1');
}

export type OpenedReqInfo =
  | { readonly opened: true; readonly fields: V2Fields }
  /** `req_info_malformed`: no key could open it. `req_info_of_another_key`: perhaps another key could. */
  | { readonly opened: false; readonly reason: 'req_info_malformed' | 'req_info_of_another_key' };

/**
 * Opens what a refund notification says (加密信息) with the first of the keys that gives a flat document: AES-256-ECB,
 * of which nothing tells that the bytes are as WeChat Pay made them. Throws on no input.
 * https://pay.weixin.qq.com/doc/v2/partner/4011989265
 */
export function openReqInfo(reqInfo: string, keys: readonly Buffer[]): OpenedReqInfo {
  const ciphertext = toCiphertext(reqInfo);
  if (ciphertext === undefined) return { opened: false, reason: 'req_info_malformed' };
  for (const key of keys) {
    const plaintext = decryptEcb(ciphertext, key);
    const root = plaintext === undefined ? undefined : parseXml(plaintext);
    const fields = root?.name === 'root' ? toFlatFields(root) : undefined;
    if (fields !== undefined) return { opened: true, fields };
  }
  return { opened: false, reason: 'req_info_of_another_key' };
}

/** AES-256-ECB with PKCS#7. Undefined for another key, most of the time: one in 256 pads by chance. */
export function decryptEcb(ciphertext: Buffer, key: Buffer): Buffer | undefined {
  try {
    const decipher = createDecipheriv('aes-256-ecb', key, null);
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** Strict but for line breaks: Buffer.from would skip over what is no base64. */
function toCiphertext(reqInfo: string): Buffer | undefined {
  const text = reqInfo.replaceAll(/[ \t\r\n]/g, '');
  const bytes = Buffer.from(text, 'base64');
  const isWhole = bytes.length > 0 && bytes.length % blockBytes === 0;
  return isWhole && bytes.toString('base64') === text ? bytes : undefined;
}

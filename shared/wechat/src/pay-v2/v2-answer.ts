import { writeXml } from '../xml/write-xml.ts';

/**
 * What API v2 wants to read, to the character: an answer with anything around it or between its tags brings the
 * notification back. https://pay.weixin.qq.com/wiki/doc/api/jsapi.php?chapter=9_7
 */
export const v2Acknowledgement = writeXml('xml', { return_code: 'SUCCESS', return_msg: 'OK' });

/** The answer that brings the notification back. `message` goes to whoever sent it, so it tells nothing of use. */
export function toV2Failure(message: string): string {
  return writeXml('xml', { return_code: 'FAIL', return_msg: message });
}

import { createHash } from 'node:crypto';

/**
 * `signature`, and with the encrypted message as fourth part `msg_signature`: SHA-1 over the parts in the order of their
 * code units. https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html
 */
export function signPush(...parts: readonly string[]): string {
  return createHash('sha1')
    .update([...parts].sort().join(''))
    .digest('hex');
}

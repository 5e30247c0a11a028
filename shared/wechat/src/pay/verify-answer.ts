import type { HttpAnswer } from '../http/send-http-request.ts';
import type { PlatformKeys } from './platform-keys.ts';
import { type Verification, verifyNotification } from './verify-notification.ts';

/**
 * Whether WeChat Pay signed this answer: the same headers and the same rule as for a notification.
 * Repeated headers have been joined by a comma, which counts as repeated.
 */
export function verifyAnswer(answer: HttpAnswer, keys: PlatformKeys, now: Date): Verification {
  const headers = Object.fromEntries([...answer.headers].map(([name, value]) => [name, [value]]));
  return verifyNotification({ headers, body: answer.body }, keys, now);
}

/** Whether an answer claims to be signed at all. */
export function isSignedAnswer(answer: HttpAnswer): boolean {
  return answer.headers.has('wechatpay-signature') || answer.headers.has('wechatpay-serial');
}

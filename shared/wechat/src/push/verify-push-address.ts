import { parsePushQuery } from './push-query.ts';
import { findSigningToken } from './push-signature.ts';
import type { ReceivingApp } from './receiving-app.ts';

/** For logs and metrics. The answer to each is one and the same. */
export type AddressNotAuthenticReason = 'query_malformed' | 'parameter_missing' | 'signature_mismatch';

/** What became of the check of an address. */
export type AddressVerification =
  /** Answer 200 with exactly this text as text/plain: no quotes, no line break, no byte order mark. */
  | { readonly kind: 'verified'; readonly echostr: string }
  | { readonly kind: 'not-authentic'; readonly reason: AddressNotAuthenticReason };

/**
 * The GET that WeChat makes each time the settings of the message push (消息推送) are saved. `rawQuery` is what stands
 * behind the path, as it came. Pure; throws on no input. It is not bound to a time: it changes nothing here.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html
 */
export function verifyPushAddress(rawQuery: string, app: ReceivingApp): AddressVerification {
  const query = parsePushQuery(rawQuery);
  if (query === undefined) return { kind: 'not-authentic', reason: 'query_malformed' };
  const [signature, timestamp, nonce, echostr] = ['signature', 'timestamp', 'nonce', 'echostr'].map((name) =>
    query.get(name),
  );
  if (!signature || !timestamp || !nonce || !echostr) {
    return { kind: 'not-authentic', reason: 'parameter_missing' };
  }
  return findSigningToken(app.tokens, [timestamp, nonce], signature) === undefined
    ? { kind: 'not-authentic', reason: 'signature_mismatch' }
    : { kind: 'verified', echostr };
}

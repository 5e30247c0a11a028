import { type PushNotAuthenticReason, type ReceivingApp, receivePush } from '@huidiao/wechat';

/** Those that no body has a part in. */
const reasonsOfQuery: ReadonlySet<PushNotAuthenticReason> = new Set([
  'query_malformed',
  'parameter_missing',
  'timestamp_malformed',
  'timestamp_out_of_window',
  'encrypt_type_unsupported',
  'signature_mismatch',
] as const);

/** The least body of each of the two ways to be signed. */
const plainBody = Buffer.alloc(0);
const encryptedBody = Buffer.from('{"Encrypt":""}');

/**
 * Why a push is refused whatever its body says, judged by the same code that judges it with its body; undefined where
 * the body decides, as it does wherever the query says that the signature is over what is encrypted. Of a push whose
 * plain and encrypted form are refused for different reasons it is the one of the plain form. Throws on no input.
 */
export function judgePushQuery(
  rawQuery: string,
  app: ReceivingApp,
  now: Date,
): PushNotAuthenticReason | undefined {
  const judge = (body: Buffer): PushNotAuthenticReason | undefined => {
    const outcome = receivePush({ rawQuery, body }, app, now);
    return outcome.kind === 'not-authentic' && reasonsOfQuery.has(outcome.reason)
      ? outcome.reason
      : undefined;
  };
  return judge(encryptedBody) && judge(plainBody);
}

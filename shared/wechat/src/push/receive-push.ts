import { createHash } from 'node:crypto';
import type { GenuineCallback } from '../genuine-callback.ts';
import { openPush } from './push-cipher.ts';
import { type PushDocument, parsePushDocument } from './push-document.ts';
import { type PushQuery, parsePushQuery } from './push-query.ts';
import type { PushQuestion } from './push-question.ts';
import { findSigningToken } from './push-signature.ts';
import type { ReceivingApp } from './receiving-app.ts';
import { tellPush } from './tell-push.ts';
import type { PushChannel } from './to-push-reply.ts';

/** For logs and metrics. The answer to each is one and the same. */
export type PushNotAuthenticReason =
  /** A name twice or in brackets, too long, or no percent-encoding. */
  | 'query_malformed'
  | 'parameter_missing'
  | 'timestamp_malformed'
  | 'timestamp_out_of_window'
  | 'encrypt_type_unsupported'
  /** Neither JSON nor XML, where only an encrypted body is taken. */
  | 'body_unreadable'
  /** No Encrypt, although the app has an EncodingAESKey or the query says aes. */
  | 'not_encrypted'
  | 'signature_mismatch'
  | 'msg_signature_mismatch'
  | 'encrypt_malformed'
  | 'frame_malformed'
  | 'another_app';

/** Our configuration is at fault: no EncodingAESKey(消息加密密钥), or a wrong one. */
export type PushNotOpenableReason = 'key_missing' | 'key_does_not_open';

/** What became of a push; each arm says how it is to be answered. */
export type PushOutcome =
  /** Refuse it, and let the answer say nothing. */
  | { readonly kind: 'not-authentic'; readonly reason: PushNotAuthenticReason }
  /** Made with our Token, but not to be opened: answer 500 and raise an alarm. */
  | {
      readonly kind: 'not-openable';
      readonly reason: PushNotOpenableReason;
      readonly notificationId: string;
      readonly eventType: string;
    }
  /** Answer 200 once it is durable: by the question where there is one, else `success`. See toPushReply. */
  | {
      readonly kind: 'genuine';
      readonly callback: GenuineCallback;
      readonly channel: PushChannel;
      /** Where `success` is not answer enough. */
      readonly question?: PushQuestion;
    };

/**
 * How old and how early a push may be by its timestamp. WeChat documents no limit, nor whether a re-send has a new
 * timestamp, and re-sends for up to 22 hours: a day back loses none of them even if it has not. What is repeated
 * within the day is the same fact under the same key. Ahead there is only what clocks differ by.
 */
const oldestMs = 24 * 60 * 60_000;
const earliestMs = 10 * 60_000;

/**
 * The way of a push (POST) once its body is read: verify, open, tell what it says. `rawQuery` is what stands behind
 * the path. Mode and format are those of the body, never of a header or a setting, for a change in the console acts
 * at once. Pure, and throws on no input. Calls of cloud functions (云函数) and cloud hosting (云托管) are not signed and
 * not taken. https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html
 */
export function receivePush(
  request: { readonly rawQuery: string; readonly body: Buffer },
  app: ReceivingApp,
  now: Date,
): PushOutcome {
  const query = parsePushQuery(request.rawQuery);
  if (query === undefined) return refuse('query_malformed');
  const timestamp = query.get('timestamp');
  const nonce = query.get('nonce');
  if (!timestamp || !nonce) return refuse('parameter_missing');
  // Of ten digits: the hash runs over parts without a seam between them, so their lengths must not be free.
  if (!/^[0-9]{10}$/.test(timestamp)) return refuse('timestamp_malformed');
  const ageMs = now.getTime() - Number(timestamp) * 1_000;
  if (ageMs > oldestMs || ageMs < -earliestMs) return refuse('timestamp_out_of_window');
  const push: SignedPush = { query, timestamp, nonce, body: request.body };
  const document = parsePushDocument(push.body);
  return document !== undefined && Object.hasOwn(document.root, 'Encrypt')
    ? receiveEncrypted(push, document, app)
    : receivePlain(push, document, app);
}

interface SignedPush {
  readonly query: PushQuery;
  readonly timestamp: string;
  readonly nonce: string;
  readonly body: Buffer;
}

/** Compatible and safe mode: the plain fields of compatible mode are signed by nobody, and not looked at. */
function receiveEncrypted(push: SignedPush, { root, format }: PushDocument, app: ReceivingApp): PushOutcome {
  if ((push.query.get('encrypt_type') ?? 'aes') !== 'aes') return refuse('encrypt_type_unsupported');
  const signature = push.query.get('msg_signature');
  if (!signature) return refuse('parameter_missing');
  const encrypt = root.Encrypt;
  if (typeof encrypt !== 'string') return refuse('encrypt_malformed');
  const tokenIndex = findSigningToken(app.tokens, [push.timestamp, push.nonce, encrypt], signature);
  if (tokenIndex === undefined) return refuse('msg_signature_mismatch');
  if (app.aesKeys.length === 0) return notOpenable('key_missing', push);
  const opened = openPush(encrypt, app.appId, app.aesKeys);
  if (!opened.opened) {
    const { reason } = opened;
    return reason === 'key_does_not_open' ? notOpenable(reason, push) : refuse(reason);
  }
  const { aesKeyIndex } = opened;
  const channel: PushChannel = { format, encrypted: true, nonce: push.nonce, tokenIndex, aesKeyIndex };
  return toGenuine(tellPush(opened.message, app.appId), channel, app);
}

/** Plaintext mode, for an app without a key only: `signature` does not cover the body. */
function receivePlain(push: SignedPush, document: PushDocument | undefined, app: ReceivingApp): PushOutcome {
  if (app.aesKeys.length > 0) return refuse(document === undefined ? 'body_unreadable' : 'not_encrypted');
  const encryptType = push.query.get('encrypt_type') ?? 'raw';
  if (encryptType !== 'raw') {
    return refuse(encryptType === 'aes' ? 'not_encrypted' : 'encrypt_type_unsupported');
  }
  const signature = push.query.get('signature');
  if (!signature) return refuse('parameter_missing');
  const tokenIndex = findSigningToken(app.tokens, [push.timestamp, push.nonce], signature);
  if (tokenIndex === undefined) return refuse('signature_mismatch');
  const told = tellPush(push.body, app.appId);
  // Nothing else here says for which app it is: one Token may serve several.
  const isForAnother = told.toUserName !== app.originalId;
  if (app.originalId !== undefined && told.toUserName !== undefined && isForAnother) {
    return refuse('another_app');
  }
  const format = document?.format ?? 'json';
  return toGenuine(told, { format, encrypted: false, nonce: push.nonce, tokenIndex, aesKeyIndex: 0 }, app);
}

function toGenuine(
  { callback, question }: ReturnType<typeof tellPush>,
  channel: PushChannel,
  app: ReceivingApp,
): PushOutcome {
  const isAsked = question?.kind !== 'customer_service' || app.transfersCustomerService;
  return { kind: 'genuine', callback, channel, ...(question !== undefined && isAsked ? { question } : {}) };
}

function refuse(reason: PushNotAuthenticReason): PushOutcome {
  return { kind: 'not-authentic', reason };
}

function notOpenable(reason: PushNotOpenableReason, { body }: SignedPush): PushOutcome {
  const notificationId = createHash('sha256').update(body).digest('hex');
  return { kind: 'not-openable', reason, notificationId, eventType: 'unreadable' };
}

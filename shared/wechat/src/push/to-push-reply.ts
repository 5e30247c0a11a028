import { sealPush } from './push-cipher.ts';
import { signPush } from './push-signature.ts';
import type { ReceivingApp } from './receiving-app.ts';
import { writeReplyXml } from './write-reply-xml.ts';

/** How a push came, and so how its answer must go. It holds no secret. */
export interface PushChannel {
  readonly format: 'json' | 'xml';
  readonly encrypted: boolean;
  /** Of the request; WeChat wants it back. */
  readonly nonce: string;
  /**
   * Which Token and which key of the app the push was made with: while they are changed, WeChat takes only answers
   * made with the same ones.
   */
  readonly tokenIndex: number;
  readonly aesKeyIndex: number;
}

/** Fields of an answer in WeChat's own names and order. */
export interface PushReplyFields {
  readonly [name: string]: string | number | PushReplyFields;
}

/** `success`: taken, nothing more to say. It is never encrypted, and no JSON text: quotes would make it illegal. */
export type PushReply = 'success' | { readonly fields: PushReplyFields };

/** Ready to be sent. */
export interface WrittenPushReply {
  readonly contentType: string;
  readonly body: Buffer;
}

/**
 * The answer to a genuine push, to be sent with status 200: any other is a failure to WeChat, 201 too.
 * `random16` only reproduces published samples.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html
 */
export function toPushReply(
  app: ReceivingApp,
  channel: PushChannel,
  reply: PushReply,
  now: Date,
  random16?: string,
): WrittenPushReply {
  if (reply === 'success') {
    return { contentType: 'text/plain; charset=utf-8', body: Buffer.from(reply, 'utf8') };
  }
  const plain = channel.format === 'json' ? JSON.stringify(reply.fields) : writeReplyXml(reply.fields);
  return toWritten(channel, channel.encrypted ? sealReply(app, channel, plain, now, random16) : plain);
}

function toWritten(channel: PushChannel, text: string): WrittenPushReply {
  const contentType = channel.format === 'json' ? 'application/json' : 'text/xml';
  return { contentType: `${contentType}; charset=utf-8`, body: Buffer.from(text, 'utf8') };
}

/** Encrypted, and signed anew with the time of the answer. Throws on the channel of another app. */
export function sealReply(
  app: ReceivingApp,
  channel: PushChannel,
  plain: string,
  now: Date,
  random16?: string,
): string {
  const { tokens, aesKeys, appId } = app;
  const token = tokens[channel.tokenIndex];
  const aesKey = aesKeys[channel.aesKeyIndex];
  if (token === undefined || aesKey === undefined) throw new RangeError('the channel is of another app');
  const Encrypt = sealPush(plain, appId, aesKey, random16);
  const TimeStamp = Math.floor(now.getTime() / 1_000);
  const MsgSignature = signPush(token, String(TimeStamp), channel.nonce, Encrypt);
  const sealed = { Encrypt, MsgSignature, TimeStamp, Nonce: channel.nonce };
  return channel.format === 'json' ? JSON.stringify(sealed) : writeReplyXml(sealed, '\n');
}

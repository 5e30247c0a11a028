import { randomBytes } from 'node:crypto';
import type { WireMessage } from '../delivery/post-message.ts';
import { createRandom, type Random } from '../random.ts';
import { compactStyle, type JsonObject, type JsonStyle, writeJson } from '../write-json.ts';
import { compactXmlStyle, writeXml, type XmlStyle } from '../write-xml.ts';
import { encryptFrame, padMessage, toAesKey, toFrame } from './encrypt-message.ts';
import type { PushFormat } from './push-content.ts';
import { type PushTamper, tamperWithPush } from './push-tamper.ts';
import { signPush } from './sign-push.ts';

/** 明文, 兼容, 安全. */
export const pushModes = ['plaintext', 'compatible', 'safe'] as const;
export type PushMode = (typeof pushModes)[number];

/** A push before it is encrypted, signed and written. */
export interface PushToBuild {
  readonly appId: string;
  readonly token: string;
  /** 43 characters; needed in every mode but plaintext. */
  readonly encodingAesKey?: string | undefined;
  readonly mode: PushMode;
  readonly format: PushFormat;
  /** What it says, as written in this format. */
  readonly content: JsonObject;
  /** In compatible mode: what the plain members say, where that is not the same. */
  readonly plainContent?: JsonObject | undefined;
  /** Unix seconds. Default: the wall clock. */
  readonly timestamp?: number | undefined;
  readonly nonce?: string | undefined;
  /** How many bytes of padding there are, 1 to 32. Default: as it comes. */
  readonly pad?: number | undefined;
  /** Default: that of the format. It is no reliable guide in practice. */
  readonly contentType?: string | undefined;
  readonly jsonStyle?: JsonStyle | undefined;
  readonly xmlStyle?: XmlStyle | undefined;
  readonly random?: Random | undefined;
  /** What is wrong with it; everything else stays right. */
  readonly tamper?: PushTamper | undefined;
}

/** What goes over the wire: POST this to the address of the app with this query. */
export interface BuiltPush {
  /** Without `?`. */
  readonly query: string;
  readonly nonce: string;
  readonly message: WireMessage;
}

/**
 * Encrypts, signs and writes a push as WeChat does. Pure but for the nonce and the random bytes of the frame.
 * Throws where the mode wants a key that is not given.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html
 */
export function buildPush(wanted: PushToBuild): BuiltPush {
  const tamper = tamperWithPush(wanted.tamper);
  const mode = wanted.tamper === 'downgrade' ? 'plaintext' : wanted.mode;
  const nonce = wanted.nonce ?? randomBytes(5).readUIntBE(0, 5).toString();
  const timestamp = String(tamper.timestamp(wanted.timestamp ?? Math.floor(Date.now() / 1_000)));
  const token = tamper.token(wanted.token);
  const text = write(wanted, wanted.content);
  const message = tamper.message(
    wanted.pad === undefined ? text : padMessage(text, wanted.appId, wanted.pad),
  );
  const plain = [
    ['signature', signPush(token, timestamp, nonce)],
    ['timestamp', timestamp],
    ['nonce', nonce],
    ['openid', toOpenId(wanted.content)],
  ] as const;
  if (mode === 'plaintext') return toPush(wanted, nonce, tamper.draft({ query: plain, body: message }));

  const encrypted = tamper.encrypted(encrypt(wanted, message));
  const query = [
    ...plain,
    ['encrypt_type', 'aes'],
    ['msg_signature', signPush(token, timestamp, nonce, encrypted)],
  ] as const;
  const outside =
    mode === 'safe' ? { ToUserName: wanted.content.ToUserName } : (wanted.plainContent ?? wanted.content);
  const body = write(wanted, { ...outside, Encrypt: tamper.sentEncrypted(encrypted) });
  return toPush(wanted, nonce, tamper.draft({ query, body }));
}

function encrypt(wanted: PushToBuild, message: string): string {
  if (wanted.encodingAesKey === undefined) throw new Error(`${wanted.mode} mode needs an EncodingAESKey`);
  const tamper = tamperWithPush(wanted.tamper);
  const frame = toFrame(message, tamper.appId(wanted.appId), tamper.frame);
  return encryptFrame(frame, tamper.aesKey(toAesKey(wanted.encodingAesKey)));
}

function write({ format, jsonStyle, xmlStyle, random }: PushToBuild, content: JsonObject): string {
  const chance = random ?? createRandom(1);
  if (format === 'json') return writeJson(content, jsonStyle ?? compactStyle, chance);
  return writeXml('xml', content, xmlStyle ?? compactXmlStyle, chance);
}

function toPush(
  { format, contentType }: PushToBuild,
  nonce: string,
  { query, body }: { query: readonly (readonly [string, string])[]; body: string },
): BuiltPush {
  const type = contentType ?? (format === 'json' ? 'application/json' : 'text/xml');
  const headers = { 'Content-Type': type, 'User-Agent': 'Mozilla/4.0' };
  const written = query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  return { query: written, nonce, message: { headers, body } };
}

function toOpenId({ FromUserName }: JsonObject): string {
  return typeof FromUserName === 'string' ? FromUserName : '';
}

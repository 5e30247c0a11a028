import { randomBytes } from 'node:crypto';
import {
  buildPush,
  encryptFrame,
  type JsonObject,
  type PushFormat,
  type PushMode,
  type PushSpec,
  pushEvents,
  pushModes,
  signPush,
  toAesKey,
  toPushContent,
} from '@huidiao/wechat-simulator';
import { appIds, encodingAesKey, nowSeconds, token } from './installation.fixture.test.ts';
import { about } from './pay-v3-messages.fixture.test.ts';
import type { WireRequest } from './wire.fixture.test.ts';

/** A push in its parts, with which it can be put together anew. */
export interface PushMessage {
  readonly format: PushFormat;
  readonly mode: PushMode;
  readonly appId: string;
  readonly content: JsonObject;
  /** Behind the path, in its order. */
  readonly query: readonly QueryPair[];
  /** Valid as it stands. */
  readonly request: WireRequest;
}

export type QueryPair = readonly [name: string, value: string];

const nonce = '415670741';
const path = (appId: string) => `/callbacks/mini-program/${appId}`;

/** One of every event, in each format and mode, by what they are. */
export const pushMessages: ReadonlyMap<string, PushMessage> = new Map(
  pushEvents.flatMap((spec) =>
    (['json', 'xml'] as const).flatMap((format) =>
      pushModes.map((mode) => [`${spec.name} ${format} ${mode}`, toMessage(spec, format, mode)] as const),
    ),
  ),
);
export const plainPushes = [...pushMessages].flatMap(([name, { mode }]) =>
  mode === 'plaintext' ? [name] : [],
);
export const encryptedPushes = [...pushMessages.keys()].filter((name) => !plainPushes.includes(name));

function toMessage(spec: PushSpec, format: PushFormat, mode: PushMode): PushMessage {
  const appId = mode === 'plaintext' ? appIds.plain : appIds.own;
  const content = toPushContent(spec, { ...about, appId }, { format, listShape: 'natural' });
  const { query, message } = buildPush({
    appId,
    token,
    encodingAesKey,
    mode,
    format,
    content,
    timestamp: nowSeconds,
    nonce,
  });
  const headers = Object.entries(message.headers).map(([name, value]) => [name, String(value)] as const);
  return {
    format,
    mode,
    appId,
    content,
    query: [...new URLSearchParams(query)],
    request: {
      method: 'POST',
      target: `${path(appId)}?${query}`,
      headers,
      body: Buffer.from(message.body),
    },
  };
}

export function findPush(name: string): PushMessage {
  const found = pushMessages.get(name);
  if (found === undefined) throw new Error(`no push is called ${name}`);
  return found;
}

export function withQuery(request: WireRequest, query: readonly QueryPair[]): WireRequest {
  const [address] = request.target.split('?');
  const written = query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return { ...request, target: `${address}?${written.join('&')}` };
}

/** How a push is signed; what is left out is as WeChat does it. */
export interface PushSigning {
  readonly token?: string;
  readonly timestamp?: string;
  readonly nonce?: string;
}

/** The query of a push that holds this ciphertext, or none. */
export function toQuery(encrypted: string | undefined, signing: PushSigning = {}): readonly QueryPair[] {
  const { timestamp = String(nowSeconds), nonce: random = nonce, token: secret = token } = signing;
  const plain: readonly QueryPair[] = [
    ['signature', signPush(secret, timestamp, random)],
    ['timestamp', timestamp],
    ['nonce', random],
  ];
  if (encrypted === undefined) return plain;
  const signature = signPush(secret, timestamp, random, encrypted);
  return [...plain, ['encrypt_type', 'aes'], ['msg_signature', signature]];
}

/** A document around a ciphertext, in the format of the push. */
export function toEnvelope({ content }: PushMessage, format: PushFormat, encrypted: string): string {
  const to = String(content.ToUserName);
  return format === 'json'
    ? JSON.stringify({ ToUserName: to, Encrypt: encrypted })
    : `<xml><ToUserName><![CDATA[${to}]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`;
}

/** The same push with this ciphertext, signed as WeChat signs. */
export function signAnew(message: PushMessage, encrypted: string, signing?: PushSigning): WireRequest {
  const body = Buffer.from(toEnvelope(message, message.format, encrypted));
  return { ...withQuery(message.request, toQuery(encrypted, signing)), body };
}

/** How a frame is made; what is left out is as WeChat does it. */
export interface Framing {
  readonly encodingAesKey?: string;
  readonly appId?: string;
  /** What the frame says of the message's length. */
  readonly length?: number;
  /** All that stands behind the frame, by how much would fill its last block of 32 bytes. */
  readonly pad?: (missing: number) => Buffer;
}

export function toEncrypted(content: Buffer, framing: Framing = {}): string {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(framing.length ?? content.length);
  const appId = Buffer.from(framing.appId ?? appIds.own);
  const frame = Buffer.concat([randomBytes(16), length, content, appId]);
  const missing = 32 - (frame.length % 32);
  const pad = framing.pad?.(missing) ?? Buffer.alloc(missing, missing);
  return encryptFrame(Buffer.concat([frame, pad]), toAesKey(framing.encodingAesKey ?? encodingAesKey));
}

/** The same push saying this: encrypted and signed where its mode is so. */
export function sayAnew(message: PushMessage, content: Buffer, framing?: Framing): WireRequest {
  return message.mode === 'plaintext'
    ? { ...message.request, body: content }
    : signAnew(message, toEncrypted(content, framing));
}

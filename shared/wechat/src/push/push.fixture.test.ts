import { createCipheriv, createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { App } from '@huidiao/contracts';
import { plainApp } from '@huidiao/testing';
import { expect } from 'chai';
import { type PushOutcome, receivePush } from './receive-push.ts';
import { createReceivingApp, type ReceivingApp } from './receiving-app.ts';

const folder = new URL('../../test/vectors/mini-program/', import.meta.url);

/** A JSON vector in the shape that the caller knows it has. */
export function pushVector<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));
}

export const token = 'AAAAA';
export const encodingAesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
export const appId = 'wx8888888888888888';
export const originalId = 'gh_123456789abc';
/** The moment at which test pushes are made. */
export const now = new Date('2026-11-22T02:00:00.000Z');
const nowSeconds = Math.floor(now.getTime() / 1_000);

/** An app in safe mode, unless told otherwise. */
export function toApp(facts: Partial<App> = {}, tokens = [token], keys = [encodingAesKey]): ReceivingApp {
  const app = createReceivingApp({
    appId,
    appSecret: '0c6f1b6f7a0d4e0b9a3e5d2c1b0a9f8e',
    ...plainApp,
    push: { tokens, encodingAesKeys: keys },
    miniprogramState: 'trial',
    lang: 'zh_CN',
    templates: { orderPaid: undefined },
    ...facts,
  });
  if (app === undefined) throw new Error('the app has no Token');
  return app;
}

export function toPlaintextApp(facts: Partial<App> = {}): ReceivingApp {
  return toApp(facts, [token], []);
}

export interface SignedRequest {
  readonly rawQuery: string;
  readonly body: Buffer;
}

interface Making {
  readonly token?: string;
  readonly timestamp?: string;
  readonly nonce?: string;
  readonly query?: Readonly<Record<string, string>>;
}

/** As WeChat signs, written anew here: what is tested must not make its own tests. */
export function sha1OfSorted(...parts: readonly string[]): string {
  const joined = [...parts].sort((a, b) => (a < b ? -1 : Number(a > b))).join('');
  return createHash('sha1').update(joined).digest('hex');
}

function toQuery(signed: { signature: string; msg_signature?: string }, making: Making): string {
  const { timestamp = String(nowSeconds), nonce = '415670741' } = making;
  return new URLSearchParams({ ...signed, timestamp, nonce, ...making.query }).toString();
}

function sign(making: Making, ...encrypt: readonly string[]): string {
  const { timestamp = String(nowSeconds), nonce = '415670741' } = making;
  return sha1OfSorted(making.token ?? token, timestamp, nonce, ...encrypt);
}

/** A push in plaintext mode. */
export function toPlainRequest(body: string, making: Making = {}): SignedRequest {
  return { rawQuery: toQuery({ signature: sign(making) }, making), body: Buffer.from(body) };
}

/** A push in safe mode; `plain` adds the fields of compatible mode. */
export function toSafeRequest(
  body: string,
  making: Making & { readonly plain?: string; readonly frame?: Framing } = {},
): SignedRequest {
  return toEncryptedRequest(sealFrame(body, making.frame), body.trimStart().startsWith('<'), making);
}

export function toEncryptedRequest(
  encrypt: string,
  isXml: boolean,
  making: Making & { readonly plain?: string } = {},
): SignedRequest {
  const query = { encrypt_type: 'aes', ...making.query };
  const signed = { signature: sign(making), msg_signature: sign(making, encrypt) };
  const { plain = '' } = making;
  const body = isXml
    ? `<xml><ToUserName><![CDATA[${originalId}]]></ToUserName>${plain}<Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`
    : `{"ToUserName":"${originalId}",${plain}"Encrypt":"${encrypt}"}`;
  return { rawQuery: toQuery(signed, { ...making, query }), body: Buffer.from(body) };
}

/** How a frame is made; what is left out is as WeChat does it. */
export interface Framing {
  readonly key?: string;
  readonly appId?: string;
  /** The length that the frame says. */
  readonly length?: number;
  /** All bytes behind the frame. */
  readonly padding?: (rest: number) => Buffer;
}

export function sealFrame(message: string, framing: Framing = {}): string {
  const key = Buffer.from(`${framing.key ?? encodingAesKey}=`, 'base64');
  const text = Buffer.from(message);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(framing.length ?? text.length);
  const frame = Buffer.concat([
    Buffer.from('aaaabbbbccccdddd'),
    length,
    text,
    Buffer.from(framing.appId ?? appId),
  ]);
  const rest = 32 - (frame.length % 32);
  const padded = Buffer.concat([frame, framing.padding?.(rest) ?? Buffer.alloc(rest, rest)]);
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(padded), cipher.final()]).toString('base64');
}

type Told = string | number | { readonly [name: string]: Told } | readonly Told[];

/** The same fields as WeChat writes them in XML: a list is its element several times. */
export function toXmlBody(fields: { readonly [name: string]: Told }): string {
  return `<xml>${toElements(fields)}</xml>`;
}

function toElements(fields: { readonly [name: string]: Told }): string {
  return Object.entries(fields)
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((item) => toElement(name, item)))
    .join('');
}

function toElement(name: string, value: Told): string {
  if (typeof value === 'number') return `<${name}>${value}</${name}>`;
  if (typeof value === 'string') return `<${name}><![CDATA[${value}]]></${name}>`;
  return `<${name}>${toElements(value as { readonly [name: string]: Told })}</${name}>`;
}

/** What a push of one event must become. */
export interface PushCase {
  /** Fields besides ToUserName, FromUserName, CreateTime and MsgType, which may be given too. */
  readonly fields: { readonly Event?: string; readonly [name: string]: Told };
  /** The event without appId and occurredAt. */
  readonly event: { readonly type: string; readonly [name: string]: unknown };
  /** What stands behind app and event in the key; left out where the key is the hash of the body. */
  readonly key?: string;
}

export const fromUser = 'oVneZ57wJnV-ObtCiGv26PRrOz2g';
export const createTime = 1_763_776_800;
const common = {
  ToUserName: originalId,
  FromUserName: fromUser,
  CreateTime: createTime,
  MsgType: 'event',
};

/** The push in both formats and both kinds of mode, each as it was received. */
export function receiveEverywhere(fields: PushCase['fields']): {
  readonly way: string;
  readonly body: string;
  readonly outcome: PushOutcome;
}[] {
  const bodies = [JSON.stringify({ ...common, ...fields }), toXmlBody({ ...common, ...fields })];
  return bodies.flatMap((body) => [
    { way: `plain ${body}`, body, outcome: receivePush(toPlainRequest(body), toPlaintextApp(), now) },
    { way: `safe ${body}`, body, outcome: receivePush(toSafeRequest(body), toApp(), now) },
  ]);
}

export function expectPush({ fields, event, key }: PushCase): void {
  for (const { way, body, outcome } of receiveEverywhere(fields)) {
    if (outcome.kind !== 'genuine') throw new Error(`${outcome.reason}: ${way}`);
    const { callback } = outcome;
    const told = callback.facts[0].event;
    const occurredAt = new Date(Number(fields.CreateTime ?? createTime) * 1_000).toISOString();
    expect(told, way).to.deep.equal({ ...event, appId, occurredAt });
    expect(callback.eventType).to.equal(fields.Event ?? fields.MsgType);
    const name = callback.eventType.toLowerCase();
    const hash = createHash('sha256').update(body).digest('hex');
    expect(callback.callbackKey).to.equal(`push_${appId}_${name}_${withoutOpenIds(key ?? hash)}`);
    expect(callback.facts).to.have.length(1);
    expect(callback.facts[0].callbackKey).to.equal(callback.callbackKey);
  }
}

/** A key stands in logs and job ids, so an openid is not in it: only its hash. */
function withoutOpenIds(key: string): string {
  return key.replaceAll(/\bo[0-9A-Za-z_-]{20,}/g, (openId) =>
    createHash('sha256')
      .update(JSON.stringify([openId]))
      .digest('hex')
      .slice(0, 32),
  );
}

/** The key of the push that these fields make, as JSON in safe mode. */
export function keyOf(fields: PushCase['fields']): string {
  const outcome = receivePush(toSafeRequest(JSON.stringify({ ...common, ...fields })), toApp(), now);
  if (outcome.kind !== 'genuine') throw new Error(outcome.reason);
  return outcome.callback.callbackKey;
}

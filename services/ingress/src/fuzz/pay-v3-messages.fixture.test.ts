import { sign } from 'node:crypto';
import {
  buildSignedNotification,
  createSubject,
  encryptResource,
  type JsonObject,
  type PayEventSpec,
  payEvents,
} from '@huidiao/wechat-simulator';
import {
  apiV3Key,
  appIds,
  mchIds,
  now,
  nowSeconds,
  originalId,
  platform,
} from './installation.fixture.test.ts';
import type { WireRequest } from './wire.fixture.test.ts';

/** A notification of API v3 in its parts, with which it can be put together anew. */
export interface V3Message {
  readonly spec: PayEventSpec;
  /** What the resource says, opened. */
  readonly resource: JsonObject;
  readonly envelope: Envelope;
  /** Valid as it stands. */
  readonly request: WireRequest;
}

export interface Envelope {
  readonly [name: string]: unknown;
  readonly event_type: string;
  readonly resource: {
    readonly [name: string]: unknown;
    readonly ciphertext: string;
    readonly nonce: string;
    readonly associated_data?: string;
    readonly original_type?: string;
  };
}

/** All numbers are fixed, so that a seed gives the same messages again. */
export const about = createSubject({
  mchId: mchIds.own,
  appId: appIds.own,
  openId: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
  originalId,
  subMchId: '1600000001',
  subAppId: 'wx8888888888888888',
  subOpenId: 'oSubF8uMuAJO_M2pxb1Q9zNjWeS6',
  outTradeNo: 'ORDER-20261122-0001',
  transactionId: '4200000000202611220000000001',
  outRefundNo: 'REFUND-20261122-0001',
  refundId: '50300000382026112200000000001',
  refundFen: 880,
  outContractCode: 'CONTRACT-0001',
  contractId: 'Wx15463511252015071056489715',
  templateId: 'VRR0UEO9VJOLs0MHlU0OilqX6MVFDwH3_3gz3Oc0NIc',
  otherTemplateId: '9Aw5ZV1j9xdWTFEkqCpZ7mIBbSC34khK55OtzUPl0rU',
  msgId: 2_305_843_009_213_693_953n,
  number: '20261122000000000001',
  time: '2026-11-22T16:00:00+08:00',
  stamp: '20261122160000',
  unixSeconds: nowSeconds,
});

const path = `/callbacks/wechat-pay/${mchIds.own}`;

/** One of every event type, by its name. */
export const v3Messages: ReadonlyMap<string, V3Message> = new Map(
  payEvents.map((spec) => [spec.name, toMessage(spec)]),
);

function toMessage(spec: PayEventSpec): V3Message {
  const resource = spec.resource(about);
  const { headers, body } = buildSignedNotification({
    key: platform.privateKey,
    serial: platform.id,
    apiV3Key,
    plaintext: resource,
    eventType: spec.eventType,
    originalType: spec.originalType,
    summary: spec.summary,
    id: `${spec.name}-0001`,
    createTime: now.toISOString(),
    timestamp: nowSeconds,
    nonce: 'fbf2d2f4e1fc4a4fb4cd1cb1c4b5b0d4',
  });
  const lines = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  const request = { method: 'POST', target: path, headers: lines, body: Buffer.from(body) };
  return { spec, resource, envelope: JSON.parse(body), request };
}

export function findV3Message(name: string): V3Message {
  const found = v3Messages.get(name);
  if (found === undefined) throw new Error(`no notification is called ${name}`);
  return found;
}

/** The same notification with another body, signed as WeChat Pay signs. */
export function signAnew(
  { request }: V3Message,
  body: Buffer,
  { signer = platform, timestamp = nowSeconds }: { signer?: typeof platform; timestamp?: number } = {},
): WireRequest {
  const nonce = 'c5ac7061fccab6bf3e254dcf98995b8c';
  const signed = Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), body, Buffer.from('\n')]);
  return {
    ...request,
    headers: [
      ['Content-Type', 'application/json'],
      ['Wechatpay-Timestamp', String(timestamp)],
      ['Wechatpay-Nonce', nonce],
      ['Wechatpay-Serial', platform.id],
      ['Wechatpay-Signature', sign('sha256', signed, signer.privateKey).toString('base64')],
    ],
    body,
  };
}

/** The same notification whose resource opens to this text. */
export function sealAnew(message: V3Message, plaintext: string, key: string = apiV3Key): WireRequest {
  const { original_type: originalType = null, associated_data: associatedData = null } =
    message.envelope.resource;
  const resource = encryptResource({ plaintext, apiV3Key: key, originalType, associatedData });
  return signAnew(message, Buffer.from(JSON.stringify({ ...message.envelope, resource })));
}

/** The same notification with another envelope. */
export function wrapAnew(message: V3Message, envelope: unknown): WireRequest {
  return signAnew(message, Buffer.from(JSON.stringify(envelope)));
}

/** A whole number as text is what a parser makes of one beyond 2^53. */
export function toPlaintext({ resource }: V3Message): string {
  return JSON.stringify(resource, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}

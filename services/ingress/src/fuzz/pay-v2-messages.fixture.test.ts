import {
  buildV2Callback,
  encryptReqInfo,
  type SignType,
  signFields,
  type V2Spec,
  v2Events,
} from '@huidiao/wechat-simulator';
import { apiV2Key, mchIds } from './installation.fixture.test.ts';
import { about } from './pay-v3-messages.fixture.test.ts';
import type { WireRequest } from './wire.fixture.test.ts';

export type V2Fields = Readonly<Record<string, string>>;

/** A callback of API v2 in its parts, with which it can be put together anew. */
export interface V2Message {
  readonly signType: SignType;
  /** Without sign and req_info. */
  readonly fields: V2Fields;
  /** What req_info holds: such a callback is encrypted, and not signed. */
  readonly reqInfo: V2Fields | undefined;
  /** Valid as it stands. */
  readonly request: WireRequest;
}

const nonce = '5K8264ILTKCH16CQ2502SI8ZNMTM67VS';

/** One of every callback, the signed ones in each way of signing, by what they are. */
export const v2Messages: ReadonlyMap<string, V2Message> = new Map(v2Events.flatMap(toMessages));
export const signedV2 = [...v2Messages].flatMap(([name, { reqInfo }]) =>
  reqInfo === undefined ? [name] : [],
);
export const encryptedV2 = [...v2Messages.keys()].filter((name) => !signedV2.includes(name));

function toMessages(spec: V2Spec): readonly (readonly [string, V2Message])[] {
  if (spec.reqInfo !== undefined) return [[spec.name, toMessage(spec, 'MD5', false)]];
  const ways = [
    ['MD5', true],
    ['MD5', false],
    ['HMAC-SHA256', true],
    ['HMAC-SHA256', false],
  ] as const;
  return ways.map(([signType, names]) => [
    `${spec.name} ${signType}${names ? '' : ' unnamed'}`,
    toMessage(spec, signType, names),
  ]);
}

function toMessage(spec: V2Spec, signType: SignType, namesSignType: boolean): V2Message {
  const fields = spec.fields(about);
  const reqInfo = spec.reqInfo?.(about);
  const { headers, body } = buildV2Callback({ apiV2Key, fields, reqInfo, signType, namesSignType, nonce });
  const lines = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  const named = namesSignType ? { sign_type: signType } : {};
  return {
    signType,
    fields: { ...fields, nonce_str: nonce, ...named },
    reqInfo,
    request: {
      method: 'POST',
      target: `/callbacks/wechat-pay-v2/${mchIds.own}`,
      headers: lines,
      body: Buffer.from(body),
    },
  };
}

export function findV2Message(name: string): V2Message {
  const found = v2Messages.get(name);
  if (found === undefined) throw new Error(`no callback is called ${name}`);
  return found;
}

/** An element of a document, its content as it stands. */
export function toElement(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

/** A flat document; `]]>` cannot stand in a value. */
export function toDocument(root: string, fields: V2Fields): string {
  const elements = Object.entries(fields).map(([name, value]) => toElement(name, `<![CDATA[${value}]]>`));
  return toElement(root, elements.join(''));
}

export function withBody({ request }: V2Message, body: string): WireRequest {
  return { ...request, body: Buffer.from(body) };
}

/** All fields as they are sent, with the sign or the req_info. */
export function toSent({ fields, reqInfo, signType }: V2Message, key: string = apiV2Key): V2Fields {
  if (reqInfo !== undefined) return { ...fields, req_info: encryptReqInfo(toDocument('root', reqInfo), key) };
  return { ...fields, sign: signFields(fields, key, signType) };
}

/** The same callback with other fields, signed as WeChat Pay signs. */
export function signAnew(message: V2Message, fields: V2Fields): WireRequest {
  return withBody(message, toDocument('xml', toSent({ ...message, fields })));
}

/** The same callback whose req_info opens to this text. */
export function sealAnew(message: V2Message, reqInfo: string, key: string = apiV2Key): WireRequest {
  return withBody(message, toDocument('xml', { ...message.fields, req_info: encryptReqInfo(reqInfo, key) }));
}

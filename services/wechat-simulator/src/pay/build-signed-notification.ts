import { createPrivateKey, type KeyObject, randomUUID } from 'node:crypto';
import type { WireHeaders } from '../delivery/post-message.ts';
import { createRandom, type Random } from '../random.ts';
import { compactStyle, type JsonObject, type JsonStyle, type JsonValue, writeJson } from '../write-json.ts';
import { encryptResource } from './encrypt-resource.ts';
import { createSignatureHeaders } from './sign-message.ts';
import { type Tamper, tamperWith } from './tamper.ts';
import { toWireTime } from './wire-time.ts';

/** A notification (回调通知) before it is encrypted, written and signed. */
export interface NotificationToBuild {
  /** Private key of WeChat Pay: a KeyObject, or PEM. */
  readonly key: KeyObject | string;
  /** What Wechatpay-Serial says. */
  readonly serial: string;
  /** 32 bytes. */
  readonly apiV3Key: string;
  /** What the resource says: text as it is, a value as JSON. */
  readonly plaintext: string | JsonValue;
  /** Default TRANSACTION.SUCCESS, and what belongs to it. */
  readonly eventType?: string | undefined;
  /** Null leaves the field out, as many documents do. */
  readonly originalType?: string | null | undefined;
  readonly summary?: string | undefined;
  /** Envelope id (通知ID), the same for every re-send. Default: a new UUID. */
  readonly id?: string | undefined;
  /** RFC 3339. Default: now. */
  readonly createTime?: string | undefined;
  /** Default: the original type, or empty without one; null leaves the field out. */
  readonly associatedData?: string | null | undefined;
  /** Unix seconds in Wechatpay-Timestamp. Default: the wall clock. */
  readonly timestamp?: number | undefined;
  readonly nonce?: string | undefined;
  /** False leaves Wechatpay-Signature-Type out, which then means RSA. */
  readonly signatureType?: boolean | undefined;
  /** How the JSON of envelope and plaintext is written. Default: compact. */
  readonly style?: JsonStyle | undefined;
  /** Further members of the envelope. */
  readonly extraFields?: JsonObject | undefined;
  /** Chooses the order of shuffled keys. */
  readonly random?: Random | undefined;
  /** What is wrong with it; everything else stays right. */
  readonly tamper?: Tamper | undefined;
}

/** What goes over the wire: POST this body with these headers. */
export interface SignedNotification {
  readonly headers: WireHeaders;
  readonly body: string;
}

/**
 * Encrypts, wraps and signs a notification as WeChat Pay does. Pure but for the fresh nonces and ids.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012791902
 */
export function buildSignedNotification(wanted: NotificationToBuild): SignedNotification {
  const tamper = tamperWith(wanted.tamper);
  const style = wanted.style ?? compactStyle;
  const random = wanted.random ?? createRandom(1);
  const originalType = wanted.originalType === undefined ? 'transaction' : wanted.originalType;
  const plaintext =
    typeof wanted.plaintext === 'string' ? wanted.plaintext : writeJson(wanted.plaintext, style, random);

  const envelope = {
    id: wanted.id ?? randomUUID(),
    create_time: wanted.createTime ?? toWireTime(Date.now()),
    resource_type: 'encrypt-resource',
    event_type: wanted.eventType ?? 'TRANSACTION.SUCCESS',
    summary: wanted.summary ?? '支付成功',
    resource: tamper.resource({
      ...encryptResource({
        plaintext: tamper.plaintext(plaintext),
        apiV3Key: tamper.apiV3Key(wanted.apiV3Key),
        originalType,
        associatedData: wanted.associatedData === undefined ? (originalType ?? '') : wanted.associatedData,
      }),
    }),
    ...wanted.extraFields,
  };
  const body = tamper.envelope(writeJson(envelope, style, random));
  const { 'Wechatpay-Signature-Type': signatureType = '', ...headers } = createSignatureHeaders({
    privateKey: tamper.key(typeof wanted.key === 'string' ? createPrivateKey(wanted.key) : wanted.key),
    serial: tamper.serial(wanted.serial),
    body,
    timestamp: tamper.timestamp(wanted.timestamp ?? Math.floor(Date.now() / 1_000)),
    nonce: wanted.nonce,
    seal: wanted.tamper === 'probe' ? 'probe' : 'genuine',
  });
  const common = { 'Content-Type': 'application/json', 'User-Agent': 'Mozilla/4.0' };
  const named = wanted.signatureType === false ? {} : { 'Wechatpay-Signature-Type': signatureType };
  return { headers: tamper.headers({ ...common, ...headers, ...named }), body: tamper.signedBody(body) };
}

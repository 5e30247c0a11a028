import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { WireHeaders } from '../delivery/post-message.ts';
import type { EncryptedResource } from './encrypt-resource.ts';

/** One step of building a notification each; a tamper replaces one, the others pass things through. */
interface Steps {
  plaintext(plaintext: string): string;
  apiV3Key(key: string): string;
  resource(resource: EncryptedResource): EncryptedResource;
  envelope(body: string): string;
  serial(serial: string): string;
  key(key: KeyObject): KeyObject;
  timestamp(seconds: number): number;
  headers(headers: WireHeaders): WireHeaders;
  /** After it was signed. */
  signedBody(body: string): string;
}

const untouched: Steps = {
  plaintext: (plaintext) => plaintext,
  apiV3Key: (key) => key,
  resource: (resource) => resource,
  envelope: (body) => body,
  serial: (serial) => serial,
  key: (key) => key,
  timestamp: (seconds) => seconds,
  headers: (headers) => headers,
  signedBody: (body) => body,
};

/** Off by more than the five minutes that receivers allow, and never near them: SDKs disagree about 300 s. */
const offBySeconds = 360;

/**
 * Ways in which a notification is wrong, with what is right about it. Receivers refuse the first group as not
 * authentic; the second is signed by WeChat Pay and encrypted under a key that the receiver has not got; the
 * third is authentic and opens, and says something that no schema takes.
 */
const tampers = {
  /** The body is another than the one that was signed. */
  body: { signedBody: (body) => body.replace(/"id":(\s*)"/, '"id":$1"0') },
  /** One character of the signature differs. */
  signature: { headers: (headers) => withHeader(headers, 'Wechatpay-Signature', alterBase64) },
  /** Signed by a key that is nobody's, under a serial that is WeChat Pay's. */
  'signing-key': { key: () => strangerKey() },
  /** A signature probe (签名探测流量). */
  probe: {},
  /** A serial that names no key. */
  serial: { serial: () => '7E57000000000000000000000000000000000001' },
  stale: { timestamp: (seconds) => seconds - offBySeconds },
  future: { timestamp: (seconds) => seconds + offBySeconds },
  'header-missing': { headers: ({ 'Wechatpay-Signature': _, ...others }) => others },
  'header-repeated': {
    headers: (headers) => ({ ...headers, 'Wechatpay-Serial': [text(headers, 'Wechatpay-Serial'), 'x'] }),
  },
  'header-malformed': {
    headers: (headers) => withHeader(headers, 'Wechatpay-Timestamp', (value) => `${value}.5`),
  },
  'signature-type': {
    headers: (headers) => ({ ...headers, 'Wechatpay-Signature-Type': 'WECHATPAY2-SM2-WITH-SM3' }),
  },

  /** Encrypted under an APIv3 key that is not the receiver's. */
  'api-v3-key': { apiV3Key: (key) => [...key].reverse().join('').replace(/^./, '~') },
  /** The ciphertext does not fit its tag, although the envelope around it is signed. */
  ciphertext: { resource: (resource) => ({ ...resource, ciphertext: alterBase64(resource.ciphertext) }) },
  'ciphertext-not-base64': {
    resource: (resource) => ({ ...resource, ciphertext: 'no base64!' }),
  },
  algorithm: { resource: (resource) => ({ ...resource, algorithm: 'AEAD_SM4_GCM' }) },

  'envelope-not-json': { envelope: (body) => body.slice(0, -1) },
  'resource-not-json': { plaintext: (plaintext) => plaintext.slice(0, -1) },
  /** `amount.total` as "100" in place of 100. */
  'amount-as-text': {
    plaintext: (plaintext) => plaintext.replace(/"total":(\s*)(\d+)/, '"total":$1"$2"'),
  },
} as const satisfies Record<string, Partial<Steps>>;

export type Tamper = keyof typeof tampers;

/** All of them, for tests that go through the list. */
export const tamperNames = Object.keys(tampers) as Tamper[];

let stranger: KeyObject | undefined;

/** Made once: it takes a tenth of a second. */
function strangerKey(): KeyObject {
  stranger ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  return stranger;
}

/** The steps of building with one thing wrong, or nothing. */
export function tamperWith(tamper: Tamper | undefined): Steps {
  return tamper === undefined ? untouched : { ...untouched, ...tampers[tamper] };
}

function withHeader(headers: WireHeaders, name: string, change: (value: string) => string): WireHeaders {
  return { ...headers, [name]: change(text(headers, name)) };
}

function text(headers: WireHeaders, name: string): string {
  const value = headers[name];
  if (typeof value !== 'string') throw new Error(`no header ${name} to tamper with`);
  return value;
}

/** Changes the first character, which always carries bits of the first byte. */
function alterBase64(encoded: string): string {
  return (encoded.startsWith('A') ? 'B' : 'A') + encoded.slice(1);
}

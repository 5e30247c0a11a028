import { defaultSignatureType } from './cryptographic-suites.ts';
import type { SignedMessage } from './signed-message.ts';

/** The values that a signature check needs, each of them exactly one header line, well formed and short. */
export interface ReadHeaders {
  readonly complete: true;
  /** Whole seconds since 1970, in digits, as received: these very characters are signed. */
  readonly timestamp: string;
  readonly nonce: string;
  readonly serial: string;
  readonly signature: string;
  /** Names the suite; where there is none, the one that its absence means. */
  readonly signatureType: string;
}

/** One of the headers is not there, there more than once, or of a form that no signature has. */
export interface HeaderFault {
  readonly complete: false;
  readonly reason: 'header_missing' | 'header_repeated' | 'header_malformed';
}

/** No comma anywhere: node:http and fetch join repeated headers by ", ". */
const forms = {
  'wechatpay-timestamp': /^[0-9]{1,11}$/,
  'wechatpay-nonce': /^[\x21-\x2b\x2d-\x7e]{1,128}$/,
  'wechatpay-serial': /^[0-9A-Za-z_-]{1,128}$/,
  // 344 characters with RSA-2048, 355 in a real probe; no key that anyone uses needs more than 2,048.
  'wechatpay-signature': /^[\x21-\x2b\x2d-\x7e]{1,2048}$/,
} as const;
const names = Object.keys(forms) as (keyof typeof forms)[];

const typeName = 'wechatpay-signature-type';

/**
 * Reads the `Wechatpay-*` headers. A header that came twice is refused, for nobody can tell which one counts;
 * so is one joined by a comma.
 */
export function readSignatureHeaders(headers: SignedMessage['headers']): ReadHeaders | HeaderFault {
  if (names.some((name) => (headers[name] ?? []).length === 0)) return fault('header_missing');
  if ([...names, typeName].some((name) => isRepeated(headers[name]))) return fault('header_repeated');
  if (names.some((name) => !forms[name].test(headers[name]?.[0] ?? ''))) return fault('header_malformed');

  const value = (name: keyof typeof forms) => headers[name]?.[0] ?? '';
  return {
    complete: true,
    timestamp: value('wechatpay-timestamp'),
    nonce: value('wechatpay-nonce'),
    serial: value('wechatpay-serial'),
    signature: value('wechatpay-signature'),
    signatureType: headers[typeName]?.[0] ?? defaultSignatureType,
  };
}

function isRepeated(values: readonly string[] | undefined): boolean {
  return values !== undefined && (values.length > 1 || values.some((value) => value.includes(',')));
}

function fault(reason: HeaderFault['reason']): HeaderFault {
  return { complete: false, reason };
}

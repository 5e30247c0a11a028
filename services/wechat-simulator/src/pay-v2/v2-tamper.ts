import { createHash } from 'node:crypto';
import type { JsonObject } from '../write-json.ts';

/** What a callback of API v2 is made of, before it is written. */
export interface V2Draft {
  readonly fields: Readonly<Record<string, string>>;
  /** The plaintext of req_info, as XML. */
  readonly reqInfo: string | undefined;
  readonly apiV2Key: string;
}

/** One step of building each; a tamper replaces one, the others pass things through. */
interface Steps {
  /** Before anything is signed or encrypted. */
  draft(draft: V2Draft): V2Draft;
  /** The members once they are signed and encrypted. */
  members(members: JsonObject): JsonObject;
  body(xml: string): string;
}

const untouched: Steps = {
  draft: (draft) => draft,
  members: (members) => members,
  body: (xml) => xml,
};

/**
 * Ways in which a callback of API v2 is wrong. The first group is of no receiver's merchant, or of nobody who knows the
 * key; the second is no flat XML document.
 */
const tampers = {
  /** The sign differs in one character. */
  sign: { members: (members) => ({ ...members, sign: alter(String(members.sign ?? '')) }) },
  'sign-missing': { members: ({ sign: _, ...others }) => others },
  /** A member is another than the one that was signed. */
  body: { members: (members) => ({ ...members, transaction_id: '4200000000000000000000000000' }) },
  /** Signed and encrypted with a key that is not the merchant's. */
  'wrong-key': { draft: (draft) => ({ ...draft, apiV2Key: toOtherKey(draft.apiV2Key) }) },
  'wrong-mchid': { draft: (draft) => ({ ...draft, fields: { ...draft.fields, mch_id: '1900009999' } }) },
  /** One block of req_info is another; without a tag that shows only in what it opens to, if at all. */
  'req-info': { members: (members) => ({ ...members, req_info: alter(String(members.req_info ?? '')) }) },
  'req-info-not-base64': { members: (members) => ({ ...members, req_info: 'no base64!' }) },
  'req-info-not-xml': { draft: (draft) => ({ ...draft, reqInfo: draft.reqInfo && 'refunded' }) },

  doctype: { body: (xml) => `<!DOCTYPE xml [<!ENTITY x SYSTEM "http://127.0.0.1/x">]>${xml}` },
  entity: {
    body: (xml) => `<!DOCTYPE xml [<!ENTITY x "SUCCESS">]>${xml.replace('</xml>', '<more>&x;</more></xml>')}`,
  },
  nested: { body: (xml) => xml.replace('</xml>', '<more><total_fee>1</total_fee></more></xml>') },
  repeated: { body: (xml) => xml.replace('</xml>', '<mch_id>1900009999</mch_id></xml>') },
  attribute: { body: (xml) => xml.replace('<xml>', '<xml version="1">') },
  comment: { body: (xml) => xml.replace('<xml>', '<xml><!-- paid -->') },
  instruction: { body: (xml) => `<?xml-stylesheet href="x"?>${xml}` },
  'not-xml': { body: (xml) => xml.slice(0, -1) },
  'two-documents': { body: (xml) => xml + xml },
} as const satisfies Record<string, Partial<Steps>>;

export type V2Tamper = keyof typeof tampers;

/** All of them, for tests that go through the list. */
export const v2TamperNames = Object.keys(tampers) as V2Tamper[];

/** Those that are about req_info, and those that are about the sign: a callback has one or the other. */
export function isV2TamperOf(tamper: V2Tamper, hasReqInfo: boolean): boolean {
  if (tamper.startsWith('req-info')) return hasReqInfo;
  return !(hasReqInfo && (tamper.startsWith('sign') || tamper === 'body'));
}

/** The steps of building with one thing wrong, or nothing. */
export function tamperWithV2(tamper: V2Tamper | undefined): Steps {
  return tamper === undefined ? untouched : { ...untouched, ...tampers[tamper] };
}

/** Of the same length, and surely another. */
function toOtherKey(key: string): string {
  return createHash('md5').update(key).digest('hex');
}

/** Another first character of hexadecimal digits or base64. */
function alter(text: string): string {
  return (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
}

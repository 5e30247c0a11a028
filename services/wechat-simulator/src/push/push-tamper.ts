import type { FrameOptions } from './encrypt-message.ts';

/** A push on its way out. */
export interface PushDraft {
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** One step of building each; a tamper replaces one, the others pass things through. */
interface Steps {
  token(token: string): string;
  aesKey(key: Buffer): Buffer;
  appId(appId: string): string;
  /** What is encrypted, or sent in plaintext mode. */
  message(message: string): string;
  frame: FrameOptions;
  /** Before msg_signature is made. */
  encrypted(encrypted: string): string;
  /** After msg_signature was made. */
  sentEncrypted(encrypted: string): string;
  timestamp(seconds: number): number;
  /** Once everything is signed and written. */
  draft(draft: PushDraft): PushDraft;
}

const untouched: Steps = {
  token: (token) => token,
  aesKey: (key) => key,
  appId: (appId) => appId,
  message: (message) => message,
  frame: {},
  encrypted: (encrypted) => encrypted,
  sentEncrypted: (encrypted) => encrypted,
  timestamp: (seconds) => seconds,
  draft: (draft) => draft,
};

interface Tampering {
  readonly steps: Partial<Steps>;
  /** What it needs: something encrypted, or XML. */
  readonly needs?: 'encryption' | 'xml';
}

/** Far beyond any window that a receiver may have. */
const offBySeconds = 7_200;

/**
 * Ways in which a push is wrong. The first group is not authentic; the second has a good signature and does not open;
 * the third opens and cannot be read.
 */
const tampers = {
  /** The signature that counts in this mode differs in one character. */
  signature: { steps: { draft: (draft) => changeSignature(draft, alterHex) } },
  'signature-missing': { steps: { draft: (draft) => changeSignature(draft, () => undefined) } },
  /** Signed with a token that is nobody's. */
  'wrong-token': { steps: { token: (token) => [...token].reverse().join('') + token.length } },
  /** The ciphertext is another than the one that was signed. */
  body: { steps: { sentEncrypted: alterBase64 }, needs: 'encryption' },
  /** Nothing encrypted is there, and the signature of plaintext mode is good. */
  downgrade: { steps: {}, needs: 'encryption' },
  stale: { steps: { timestamp: (seconds) => seconds - offBySeconds } },
  future: { steps: { timestamp: (seconds) => seconds + offBySeconds } },
  'array-query': {
    steps: {
      draft: ({ query, body }) => ({ query: query.map(([name, value]) => [`${name}[]`, value]), body }),
    },
  },
  'repeated-query': {
    steps: { draft: ({ query, body }) => ({ query: query.flatMap((pair) => [pair, pair]), body }) },
  },

  /** Another ciphertext under a signature that fits it. */
  ciphertext: { steps: { encrypted: alterBase64 }, needs: 'encryption' },
  'wrong-key': { steps: { aesKey: (key) => Buffer.from(key).reverse() }, needs: 'encryption' },
  'wrong-appid': { steps: { appId: () => 'wx0000000000000000' }, needs: 'encryption' },
  'bad-pad': { steps: { frame: { pad: (missing) => Buffer.alloc(missing, 33) } }, needs: 'encryption' },
  'zero-pad': { steps: { frame: { pad: (missing) => Buffer.alloc(missing) } }, needs: 'encryption' },
  /** The last byte says how many there are, those before it say otherwise. */
  'uneven-pad': {
    steps: { frame: { pad: unevenPad } },
    needs: 'encryption',
  },
  /** The length reaches beyond the frame. */
  'lying-length': { steps: { frame: { length: 0x7fff_ffff } }, needs: 'encryption' },
  /** The length ends within the message, so that the appid has a tail of it. */
  'short-length': { steps: { frame: { length: 5 } }, needs: 'encryption' },
  'negative-length': { steps: { frame: { length: -1 } }, needs: 'encryption' },
  'not-base64': { steps: { encrypted: () => 'no base64!' }, needs: 'encryption' },
  'not-a-block': { steps: { encrypted: (encrypted) => encrypted.slice(0, -8) }, needs: 'encryption' },
  'nothing-encrypted': { steps: { encrypted: () => '' }, needs: 'encryption' },

  /** The document around what is encrypted, or all there is in plaintext mode. */
  'doctype-outside': {
    steps: { draft: ({ query, body }) => ({ query, body: `<!DOCTYPE xml>${body}` }) },
    needs: 'xml',
  },
  'content-cut': { steps: { message: (message) => message.trimEnd().slice(0, -1) } },
  doctype: {
    steps: { message: (message) => `<!DOCTYPE xml [<!ENTITY x SYSTEM "http://127.0.0.1/x">]>${message}` },
    needs: 'xml',
  },
  entity: {
    steps: { message: (message) => message.replace('</xml>', '<More>&x;</More></xml>') },
    needs: 'xml',
  },
} as const satisfies Record<string, Tampering>;

export type PushTamper = keyof typeof tampers;

/** All of them, for tests that go through the list. */
export const pushTamperNames = Object.keys(tampers) as PushTamper[];

/** What a tamper is about: a push without it cannot be tampered with so. */
export function toNeedOf(tamper: PushTamper): 'encryption' | 'xml' | undefined {
  const { needs }: Tampering = tampers[tamper];
  return needs;
}

/** The steps of building with one thing wrong, or nothing. */
export function tamperWithPush(tamper: PushTamper | undefined): Steps {
  return tamper === undefined ? untouched : { ...untouched, ...tampers[tamper].steps };
}

function changeSignature(
  { query, body }: PushDraft,
  change: (signature: string) => string | undefined,
): PushDraft {
  const name = query.some(([one]) => one === 'msg_signature') ? 'msg_signature' : 'signature';
  const changed = query.flatMap(([one, value]): [string, string][] => {
    const other = one === name ? change(value) : value;
    return other === undefined ? [] : [[one, other]];
  });
  return { query: changed, body };
}

function alterHex(signature: string): string {
  return (signature.startsWith('0') ? '1' : '0') + signature.slice(1);
}

function alterBase64(encoded: string): string {
  return (encoded.startsWith('A') ? 'B' : 'A') + encoded.slice(1);
}

/** At least two bytes, or there is nothing to be uneven: one missing byte becomes a block more. */
function unevenPad(missing: number): Buffer {
  const length = missing === 1 ? 33 : missing;
  const pad = Buffer.alloc(length, Math.min(length, 32));
  pad[length - 2] = 0;
  return pad;
}

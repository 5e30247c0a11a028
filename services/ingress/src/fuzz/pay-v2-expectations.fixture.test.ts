import fc from 'fast-check';
import type { Expected } from './fuzz-case.fixture.test.ts';
import { encryptedV2, type V2Message, v2Messages } from './pay-v2-messages.fixture.test.ts';
import { expectHint, expectHintOf } from './said.fixture.test.ts';

/** What may become of a callback of API v2 that nobody signed as it came. */

/** Any of them, by its name. */
export const anyV2Message = fc.constantFrom(...v2Messages.keys());
export const refused: Expected = { kind: 'refused' };
export const unchanged: Expected = { kind: 'unchanged' };

/**
 * Of a refund nothing is signed, and its encryption has no tag: whoever sends it again may cut and paste. So it is
 * never more than a hint, which WeChat Pay is asked about.
 */
export const hint = {
  kind: 'taken',
  orRefusedWith: [401, 500],
  check: expectHint,
} as const satisfies Expected;

/** A hint of this very refund. */
export function toHint({ reqInfo = {} }: V2Message): Expected {
  return { ...hint, check: (visit) => expectHintOf(visit, reqInfo) };
}

/** Whether the message of this name is one whose facts are encrypted, and not signed. */
export function isEncrypted(name: string): boolean {
  return encryptedV2.includes(name);
}

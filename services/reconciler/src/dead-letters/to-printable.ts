/**
 * Text for a terminal. Some of it came from outside (a shop's answer, a job that another program wrote), and
 * control characters would let it move the cursor or rewrite what stands above.
 */
export function toPrintable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character === '\n' ? character : `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

/** The same on one line. */
export function toPrintableLine(text: string): string {
  return toPrintable(text.replaceAll('\n', ' '));
}

const quote = 0x22;
const backslash = 0x5c;
/** `,` `[` `{`: as many as lists and objects have members, and one for each that is empty. */
const marks: ReadonlySet<number> = new Set([0x2c, 0x5b, 0x7b]);

/**
 * Whether a text in JSON has more than so many values, told without reading it: one of millions of tiny values keeps
 * the reader busy for seconds, in which nobody else is served, and one of as many bytes in a few long texts does not.
 */
export function hasManyValues(json: Uint8Array, most: number): boolean {
  let found = 0;
  let isText = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at] ?? 0;
    if (byte === quote) isText = !isText;
    else if (isText && byte === backslash) at += 1;
    else if (!isText && marks.has(byte)) {
      found += 1;
      if (found > most) return true;
    }
  }
  return false;
}

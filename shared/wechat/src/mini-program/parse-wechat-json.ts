/**
 * A string (kept as it is) or a whole number of 16 digits or more. A string without an end reaches to the end of
 * the text: did it not match, each of its quotes would be tried again, in quadratic time.
 */
const stringsAndLongIntegers =
  /"[^"\\]*(?:\\[\s\S][^"\\]*)*(?:"|\\?$)|(?<![0-9.eE+-])-?[0-9]{16,}(?![0-9.eE])/g;

/**
 * The same JSON text, but whole numbers that a double might round stand in it as text, digit for digit. Text that is
 * not JSON comes back as something that is not JSON either.
 */
export function quoteLongIntegers(text: string): string {
  return text.replace(stringsAndLongIntegers, (found) => (found.startsWith('"') ? found : `"${found}"`));
}

/**
 * JSON.parse, but whole numbers that a double might round come out as text, digit for digit: msgid and other ids
 * of the mini-program APIs are 64-bit numbers (https://github.com/silenceper/wechat/issues/758).
 * Undefined for text that is not JSON; throws on no input.
 */
export function parseWechatJson(text: string): unknown {
  try {
    return JSON.parse(quoteLongIntegers(text));
  } catch {
    return undefined;
  }
}

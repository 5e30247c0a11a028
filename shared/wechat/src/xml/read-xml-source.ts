import { isUtf8 } from 'node:buffer';

const byteOrderMark = '\uFEFF';

/** Of the three, only the version must be there. Another encoding than UTF-8 would be a lie about these bytes. */
const declaration =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.[0-9]"|'1\.[0-9]')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"utf-8"|'utf-8'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/i;

/** What no XML document may hold, escaped or not. https://www.w3.org/TR/xml/#charsets */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be refused
const forbidden = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/;

/**
 * The characters of a document behind its byte order mark and declaration.
 * Undefined for what is too long, no UTF-8, or holds a character that XML forbids.
 */
export function readXmlSource(bytes: Buffer, maxBytes: number): string | undefined {
  // toString would turn foreign bytes into U+FFFD without a word.
  if (bytes.length > maxBytes || !isUtf8(bytes)) return undefined;
  const text = bytes.toString('utf8');
  if (forbidden.test(text)) return undefined;
  const marked = text.startsWith(byteOrderMark) ? text.slice(1) : text;
  return marked.slice(declaration.exec(marked)?.[0].length ?? 0);
}

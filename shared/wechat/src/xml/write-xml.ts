/** What no XML document may hold, not even in CDATA. https://www.w3.org/TR/xml/#charsets */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be left out
const forbidden = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;

/**
 * A flat document as WeChat wants replies: text in CDATA, numbers as digits, nothing at all between the tags.
 * An acknowledgement of API v2 with a line break between its tags does not count.
 * https://pay.weixin.qq.com/wiki/doc/api/jsapi.php?chapter=9_7
 *
 * @param fields element → value, in this order; names are the code's own, never someone else's input
 */
export function writeXml(root: string, fields: Readonly<Record<string, string | number>>): string {
  const written = Object.entries(fields).map(([name, value]) => `<${name}>${writeValue(value)}</${name}>`);
  return `<${root}>${written.join('')}</${root}>`;
}

function writeValue(value: string | number): string {
  if (typeof value === 'number') return String(value);
  // A section cannot hold its own end: it goes on in a second one.
  const text = value.replaceAll(forbidden, '').replaceAll(']]>', ']]]]><![CDATA[>');
  return `<![CDATA[${text}]]>`;
}

import type { PushReplyFields } from './to-push-reply.ts';

/** What no XML document may hold, not even in CDATA. https://www.w3.org/TR/xml/#charsets */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be left out
const forbidden = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;

/**
 * An answer as WeChat's pages print it: text in CDATA, numbers as digits, fields of a field inside it.
 * Between the elements below the root stands `gap`: WeChat's own sample of an encrypted answer has line breaks there.
 */
export function writeReplyXml(fields: PushReplyFields, gap = ''): string {
  return ['<xml>', ...writeElements(fields), '</xml>'].join(gap);
}

function writeElements(fields: PushReplyFields): string[] {
  return Object.entries(fields).map(([name, value]) => `<${name}>${writeValue(value)}</${name}>`);
}

function writeValue(value: PushReplyFields[string]): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'object') return writeElements(value).join('');
  // A section cannot hold its own end: it goes on in a second one.
  const text = value.replaceAll(forbidden, '').replaceAll(']]>', ']]]]><![CDATA[>');
  return `<![CDATA[${text}]]>`;
}

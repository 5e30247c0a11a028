/** A piece of a document; `end` is the place behind it. */
export type XmlToken =
  | { readonly kind: 'start' | 'empty' | 'end'; readonly name: string; readonly end: number }
  | { readonly kind: 'text' | 'cdata'; readonly text: string; readonly end: number };

const tag = /<(\/?)([A-Za-z_][0-9A-Za-z_.-]{0,127})[ \t\r\n]*(\/?)>/y;
const cdataStart = '<![CDATA[';
const cdataEnd = ']]>';

const entities = new Map([
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&amp;', '&'],
  ['&apos;', "'"],
  ['&quot;', '"'],
]);
const foreignEntity = /&(?!(?:lt|gt|amp|apos|quot);)/;

/**
 * Reads the piece that begins at `at`. Undefined for anything outside the dialect of parseXml.
 * No piece is looked at twice, and a search that runs to the end of the document in vain is the last one: a
 * document of nothing but beginnings is refused at the first.
 */
export function readXmlToken(source: string, at: number): XmlToken | undefined {
  if (source[at] !== '<') return readText(source, at);
  if (source.startsWith(cdataStart, at)) return readCdata(source, at);
  tag.lastIndex = at;
  const [found, closing, name, empty] = tag.exec(source) ?? [];
  if (found === undefined || name === undefined || (closing !== '' && empty !== '')) return undefined;
  const kind = closing !== '' ? 'end' : empty !== '' ? 'empty' : 'start';
  return { kind, name, end: at + found.length };
}

function readText(source: string, at: number): XmlToken | undefined {
  const next = source.indexOf('<', at);
  const end = next === -1 ? source.length : next;
  const raw = source.slice(at, end);
  if (raw.includes(cdataEnd) || foreignEntity.test(raw)) return undefined;
  const text = raw.replaceAll(/&[a-z]+;/g, (entity) => entities.get(entity) ?? entity);
  return { kind: 'text', text, end };
}

function readCdata(source: string, at: number): XmlToken | undefined {
  const from = at + cdataStart.length;
  const end = source.indexOf(cdataEnd, from);
  if (end === -1) return undefined;
  return { kind: 'cdata', text: source.slice(from, end), end: end + cdataEnd.length };
}

/** An element's members by name: text, or elements in it. A repeated name makes the whole unreadable. */
export type XmlMembers = { readonly [name: string]: string | XmlMembers };

const opening = /^<([A-Za-z_][A-Za-z0-9_]*)>/;
const cdata = /^<!\[CDATA\[([\s\S]*?)\]\]>/;
const entities: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&amp;': '&',
};

/**
 * Reads a reply that is one `<xml>` element without attributes. Undefined for anything else: WeChat's own parser is
 * not known, so whatever is not plainly right counts as wrong.
 */
export function readXml(text: string): XmlMembers | undefined {
  const read = readElement(text.trim());
  if (read === undefined || read.name !== 'xml' || read.rest !== '' || typeof read.value === 'string')
    return undefined;
  return read.value;
}

interface ReadElement {
  readonly name: string;
  readonly value: string | XmlMembers;
  readonly rest: string;
}

function readElement(text: string): ReadElement | undefined {
  const [tag, name] = opening.exec(text) ?? [];
  if (tag === undefined || name === undefined) return undefined;
  const content = readContent(text.slice(tag.length));
  const end = `</${name}>`;
  if (content === undefined || !content.rest.startsWith(end)) return undefined;
  return { name, value: content.value, rest: content.rest.slice(end.length) };
}

function readContent(text: string): { value: string | XmlMembers; rest: string } | undefined {
  const inside = text.trimStart();
  const [section, quoted] = cdata.exec(inside) ?? [];
  if (section !== undefined && quoted !== undefined) {
    return { value: quoted, rest: inside.slice(section.length).trimStart() };
  }
  if (opening.test(inside)) return readMembers(inside);
  const end = text.indexOf('<');
  if (end < 0) return undefined;
  return {
    value: text.slice(0, end).replaceAll(/&\w+;/g, (one) => entities[one] ?? one),
    rest: text.slice(end),
  };
}

function readMembers(text: string): { value: XmlMembers; rest: string } | undefined {
  const members: Record<string, string | XmlMembers> = {};
  let rest = text;
  while (opening.test(rest)) {
    const element = readElement(rest);
    if (element === undefined || Object.hasOwn(members, element.name)) return undefined;
    members[element.name] = element.value;
    rest = element.rest.trimStart();
  }
  return { value: members, rest };
}

import type { Random } from './random.ts';
import type { JsonObject, JsonValue } from './write-json.ts';

/** Ways in which one and the same XML is written; all off is what WeChat's samples look like, without white space. */
export interface XmlStyle {
  readonly shuffleElements: boolean;
  /** `&lt;` in place of CDATA. */
  readonly escapes: boolean;
  /** Line breaks and indentation between elements. */
  readonly spaces: boolean;
}

export const compactXmlStyle: XmlStyle = { shuffleElements: false, escapes: false, spaces: false };

/** One of the ways in which XML is written, by chance. */
export function randomXmlStyle(random: Random): XmlStyle {
  return {
    shuffleElements: random.happens(0.5),
    escapes: random.happens(0.5),
    spaces: random.happens(0.5),
  };
}

/**
 * Writes `root` with its members as elements: a list becomes repeated elements, digits stand bare, all other text in
 * CDATA. Members that are undefined are left out.
 */
export function writeXml(root: string, members: JsonObject, style: XmlStyle, random: Random): string {
  return writeElement(root, members, style, random, 0);
}

function writeElement(
  name: string,
  value: JsonValue,
  style: XmlStyle,
  random: Random,
  depth: number,
): string {
  return `<${name}>${writeContent(value, style, random, depth)}</${name}>`;
}

function writeContent(value: JsonValue, style: XmlStyle, random: Random, depth: number): string {
  if (value === null) return '';
  if (typeof value !== 'object') return writeText(String(value), style);
  const children = Object.entries(value).flatMap(([name, member]) => toElements(name, member));
  const ordered = style.shuffleElements ? shuffleKinds(children, random) : children;
  const written = ordered.map(([name, member]) => writeElement(name, member, style, random, depth + 1));
  if (!style.spaces) return written.join('');
  const indent = `\n${'  '.repeat(depth + 1)}`;
  return `${written.map((one) => indent + one).join('')}\n${'  '.repeat(depth)}`;
}

function toElements(name: string, member: JsonValue | undefined): [string, JsonValue][] {
  if (member === undefined) return [];
  return Array.isArray(member) ? member.map((item: JsonValue) => [name, item]) : [[name, member]];
}

/** Elements of one name keep their order among themselves: it means something. */
function shuffleKinds(children: readonly [string, JsonValue][], random: Random): [string, JsonValue][] {
  const names = random.shuffle([...new Set(children.map(([name]) => name))]);
  return names.flatMap((name) => children.filter(([other]) => other === name));
}

function writeText(text: string, style: XmlStyle): string {
  if (/^-?\d+(\.\d+)?$/.test(text)) return text;
  if (style.escapes || text.includes(']]>')) {
    return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  }
  return `<![CDATA[${text}]]>`;
}

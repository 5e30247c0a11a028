import { readXmlSource } from './read-xml-source.ts';
import { readXmlToken, type XmlToken } from './read-xml-token.ts';

/** An element of a parsed document. It has children or text, never both. */
export interface XmlElement {
  readonly name: string;
  readonly children: readonly XmlElement[];
  /** Character for character as sent, line ends and white space too: API v2 signs it so. Empty beside children. */
  readonly text: string;
}

export interface XmlLimits {
  readonly maxBytes: number;
  /** The root is the first level. */
  readonly maxDepth: number;
  readonly maxElements: number;
}

/** Ample for everything that WeChat sends: the longest pushes are lists of a few levels. */
const defaultLimits: XmlLimits = { maxBytes: 2_000_000, maxDepth: 16, maxElements: 10_000 };

interface OpenElement {
  readonly name: string;
  readonly children: XmlElement[];
  readonly texts: string[];
}

/**
 * Reads the XML that WeChat writes, and nothing beyond it: elements without attributes, text, CDATA, a byte order
 * mark and a declaration, the five predefined entities. No DOCTYPE, comment, processing instruction, other entity or
 * character reference: WeChat Pay itself sends documents with an external entity to see who fetches it.
 * https://pay.weixin.qq.com/wiki/doc/api/jsapi.php?chapter=23_5
 *
 * One pass, in time and memory linear in the length. Throws on no input.
 *
 * @returns the root; undefined for anything else, or beyond the limits
 */
export function parseXml(bytes: Buffer, limits: XmlLimits = defaultLimits): XmlElement | undefined {
  const source = readXmlSource(bytes, limits.maxBytes);
  if (source === undefined) return undefined;
  const tree = new TreeBuilder(limits);
  let at = 0;
  while (at < source.length) {
    const token = readXmlToken(source, at);
    if (token === undefined || !tree.take(token)) return undefined;
    at = token.end;
  }
  return tree.finish();
}

class TreeBuilder {
  readonly #limits: XmlLimits;
  readonly #open: OpenElement[] = [];
  #elements = 0;
  #root: XmlElement | undefined;

  constructor(limits: XmlLimits) {
    this.#limits = limits;
  }

  /** Whether the token may stand where it stands. */
  take(token: XmlToken): boolean {
    switch (token.kind) {
      case 'start':
        return this.#start(token.name);
      case 'empty':
        return this.#start(token.name) && this.#end(token.name);
      case 'end':
        return this.#end(token.name);
      case 'text':
        return this.#addText(token.text) || isWhiteSpace(token.text);
      case 'cdata':
        return this.#addText(token.text);
      default:
        return token satisfies never;
    }
  }

  finish(): XmlElement | undefined {
    return this.#open.length === 0 ? this.#root : undefined;
  }

  #start(name: string): boolean {
    this.#elements += 1;
    if (this.#elements > this.#limits.maxElements || this.#open.length >= this.#limits.maxDepth) return false;
    if (this.#root !== undefined) return false;
    this.#open.push({ name, children: [], texts: [] });
    return true;
  }

  #end(name: string): boolean {
    const element = this.#open.pop();
    if (element?.name !== name) return false;
    const text = element.texts.join('');
    const hasChildren = element.children.length > 0;
    if (hasChildren && !isWhiteSpace(text)) return false;
    const closed = { name, children: element.children, text: hasChildren ? '' : text };
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#root = closed;
    else parent.children.push(closed);
    return true;
  }

  /** False outside the root. */
  #addText(text: string): boolean {
    return this.#open.at(-1)?.texts.push(text) !== undefined;
  }
}

function isWhiteSpace(text: string): boolean {
  return /^[ \t\r\n]*$/.test(text);
}

import { isUtf8 } from 'node:buffer';
import { parseWechatJson } from '../mini-program/parse-wechat-json.ts';
import { parseXml, type XmlElement } from '../xml/parse-xml.ts';

/** A value as both formats say it: text, fields, or several of them. Numbers are their digits. */
export type PushValue = string | PushObject | readonly PushValue[];
/** Without a prototype, so that `__proto__` and `constructor` are names like any other. */
export interface PushObject {
  readonly [name: string]: PushValue;
}

/** A body that was read. */
export interface PushDocument {
  readonly format: 'json' | 'xml';
  readonly root: PushObject;
  /** As JSON text: whole numbers that a double might round are text, and so is everything that came as XML. */
  toContent(): string;
}

const spaces = new Set([0x20, 0x09, 0x0a, 0x0d]);
/** Deeper than anything that WeChat sends; the same as for XML. */
const deepestLevel = 16;

/**
 * Reads a body by its first character that is no space, `{` or `<`: the Content-Type of a push is any of three.
 * Undefined for what is neither, too deep, or no UTF-8. Throws on no input.
 */
export function parsePushDocument(body: Buffer): PushDocument | undefined {
  const first = body.find((byte) => !spaces.has(byte));
  if (first === 0x7b) return parseJsonDocument(body);
  return first === 0x3c ? parseXmlDocument(body) : undefined;
}

function parseJsonDocument(body: Buffer): PushDocument | undefined {
  if (!isUtf8(body)) return undefined;
  const parsed = parseWechatJson(body.toString('utf8'));
  const root = toPushValue(parsed, 1);
  if (root === undefined || !isPushObject(root)) return undefined;
  return { format: 'json', root, toContent: () => JSON.stringify(parsed) };
}

function parseXmlDocument(body: Buffer): PushDocument | undefined {
  const element = parseXml(body);
  if (element?.name !== 'xml') return undefined;
  const root = toPushObject(element);
  return { format: 'xml', root, toContent: () => JSON.stringify(root) };
}

/** Whether a value has fields. */
export function isPushObject(value: PushValue): value is PushObject {
  return typeof value === 'object' && !Array.isArray(value);
}

/** Undefined for what is too deep. A field that is null, or a number beyond all doubles, is one that is not there. */
function toPushValue(value: unknown, level: number): PushValue | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) return '';
  if (typeof value !== 'object' || value === null) return String(value ?? '');
  if (level > deepestLevel) return undefined;
  if (Array.isArray(value)) {
    const items = value.map((item) => toPushValue(item, level + 1));
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  const object: Record<string, PushValue> = Object.create(null);
  for (const [name, item] of Object.entries(value)) {
    if (item === null) continue;
    const normal = toPushValue(item, level + 1);
    if (normal === undefined) return undefined;
    object[name] = normal;
  }
  return object;
}

/** An element that comes several times is a list; one with elements in it has fields. */
function toPushObject(element: XmlElement): PushObject {
  const object: Record<string, PushValue> = Object.create(null);
  const lists = new Map<string, PushValue[]>();
  for (const child of element.children) {
    const value = child.children.length > 0 ? toPushObject(child) : child.text;
    const list = lists.get(child.name);
    const earlier = object[child.name];
    if (list !== undefined) list.push(value);
    else if (earlier === undefined) object[child.name] = value;
    else {
      const both = [earlier, value];
      lists.set(child.name, both);
      object[child.name] = both;
    }
  }
  return object;
}

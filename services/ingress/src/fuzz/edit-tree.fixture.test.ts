import type { JsonValue } from '@huidiao/wechat-simulator';

/** One change of what a message says, at one of its members, counted through the whole tree. */
export interface TreeEdit {
  readonly how: (typeof treeChanges)[number];
  /** Modulo the number of members, or of those that have the name `towards`, if there are any. */
  readonly at: number;
  readonly towards: string | undefined;
  /** As it stands in the text; it may be no JSON, or no XML. */
  readonly raw: string;
  /** Of a member that is put in. */
  readonly name: string;
}

export interface EditedText {
  readonly text: string;
  /** Every name that the change is at, below or about. */
  readonly names: readonly string[];
}

/** What may be done to a member. */
export const treeChanges = [
  'replace',
  'remove',
  'repeat',
  'precede',
  'insert',
  'wrap',
  'nest',
  'rename',
  'retype',
] as const;

/** A value as JSON, but for the change. */
export function editJson(value: JsonValue, edit: TreeEdit): EditedText {
  return new Editor(edit, {
    member: (name, content) => `${JSON.stringify(name)}:${content}`,
    join: (members, isList) => (isList ? `[${members.join(',')}]` : `{${members.join(',')}}`),
    leaf: (leaf) => (typeof leaf === 'bigint' ? String(leaf) : JSON.stringify(leaf)),
    item: (_name, content) => content,
    retype: (content) => (content.startsWith('"') ? content.slice(1, -1) || 'null' : JSON.stringify(content)),
  }).edit(value);
}

/** A value below `<xml>`, a list being its element several times, but for the change. */
export function editXml(value: JsonValue, edit: TreeEdit): EditedText {
  const { text, names: touched } = new Editor(edit, xml).edit(value);
  return { text: `<xml>${text}</xml>`, names: touched };
}

const unused: TreeEdit = { how: 'remove', at: 0, towards: undefined, raw: '', name: '' };

/** The same without a change. */
export function toXml(value: JsonValue): string {
  return `<xml>${new Editor(unused, xml).write(value)}</xml>`;
}

const element = (name: string, content: string) => `<${name}>${content}</${name}>`;
const xml: Writing = {
  member: element,
  join: (members) => members.join(''),
  leaf: (leaf) => (typeof leaf === 'string' ? `<![CDATA[${leaf}]]>` : String(leaf ?? '')),
  item: element,
  retype: (content) => content.replace(/^<!\[CDATA\[(.*)\]\]>$/s, '$1'),
};

interface Writing {
  member(name: string, content: string): string;
  join(members: readonly string[], isList: boolean): string;
  leaf(value: string | number | bigint | boolean | null): string;
  /** An item of the list of that name. */
  item(name: string, content: string): string;
  retype(content: string): string;
}

class Editor {
  readonly #edit: TreeEdit;
  readonly #writing: Writing;
  #target = -1;
  /** Names of the members that were written, in their order. */
  #members: string[] = [];
  #touched: readonly string[] = [];

  constructor(edit: TreeEdit, writing: Writing) {
    this.#edit = edit;
    this.#writing = writing;
  }

  edit(value: JsonValue): EditedText {
    this.write(value);
    this.#target = this.#toTarget();
    this.#members = [];
    const text = this.#write(value, []);
    return { text, names: this.#touched };
  }

  #toTarget(): number {
    const { at, towards } = this.#edit;
    const all = [...this.#members.keys()];
    const meant = all.filter((index) => this.#members[index] === towards);
    const among = meant.length > 0 ? meant : all;
    return among[at % Math.max(1, among.length)] ?? -1;
  }

  /** Without the change. */
  write(value: JsonValue): string {
    this.#target = -1;
    return this.#write(value, []);
  }

  #write(value: JsonValue, path: readonly string[]): string {
    if (typeof value !== 'object' || value === null) return this.#writing.leaf(value);
    const isList = Array.isArray(value);
    const parts = Object.entries(value as { readonly [name: string]: JsonValue | undefined }).flatMap(
      ([name, member]) => (member === undefined ? [] : this.#writeMember(name, member, path, isList)),
    );
    return this.#writing.join(parts, isList);
  }

  #writeMember(key: string, member: JsonValue, path: readonly string[], isList: boolean): readonly string[] {
    const name = isList ? (path.at(-1) ?? key) : key;
    const isTarget = this.#members.push(name) - 1 === this.#target;
    const here = isList ? path : [...path, key];
    const write = (written: string, content: string) =>
      isList ? this.#writing.item(written, content) : this.#writing.member(written, content);
    const content = this.#write(member, here);
    if (!isTarget) return [write(name, content)];
    this.#touched = [...here, this.#edit.name, ...namesIn(member)];
    return this.#change(name, content, write);
  }

  #change(
    name: string,
    content: string,
    write: (name: string, content: string) => string,
  ): readonly string[] {
    const { how, raw, name: added } = this.#edit;
    const whole = write(name, content);
    switch (how) {
      case 'replace':
        return [write(name, raw)];
      case 'remove':
        return [];
      case 'repeat':
        return [whole, write(name, raw)];
      case 'precede':
        return [write(name, raw), whole];
      case 'insert':
        return [write(added, raw), whole];
      case 'wrap':
        return [write(name, this.#writing.join([write(name, content)], true))];
      case 'nest':
        return [write(name, this.#writing.join([this.#writing.member(name, content)], false))];
      case 'rename':
        return [write(`${name}_`, content)];
      case 'retype':
        return [write(name, this.#writing.retype(content))];
      default:
        return how satisfies never;
    }
  }
}

function namesIn(value: JsonValue | undefined): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => [name, ...namesIn(member as JsonValue)]);
}

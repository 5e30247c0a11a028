/** A tag of a page's template with what it is bound to. */
export interface Tag {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** What stands right within it, up to the next tag. */
  readonly text: string;
  /** The tags around it, the outermost first. */
  readonly within: readonly Tag[];
}

const tagPattern =
  /<(?<close>\/?)(?<name>[a-z-]+)(?<rest>(?:\s+[\w:-]+(?:="[^"]*")?)*)\s*(?<empty>\/?)>(?<text>[^<]*)/g;

/** All tags of a WXML text, in order. Throws where they do not close each other. */
export function readWxml(source: string): Tag[] {
  const tags: Tag[] = [];
  const open: Tag[] = [];
  for (const { groups = {} } of source.matchAll(tagPattern)) {
    const { close, name = '', rest = '', empty, text = '' } = groups;
    if (close) {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes nothing`);
      continue;
    }
    const tag: Tag = { name, attributes: readAttributes(rest), text: text.trim(), within: [...open] };
    tags.push(tag);
    if (!empty) open.push(tag);
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)?.name}> is not closed`);
  return tags;
}

function readAttributes(text: string): Record<string, string> {
  const found = [...text.matchAll(/([\w:-]+)(?:="([^"]*)")?/g)];
  return Object.fromEntries(found.map(([, name = '', value = '']) => [name, value]));
}

/** The names of data that a template or an attribute shows: `{{hint}}`, `{{a || b}}`, `{{item.name}}` → item. */
export function listNames(source: string): string[] {
  return [...source.matchAll(/\{\{(.*?)\}\}/g)].flatMap(([, expression = '']) =>
    [...expression.replaceAll(/'[^']*'/g, '').matchAll(/(?<![\w.])[A-Za-z_]\w*/g)].map(([name]) => name),
  );
}

/** Either the value, or what is wrong and where. */
export type ParsedJson = { readonly value: unknown } | { readonly problem: string };

/**
 * JSON.parse for a file that people edit: names line and column of the first error, and refuses a key that
 * stands twice in one object, of which JSON.parse silently takes the last. Repeats nothing of the text, as
 * JSON.parse's own messages do.
 */
export function parseJsonText(text: string): ParsedJson {
  // Windows editors begin a file with a byte order mark.
  const json = text.replace(/^\uFEFF/, '');
  const fault = findFault(json);
  if (fault === undefined) return { value: JSON.parse(json) };
  const before = json.slice(0, fault.at).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  return { problem: `line ${before.length}, column ${column}: ${fault.problem}` };
}

interface Fault {
  readonly at: number;
  readonly problem: string;
}

const space = /[ \t\r\n]*/y;
const scalar = /true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them inside text
const string = /"(?:[^"\\\u0000-\u001f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"/y;

class FaultFound extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.problem);
    this.fault = fault;
  }
}

function findFault(json: string): Fault | undefined {
  let at = 0;

  const stop = (problem: string, where = at): never => {
    throw new FaultFound({ at: where, problem: where >= json.length ? 'the file ends too early' : problem });
  };
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(json)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  const next = (): string | undefined => {
    take(space);
    return json[at];
  };

  const readList = (end: string, readItem: () => void): void => {
    at += 1;
    if (next() === end) {
      at += 1;
      return;
    }
    for (;;) {
      readItem();
      const mark = next();
      if (mark === end) break;
      if (mark !== ',') stop(`expected a comma or ${end}`);
      at += 1;
      if (next() === end) stop(`a comma stands before ${end}`);
    }
    at += 1;
  };
  const readObject = (): void => {
    const keys = new Set<unknown>();
    readList('}', () => {
      next();
      const start = at;
      const key = take(string) ?? stop('expected a key in double quotes');
      const name: unknown = JSON.parse(key);
      if (keys.has(name)) stop('this key stands twice in one object', start);
      keys.add(name);
      if (next() !== ':') stop('expected a colon');
      at += 1;
      readValue();
    });
  };
  const readValue = (): void => {
    const first = next();
    if (first === '{') readObject();
    else if (first === '[') readList(']', readValue);
    else if (first === '"')
      take(string) ?? stop('this text does not end, or holds a line break or a bad escape');
    else take(scalar) ?? stop('expected a value');
  };

  try {
    readValue();
    if (next() !== undefined) stop('expected the end of the file');
    return undefined;
  } catch (error) {
    if (error instanceof FaultFound) return error.fault;
    throw error;
  }
}

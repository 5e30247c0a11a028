/** One import of a source file. */
export interface FoundImport {
  /** What stands between the quotes. */
  readonly specifier: string;
  /** Counted from 1. */
  readonly line: number;
}

/**
 * Comments, or text in quotes, or an import; whichever begins first, so that an import in a comment or a text is
 * none. Type imports count: they bind the packages together as well.
 */
const token = new RegExp(
  [
    String.raw`\/\/[^\n]*|\/\*[\s\S]*?\*\/`,
    String.raw`(?:^|[\s;}])(?:import|export)\s+(?:type\s+)?(?:[\w$*][\w$\s,*]*|(?:[\w$]+\s*,\s*)?\{[^}]*\}|\*\s+as\s+[\w$]+)\s*from\s*(['"])(?<from>[^'"\n]+)\1`,
    String.raw`(?:^|[\s;}])import\s*(['"])(?<bare>[^'"\n]+)\3`,
    String.raw`\b(?:import|require)\s*\(\s*(['"\u0060])(?<call>[^'"\u0060\n]+)\5`,
    String.raw`'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\u0060(?:\\.|[^\u0060\\])*\u0060`,
  ].join('|'),
  'gm',
);

/** Every static, dynamic and type import, re-export and require of a TypeScript or JavaScript text. */
export function findImports(source: string): FoundImport[] {
  return [...source.matchAll(token)].flatMap((match) => {
    const specifier = match.groups?.from ?? match.groups?.bare ?? match.groups?.call;
    if (specifier === undefined) return [];
    const end = match.index + match[0].length;
    return [{ specifier, line: source.slice(0, end).split('\n').length }];
  });
}

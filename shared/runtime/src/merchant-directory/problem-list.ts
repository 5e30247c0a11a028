/** Collects everything that is wrong with one file, each under the JSON path where it is wrong. */
export interface ProblemList {
  add(path: string, problem: string): void;
  readonly lines: readonly string[];
}

/** Empty. The path '' stands for the file itself. */
export function createProblemList(): ProblemList {
  const lines: string[] = [];
  return {
    add: (path, problem) => {
      lines.push(path === '' ? problem : `${path} ${problem}`);
    },
    lines,
  };
}

/** `['merchants', 0, 'api_v3_key']` → `merchants[0].api_v3_key`. */
export function toJsonPath(parts: readonly PropertyKey[]): string {
  return parts
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

/**
 * A name from the configuration as it may be shown. People paste a secret where its name belongs; what looks
 * like one is left out.
 */
export function toShownName(name: string): string {
  const looksLikeSecret =
    /^whsec_|BEGIN|[\r\n]/.test(name) ||
    /^(?=.*[0-9])[0-9A-Za-z+=]{20,}$/.test(name) ||
    // A line of Base64 may hold slashes; a path of such length holds a dot, a hyphen or an underscore too.
    /^(?=.*[0-9])(?=.*[a-z])(?=.*[A-Z])[0-9A-Za-z+/=]{40,}$/.test(name) ||
    name.length > 300;
  return looksLikeSecret ? '(not shown: it looks like the secret itself)' : name;
}

import { type ParseArgsConfig, parseArgs } from 'node:util';
import { WrongUsage } from './wrong-usage.ts';

export type OptionKind = 'string' | 'boolean';

/** What stood on the command line, each option at most once. */
export interface ReadOptions {
  readonly positionals: readonly string[];
  readonly texts: ReadonlyMap<string, string>;
  /** Whether an option without a text was given. */
  has(name: string): boolean;
  /** @throws WrongUsage for anything but a whole number within the bounds */
  integer(name: string, bounds: { min: number; max: number; default: number }): number;
}

/** @throws WrongUsage for an option that is unknown, lacks its text or was given twice */
export function readOptions(
  args: readonly string[],
  kinds: Readonly<Record<string, OptionKind>>,
): ReadOptions {
  const texts = new Map<string, string>();
  const flags = new Set<string>();
  const { positionals, tokens } = parse(args, kinds);
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    // The last one would win silently, and a replay would take what the first one was to leave out.
    if (texts.has(token.name) || flags.has(token.name)) {
      throw new WrongUsage(`${token.rawName} is given twice; give it once`);
    }
    if (token.value === undefined) flags.add(token.name);
    else texts.set(token.name, token.value);
  }
  return {
    positionals,
    texts,
    has: (name) => flags.has(name),
    integer: (name, bounds) => toInteger(`--${name}`, texts.get(name), bounds),
  };
}

function parse(args: readonly string[], kinds: Readonly<Record<string, OptionKind>>) {
  const options = Object.fromEntries(Object.entries(kinds).map(([name, type]) => [name, { type }]));
  const config = { args: [...args], options, allowPositionals: true, tokens: true } as const;
  try {
    return parseArgs(config satisfies ParseArgsConfig);
  } catch (error) {
    throw new WrongUsage(error instanceof Error ? error.message : String(error));
  }
}

function toInteger(
  option: string,
  text: string | undefined,
  { min, max, default: fallback }: { min: number; max: number; default: number },
): number {
  if (text === undefined) return fallback;
  const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new WrongUsage(
    `${option} ${JSON.stringify(text)} does not fit; give a whole number from ${min} to ${max}`,
  );
}

import { z } from 'zod';
import { isUrl } from './is-url.ts';

/*
 * The pieces that environment variables are read by. Each turns text into a value and says in one sentence what
 * is wrong and what to do. A malformed value is an error, never the default. No message repeats the value.
 */

interface Piece<T> {
  /** Used when the variable is unset or empty. Without it the variable is required. */
  readonly default?: T;
  /** How the sentence about what to set goes on, such as "the address of Redis". */
  readonly hint?: string;
}

/** A TCP port; 0 lets the system choose a free one. */
export function envPort(options: Piece<number> = {}): z.ZodType<number> {
  return envInteger({ min: 0, max: 65_535, ...options });
}

/** A whole number in decimal digits, within both bounds. */
export function envInteger(options: Piece<number> & { min: number; max: number }): z.ZodType<number> {
  const wanted = options.hint ?? `set it to a whole number from ${options.min} to ${options.max}`;
  return toPiece(options, wanted, (text) => {
    if (!/^-?[0-9]{1,15}$/.test(text)) return { problem: 'is not a whole number' };
    const value = Number(text);
    return value < options.min || value > options.max ? { problem: 'is out of range' } : { value };
  });
}

/** Exactly `true` or `false`. */
export function envBoolean(options: Piece<boolean> = {}): z.ZodType<boolean> {
  return toPiece(options, options.hint ?? 'set it to true or false', (text) =>
    text === 'true' || text === 'false'
      ? { value: text === 'true' }
      : { problem: 'is neither true nor false' },
  );
}

/** One of a few words. */
export function envChoice<const T extends string>(
  choices: readonly T[],
  options: Piece<NoInfer<T>> = {},
): z.ZodType<T> {
  return toPiece(options, options.hint ?? `set it to one of ${choices.join(', ')}`, (text) => {
    const value = choices.find((choice) => choice === text);
    return value === undefined ? { problem: 'is none of the known values' } : { value };
  });
}

/** Text that fits a pattern; by default anything that is not empty. */
export function envText(options: Piece<string> & { pattern?: RegExp } = {}): z.ZodType<string> {
  return toPiece(options, options.hint ?? 'set it', (text) =>
    options.pattern === undefined || options.pattern.test(text)
      ? { value: text }
      : { problem: 'is malformed' },
  );
}

/** A URL of one of the protocols (`https:`), with a host; given back as it was written. */
export function envUrl(options: Piece<string> & { protocols: readonly string[] }): z.ZodType<string> {
  const wanted = options.hint ?? `set it to a URL that begins with ${options.protocols.join('// or ')}//`;
  return toPiece(options, wanted, (text) => {
    const url = isUrl(text) ? new URL(text) : undefined;
    if (url === undefined) return { problem: 'is not a URL, or its password is not percent-encoded' };
    if (!options.protocols.includes(url.protocol)) return { problem: `begins with ${url.protocol}//` };
    return url.hostname === '' ? { problem: 'names no host' } : { value: text };
  });
}

/**
 * The beginning of an HTTP address that paths are added to: http or https, perhaps with a path, without user,
 * query and fragment. Given back without a slash at its end.
 */
export function envBaseUrl(options: Piece<string> = {}): z.ZodType<string> {
  const wanted = options.hint ?? 'set it to the beginning of an address, such as https://pay.example.com';
  return toPiece(options, wanted, (text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol))
      return { problem: 'is not an http or https URL' };
    if (url.username !== '' || url.password !== '') return { problem: 'holds a user name or password' };
    if (/[?#]/.test(text)) return { problem: 'holds a query or fragment' };
    return { value: text.replace(/\/+$/, '') };
  });
}

/** A MongoDB connection string. Not a URL: it may name several hosts. */
export function envMongoUri(options: Piece<string> = {}): z.ZodType<string> {
  return envText({
    hint: 'set it to a MongoDB connection string, such as mongodb://host:27017/huidiao',
    pattern: /^mongodb(\+srv)?:\/\/[^\s/]+(\/\S*)?$/,
    ...options,
  });
}

type Read<T> = { readonly value: T } | { readonly problem: string };

function toPiece<T>(options: Piece<T>, wanted: string, read: (text: string) => Read<T>): z.ZodType<T> {
  const fallback = options.default;
  return z
    .string()
    .optional()
    .transform((text, context): T => {
      if (text === undefined && fallback !== undefined) return fallback;
      const result: Read<T> = text === undefined ? { problem: 'is not set' } : read(text);
      if ('value' in result) return result.value;
      context.addIssue({ code: 'custom', message: `${result.problem}; ${wanted}` });
      return z.NEVER;
    });
}

import type { Random } from './random.ts';

/** JSON, and bigint for numbers beyond 2^53, which JSON.stringify cannot write. */
export type JsonValue = string | number | bigint | boolean | null | readonly JsonValue[] | JsonObject;

/** A member that is undefined is left out. */
export type JsonObject = { readonly [key: string]: JsonValue | undefined };

/** Ways in which one and the same JSON value is written; all off is compact JSON. */
export interface JsonStyle {
  readonly shuffleKeys: boolean;
  /** `/` as `\/`. */
  readonly escapeSlashes: boolean;
  /** Everything but ASCII as `\uXXXX`. */
  readonly escapeUnicode: boolean;
  /** White space after `:` and `,`. */
  readonly spaces: boolean;
}

export const compactStyle: JsonStyle = {
  shuffleKeys: false,
  escapeSlashes: false,
  escapeUnicode: false,
  spaces: false,
};

/** One of the ways in which JSON is written, by chance. */
export function randomStyle(random: Random): JsonStyle {
  return {
    shuffleKeys: random.happens(0.5),
    escapeSlashes: random.happens(0.5),
    escapeUnicode: random.happens(0.5),
    spaces: random.happens(0.5),
  };
}

/** Writes JSON in a given style. A receiver that verifies a re-serialised body fails on most of them. */
export function writeJson(value: JsonValue, style: JsonStyle, random: Random): string {
  if (typeof value === 'string') return writeText(value, style);
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const comma = style.spaces ? ', ' : ',';
  if (isList(value)) return `[${value.map((item) => writeJson(item, style, random)).join(comma)}]`;

  const colon = style.spaces ? ': ' : ':';
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  const ordered = style.shuffleKeys ? random.shuffle(entries) : entries;
  return `{${ordered
    .map(([key, member]) => `${writeText(key, style)}${colon}${writeJson(member ?? null, style, random)}`)
    .join(comma)}}`;
}

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function writeText(text: string, style: JsonStyle): string {
  let written = JSON.stringify(text);
  if (style.escapeSlashes) written = written.replaceAll('/', '\\/');
  if (style.escapeUnicode) {
    written = written.replaceAll(
      /[\u0080-\uffff]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  }
  return written;
}

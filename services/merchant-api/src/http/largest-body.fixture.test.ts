import { z } from 'zod';

type Json = Readonly<Record<string, unknown>>;

/** What is known of an operation's fields beyond their schemas: by the name of a field, or of what is in a list of it. */
export type Hints = Readonly<Record<string, (fill: string) => unknown>>;

/**
 * A body as large as a schema lets it be: every field, lists at their full length, texts of as many of the characters
 * `fill` as they take. Fields that exclude each other are all there.
 *
 * @param hints values of fields that rules beyond their schemas keep smaller, and keys of records (`keys of …`)
 */
export function toLargestBody(body: z.ZodType, fill: string, hints: Hints): unknown {
  const schema = z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' }) as Json;
  const definitions = (schema.$defs ?? {}) as Readonly<Record<string, Json>>;
  let built = 0;

  function build(part: Json, name: string): unknown {
    const hint = hints[name];
    if (hint !== undefined) return hint(fill);
    const { $ref: reference, ...own } = part;
    if (typeof reference === 'string')
      return build({ ...definitions[reference.split('/').at(-1) ?? ''], ...own }, name);
    const choices = (part.oneOf ?? part.anyOf) as readonly Json[] | undefined;
    if (choices !== undefined) return toLongest(choices.map((choice) => build(choice, name)));
    if (Array.isArray(part.enum)) return toLongest(part.enum);
    if ('const' in part) return part.const;
    switch (part.type) {
      case 'object':
        return buildObject(part, name);
      case 'array':
        return Array.from({ length: Number(part.maxItems) }, () => build(part.items as Json, name));
      case 'string':
        return buildText(part, name);
      case 'boolean':
        return false;
      default:
        return part.maximum;
    }
  }

  function buildObject({ properties, additionalProperties }: Json, name: string): unknown {
    if (properties !== undefined)
      return Object.fromEntries(
        Object.entries(properties as Readonly<Record<string, Json>>).map(([key, part]) => [
          key,
          build(part, key),
        ]),
      );
    const keys = hints[`keys of ${name}`]?.(fill) as readonly string[];
    return Object.fromEntries(keys.map((key) => [key, build(additionalProperties as Json, key)]));
  }

  function buildText(part: Json, name: string): string {
    if (part.format === 'date-time') return new Date(Date.now() + 3_600_000).toISOString();
    if (part.format === 'ipv4' || part.format === 'ipv6') return '127.0.0.1';
    const patterns = [part, ...((part.allOf ?? []) as readonly Json[])].flatMap(({ pattern }) =>
      typeof pattern === 'string' ? [pattern] : [],
    );
    const most = Number(part.maxLength ?? /(?:,|\{)(\d+)\}\$$/.exec(patterns[0] ?? '')?.[1]);
    // Whatever names something names nothing else in the same body.
    built += 1;
    const text = [fill, 'x', '0', 'A', 'wx']
      .map((one) => {
        const end = one === fill ? '' : String(built).padStart(4, '0').slice(-most);
        const count = Math.floor((most - end.length) / (one === fill ? 1 : one.length));
        return one.repeat(count) + end;
      })
      .find((one) => patterns.every((pattern) => new RegExp(pattern, 'u').test(one)));
    const example = (part.examples as readonly string[] | undefined)?.[0];
    const found = text ?? example;
    if (found === undefined) throw new Error(`nothing fits ${name}: ${JSON.stringify(part)}`);
    return found;
  }

  return build(schema, 'body');
}

function toLongest(values: readonly unknown[]): unknown {
  return values.toSorted((one, other) => JSON.stringify(other).length - JSON.stringify(one).length)[0];
}

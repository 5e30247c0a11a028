import { toHtml, toProse } from './to-html.ts';
import { type Components, type Json, resolve, toComponentName } from './to-schema.ts';

/** One field of a table: of an object, or a parameter. */
export interface Field {
  /** With dots between its parts; `[]` for each of a list. */
  readonly name: string;
  readonly schema: Json;
  readonly isRequired: boolean;
  /** Where it stands, if that is not its table's. */
  readonly place?: string;
}

/** The fields of an object, with those of the objects in it where `isDeep`. */
export function listFields(schema: Json, schemas: Components, isDeep = false): Field[] {
  const { properties = {}, required = [] } = resolve(schema, schemas) as {
    properties?: Readonly<Record<string, Json>>;
    required?: readonly string[];
  };
  return Object.entries(properties).flatMap(([name, part]) => {
    const field = { name, schema: part, isRequired: required.includes(name) };
    if (!isDeep) return [field];
    const known = resolve(part, schemas);
    const [inner, mark] = known.type === 'array' ? [known.items as Json, '[]'] : [part, ''];
    const below = listFields(inner, schemas, true);
    return [field, ...below.map((one) => ({ ...one, name: `${name}${mark}.${one.name}` }))];
  });
}

/** Each field with its type, its limits and its description. */
export function toFields(fields: readonly Field[], schemas: Components): string {
  return `<div class="fields">${fields.map((field) => toField(field, schemas)).join('')}</div>`;
}

function toField({ name, schema, isRequired, place }: Field, schemas: Components): string {
  const known = resolve(schema, schemas);
  const facts = [
    ...(place === undefined ? [] : [place]),
    toType(schema, schemas),
    ...toLimits(known),
    ...(isRequired ? ['<b>required</b>'] : []),
  ];
  const [example] = Array.isArray(known.examples) ? known.examples : [];
  const isShort = typeof example === 'string' && example.length < 80;
  const such = isShort ? `<p class="such">Such as <code>${toHtml(example)}</code></p>` : '';
  return `<div class="field"><p><code>${toHtml(name)}</code> <span>${facts.join(', ')}</span></p>${toProse(String(known.description ?? ''))}${such}</div>`;
}

/** What a value may be, in words; what is described elsewhere as a link. */
export function toType(schema: Json, schemas: Components): string {
  const known = resolve(schema, schemas);
  if ('const' in known) return toValue(known.const);
  if (Array.isArray(known.enum)) return known.enum.map(toValue).join(' | ');
  if (typeof schema.$ref === 'string') {
    const name = toHtml(toComponentName(schema.$ref));
    return `<a href="#schema-${name}">${name}</a>`;
  }
  const choices = (schema.oneOf ?? schema.anyOf) as readonly Json[] | undefined;
  if (choices !== undefined) return choices.map((choice) => toType(choice, schemas)).join(' or ');
  if (schema.type === 'array') return `list of ${toType((schema.items ?? {}) as Json, schemas)}`;
  const values = schema.additionalProperties;
  if (schema.type === 'object' && typeof values === 'object')
    return `object of ${toType(values as Json, schemas)}`;
  return schema.format === undefined || schema.type !== 'string'
    ? String(schema.type ?? 'anything')
    : `string (${schema.format})`;
}

function toValue(value: unknown): string {
  return `<code>${toHtml(JSON.stringify(value))}</code>`;
}

/** How much of it there may be, what it must match, and what it is where it is left out. */
function toLimits(known: Json): string[] {
  const { minLength, maxLength, minItems, maxItems, minimum, maximum } = known as Record<string, number>;
  const patterns = [known, ...((known.allOf ?? []) as readonly Json[])].flatMap(({ pattern }) =>
    typeof pattern === 'string' ? [`<code>${toHtml(pattern)}</code>`] : [],
  );
  return [
    ...toRange(minLength, maxLength, ' characters'),
    ...toRange(minItems, maxItems, ' of them'),
    ...toRange(minimum, maximum, ''),
    ...patterns,
    ...('default' in known ? [`default ${toValue(known.default)}`] : []),
  ];
}

function toRange(least: number | undefined, most: number | undefined, unit: string): string[] {
  if (most === undefined) return least === undefined ? [] : [`at least ${least}${unit}`];
  return [least === undefined ? `at most ${most}${unit}` : `${least} to ${most}${unit}`];
}

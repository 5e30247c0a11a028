import { z } from 'zod';

/** A part of a document that is looked at field by field. */
export type Json = Readonly<Record<string, unknown>>;

/** The schemas that a document names, by their names. */
export type Components = Record<string, Json>;

/**
 * A schema as JSON Schema 2020-12, which OpenAPI 3.1 speaks. Parts with an id (`.meta({ id })`) go to `schemas` and are
 * referred to.
 *
 * @param io what a client writes (`input`: what has a default may be missing) or reads (`output`)
 * @throws where two schemas have one id and are not the same
 */
export function toSchema(schema: z.ZodType, io: 'input' | 'output', schemas: Components): Json {
  const converted = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: simplify }) as Json;
  const { $schema: _dialect, $defs: definitions = {}, ...own } = converted;
  for (const [id, definition] of Object.entries(definitions as Components)) {
    addComponent(schemas, id, withComponents(definition));
  }
  return withComponents(own);
}

function addComponent(schemas: Components, id: string, definition: Json): void {
  const known = schemas[id];
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(definition))
    throw new Error(`two schemas are called ${id}`);
  schemas[id] = definition;
}

/** What a reference of a schema or of its own part means, beside what stands there itself. */
export function resolve(schema: Json, schemas: Components): Json {
  const { $ref: reference, ...own } = schema;
  if (typeof reference !== 'string') return schema;
  return { ...schemas[toComponentName(reference)], ...own };
}

/** `#/components/schemas/Order` is `Order`. */
export function toComponentName(reference: string): string {
  return reference.split('/').at(-1) ?? '';
}

/**
 * A format says what a pattern fills half a screen with; a query's numbers and booleans come as text, of which the
 * patterns and values are. All numbers here are whole, and most go beyond 32 bits.
 */
function simplify({ jsonSchema: schema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (schema.format !== undefined || (schema.type !== undefined && schema.type !== 'string'))
    delete schema.pattern;
  if (schema.type === 'boolean') delete schema.enum;
  if (schema.type === 'number' && schema.enum?.every(Number.isInteger)) schema.type = 'integer';
  if (schema.type !== 'integer') return;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum !== Number.MAX_SAFE_INTEGER) return;
  delete schema.maximum;
  schema.format = 'int64';
}

/** Refers to the document's components instead of the schema's own definitions. */
function withComponents(schema: Json): Json {
  const text = JSON.stringify(schema);
  return JSON.parse(text.replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;
}

import { z } from 'zod';

type Json = Readonly<Record<string, unknown>>;

/**
 * A schema as JSON Schema 2020-12, which OpenAPI 3.1 speaks. Parts with an id (`.meta({ id })`) go to `schemas` and are
 * referred to.
 *
 * @param io what a client writes (`input`: what has a default may be missing) or reads (`output`)
 */
export function toSchema(schema: z.ZodType, io: 'input' | 'output', schemas: Record<string, Json>): Json {
  const converted = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: simplify }) as Json;
  const { $schema: _dialect, $defs: definitions = {}, ...own } = converted;
  for (const [id, definition] of Object.entries(definitions as Record<string, Json>)) {
    schemas[id] = withComponents(definition);
  }
  return withComponents(own);
}

/** A format says it; the pattern of a date fills half a screen. */
function simplify({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
}

/** Refers to the document's components instead of the schema's own definitions. */
function withComponents(schema: Json): Json {
  const text = JSON.stringify(schema);
  return JSON.parse(text.replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;
}

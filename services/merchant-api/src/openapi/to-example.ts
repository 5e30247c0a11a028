import { type Components, type Json, resolve } from './to-schema.ts';

/**
 * An example of what a schema describes: its own, else put together from its parts, of which an optional one is there
 * where it has an example.
 *
 * @throws where a part that must be there has none
 */
export function toExample(schema: Json, schemas: Components): unknown {
  const known = resolve(schema, schemas);
  const own = findOwnExample(known);
  if (own !== undefined) return own;
  const [choice] = (known.oneOf ?? known.anyOf ?? []) as readonly Json[];
  if (choice !== undefined) return toExample(choice, schemas);
  if (known.type === 'array') return [toExample(known.items as Json, schemas)];
  if (known.type === 'object') return toObject(known, schemas);
  throw new Error(`nothing is an example of ${JSON.stringify(schema)}`);
}

const moment = '2027-01-05T02:00:00.000Z';

function findOwnExample(known: Json): unknown {
  if (Array.isArray(known.examples)) return known.examples[0];
  if ('const' in known) return known.const;
  if ('default' in known) return known.default;
  return known.format === 'date-time' ? moment : undefined;
}

function toObject(known: Json, schemas: Components): unknown {
  const { properties = {}, required = [] } = known as {
    properties?: Readonly<Record<string, Json>>;
    required?: readonly string[];
  };
  const shown = Object.entries(properties).filter(
    ([name, part]) => required.includes(name) || Array.isArray(resolve(part, schemas).examples),
  );
  return Object.fromEntries(shown.map(([name, part]) => [name, toExample(part, schemas)]));
}

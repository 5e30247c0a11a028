import { Long } from 'bson';
import { asDocument } from './bson-value.ts';
import type { Collection } from './collection.ts';
import { type CommandCall, toCount, toList, toNamespace } from './command-call.ts';
import { type BsonDocument, CommandFailure, notImplemented } from './command-failure.ts';
import type { IndexSpec } from './secondary-index.ts';

/** The options of an index that mean something here. */
export const INDEX_OPTIONS: readonly string[] = ['unique', 'partialFilterExpression', 'expireAfterSeconds'];
/** v is the format on disk, and background means nothing since MongoDB 4.2. */
const INDEX_FIELDS: readonly string[] = ['key', 'name', ...INDEX_OPTIONS, 'v', 'background'];

/** https://www.mongodb.com/docs/manual/reference/command/createIndexes/ */
export function createIndexes(call: CommandCall): BsonDocument {
  const specs = toList(call.command.indexes, 'indexes').map((spec) =>
    toIndexSpec(asDocument(spec, 'indexes'), call),
  );
  const collection = call.collections.getOrCreate(toNamespace(call));
  for (const spec of specs) collection.createIndex(spec);
  return { numIndexesAfter: collection.listIndexes().length };
}

/** https://www.mongodb.com/docs/manual/reference/command/listIndexes/, all in one batch */
export function listIndexes(call: CommandCall): BsonDocument {
  const firstBatch = toExisting(call)
    .listIndexes()
    .map((spec) => ({ v: 2, ...spec }));
  return { cursor: { firstBatch, id: Long.ZERO, ns: toNamespace(call) } };
}

/** https://www.mongodb.com/docs/manual/reference/command/dropIndexes/ by name */
export function dropIndexes(call: CommandCall): BsonDocument {
  const { index } = call.command;
  if (typeof index !== 'string' || index === '*')
    throw notImplemented('dropIndexes except by the name of one index');
  toExisting(call).dropIndex(index);
  return {};
}

function toExisting(call: CommandCall): Collection {
  const collection = call.collections.get(toNamespace(call));
  if (collection === undefined) throw new CommandFailure(26, `ns does not exist: ${toNamespace(call)}`);
  return collection;
}

function toIndexSpec(given: BsonDocument, { note }: CommandCall): IndexSpec {
  const other = Object.keys(given).find((field) => !INDEX_FIELDS.includes(field));
  if (other !== undefined) throw notImplemented(`the index option ${other}`);
  const directions = Object.values(asDocument(given.key, 'key'));
  if (!directions.every((direction) => direction === 1 || direction === -1))
    throw notImplemented(`the type of the index ${given.name}`);
  const isTtl = toCount(given.expireAfterSeconds) !== undefined;
  if (directions.length === 0 || typeof given.name !== 'string' || (isTtl && directions.length > 1))
    throw new CommandFailure(67, 'an index needs a key and a name, and a TTL index a single field');
  const options = Object.entries(given).filter(
    ([field, value]) => INDEX_OPTIONS.includes(field) && value !== false,
  );
  for (const [option] of options) note(option);
  return { key: given.key, name: given.name, ...Object.fromEntries(options) } as IndexSpec;
}

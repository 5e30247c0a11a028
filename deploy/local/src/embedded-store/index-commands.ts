import { Long } from 'bson';
import { asDocument } from './bson-value.ts';
import type { Collection } from './collection.ts';
import { type CommandCall, toCount, toList, toNamespace } from './command-call.ts';
import { type BsonDocument, CommandFailure, notImplemented } from './command-failure.ts';
import { compileFilter } from './filter.ts';
import type { IndexSpec } from './secondary-index.ts';

/** The options of an index. Beside them, `background` means nothing since MongoDB 4.2. */
export const INDEX_OPTIONS: readonly string[] = ['unique', 'partialFilterExpression', 'expireAfterSeconds'];

/** https://www.mongodb.com/docs/manual/reference/command/createIndexes/ */
export function createIndexes(call: CommandCall): BsonDocument {
  const specs = toList(call.command.indexes, 'indexes').map((spec) => toIndexSpec(spec, call));
  const collection = call.collections.getOrCreate(toNamespace(call));
  for (const spec of specs) collection.createIndex(spec);
  return { numIndexesAfter: collection.listIndexes().length };
}

/** https://www.mongodb.com/docs/manual/reference/command/listIndexes/, all in one batch */
export function listIndexes(call: CommandCall): BsonDocument {
  const indexes = toExisting(call).listIndexes();
  const firstBatch = indexes.map((spec) => ({ v: 2, ...spec }));
  return { cursor: { firstBatch, id: Long.ZERO, ns: toNamespace(call) } };
}

/** https://www.mongodb.com/docs/manual/reference/command/dropIndexes/ by name */
export function dropIndexes(call: CommandCall): BsonDocument {
  const { index } = call.command;
  if (typeof index !== 'string' || index === '*') throw notImplemented('dropIndexes but by one name');
  toExisting(call).dropIndex(index);
  return {};
}

function toExisting(call: CommandCall): Collection {
  const collection = call.collections.get(toNamespace(call));
  if (collection === undefined) throw new CommandFailure(26, `ns does not exist: ${toNamespace(call)}`);
  return collection;
}

function toIndexSpec(value: unknown, { note }: CommandCall): IndexSpec {
  const given = asDocument(value, 'indexes');
  const understood = [...INDEX_OPTIONS, 'key', 'name', 'background'];
  const other = Object.keys(given).find((field) => !understood.includes(field));
  if (other !== undefined) throw notImplemented(`the index option ${other}`);
  const directions = Object.values(asDocument(given.key, 'key'));
  if (!directions.every((way) => way === 1 || way === -1)) throw notImplemented(`the type of ${given.name}`);
  const isTtl = toCount(given.expireAfterSeconds) !== undefined;
  if (directions.length === 0 || typeof given.name !== 'string' || (isTtl && directions.length > 1))
    throw new CommandFailure(67, 'an index needs a key and a name, and a TTL index a single field');
  const used = INDEX_OPTIONS.filter((option) => given[option] !== undefined && given[option] !== false);
  for (const option of used) note(option);
  compileFilter(asDocument(given.partialFilterExpression ?? {}, 'partialFilterExpression'), note);
  const options = used.map((option) => [option, given[option]]);
  return { key: given.key, name: given.name, ...Object.fromEntries(options) } as IndexSpec;
}

import { Binary, EJSON, Long, ObjectId } from 'bson';
import { compare } from 'mingo/util';
import { type BsonDocument, CommandFailure } from './command-failure.ts';

/** Whether a value is an embedded document, and neither an array nor one of BSON's other types. */
export function isDocument(value: unknown): value is BsonDocument {
  return typeof value === 'object' && value !== null && value.constructor === Object;
}

/** Takes a command's field as a document, or fails as MongoDB does with code 14. */
export function asDocument(value: unknown, field: string): BsonDocument {
  if (isDocument(value)) return value;
  throw new CommandFailure(14, `BSON field '${field}' is the wrong type, expected type 'object'`);
}

/** Text that is equal for two values exactly when MongoDB's indexes hold them for the same key. */
export function toKey(value: unknown): string {
  if (typeof value === 'string') return `s${value}`;
  if (typeof value === 'number') return `n${value === 0 ? 0 : value}`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Date) return `d${value.getTime()}`;
  if (value instanceof ObjectId) return `o${value.toHexString()}`;
  if (value instanceof Long) return `n${value.toString()}`;
  if (value instanceof Binary) return `x${value.sub_type}:${value.toString('base64')}`;
  return `e${EJSON.stringify({ value }, { relaxed: false })}`;
}

/**
 * The values that an index or a sort sees at a dotted path. Arrays on the way fan out, an array at the end gives
 * its elements (an empty one `undefined`), a missing field gives null.
 * https://www.mongodb.com/docs/manual/core/indexes/index-types/index-multikey/
 */
export function valuesAt(value: unknown, path: string | undefined): unknown[] {
  if (Array.isArray(value) && value.length === 0) return [undefined];
  if (Array.isArray(value))
    return path === undefined ? value : value.flatMap((element) => valuesAt(element, path));
  if (path === undefined) return [value];
  const [field = '', ...rest] = path.split('.');
  const next = isDocument(value) && Object.hasOwn(value, field) ? value[field] : null;
  return valuesAt(next, rest.length > 0 ? rest.join('.') : undefined);
}

/** Sorts a copy by MongoDB's rules: an array counts by its smallest element going up, its largest going down. */
export function sortDocuments(documents: readonly BsonDocument[], sort: BsonDocument): BsonDocument[] {
  const fields = Object.entries(sort).map(([path, direction]) => ({ path, sign: Number(direction) }));
  const toKeys = (document: BsonDocument) =>
    fields.map(({ path, sign }) =>
      valuesAt(document, path).reduce((a, b) => (compare(b, a) * sign < 0 ? b : a)),
    );
  const keyed = documents.map((document) => ({ document, keys: toKeys(document) }));
  keyed.sort((a, b) =>
    fields.reduce((order, { sign }, i) => order || compare(a.keys[i], b.keys[i]) * sign, 0),
  );
  return keyed.map(({ document }) => document);
}

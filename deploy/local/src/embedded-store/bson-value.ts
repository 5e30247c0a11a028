import { EJSON, Long, ObjectId } from 'bson';
import { compare } from 'mingo/util';
import { type BsonDocument, CommandFailure } from './command-failure.ts';

/** Whether a value is an embedded document, and neither an array nor one of BSON's other types. */
export function isDocument(value: unknown): value is BsonDocument {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Takes a command's field as a document, or fails as MongoDB does with code 14. */
export function asDocument(value: unknown, field: string): BsonDocument {
  if (isDocument(value)) return value;
  throw new CommandFailure(14, `BSON field '${field}' is the wrong type, expected type 'object'`);
}

/** Text that begins with the type, and is equal for two values exactly when MongoDB's indexes hold them for the same. */
export function toKey(value: unknown): string {
  if (typeof value === 'string') return `s${value}`;
  if (typeof value === 'number') return `#${value === 0 ? 0 : value}`;
  if (typeof value === 'boolean') return `b${value}`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Date) return `d${value.getTime()}`;
  if (value instanceof ObjectId) return `o${value.toHexString()}`;
  if (value instanceof Long) return `#${value.toString()}`;
  return `e${EJSON.stringify({ value }, { relaxed: false })}`;
}

/** The values at a path: arrays on the way fan out over the documents in them; undefined is a missing field. */
export function valuesAt(value: unknown, path: string): unknown[] {
  const dot = path.indexOf('.');
  const field = dot === -1 ? path : path.slice(0, dot);
  const next = (inner: unknown) => (dot === -1 ? [inner] : valuesAt(inner, path.slice(dot + 1)));
  if (isDocument(value)) return next(Object.hasOwn(value, field) ? value[field] : undefined);
  if (!Array.isArray(value)) return [undefined];
  const element = /^\d+$/.test(field) ? next(value[Number(field)]) : [];
  return [...element, ...value.filter(isDocument).flatMap((inner) => valuesAt(inner, path))];
}

// https://www.mongodb.com/docs/manual/core/indexes/index-types/index-multikey/
/** What an index or a sort sees at a path: the elements of an array, undefined if it has none; null if it is missing. */
export function keysAt(document: BsonDocument, path: string): unknown[] {
  const values = valuesAt(document, path).map((value) => value ?? null);
  if (!values.some(Array.isArray)) return values.length > 0 ? values : [null];
  const keys = values.flatMap((value) => (Array.isArray(value) && value.length === 0 ? [undefined] : value));
  return keys.length > 0 ? keys : [null];
}

/** Sorts a copy by MongoDB's rules: an array counts by its smallest element going up, its largest going down. */
export function sortDocuments(documents: readonly BsonDocument[], sort: BsonDocument): BsonDocument[] {
  const fields = Object.entries(sort) as [path: string, sign: number][];
  const toKeys = (row: BsonDocument) =>
    fields.map(([path, sign]) => keysAt(row, path).reduce((a, b) => (compare(b, a) * sign < 0 ? b : a)));
  const keyed = documents.map((row) => ({ row, keys: toKeys(row) }));
  keyed.sort((a, b) => fields.reduce((by, [, sign], i) => by || compare(a.keys[i], b.keys[i]) * sign, 0));
  return keyed.map(({ row }) => row);
}

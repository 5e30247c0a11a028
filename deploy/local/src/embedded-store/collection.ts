import { calculateObjectSize, serialize } from 'bson';
import { keysAt, sortDocuments, toKey } from './bson-value.ts';
import { type BsonDocument, CommandFailure } from './command-failure.ts';
import type { Filter } from './filter.ts';
import { duplicateKey, type IndexSpec, SecondaryIndex } from './secondary-index.ts';

type Change = { put: BsonDocument } | { remove: unknown } | { indexes: readonly IndexSpec[] };
type CollectionRecord = Change & { namespace: string };
/** One change, as the log keeps it. */
export type LogRecord = CollectionRecord | { dropDatabase: string };
/** Told of every change. */
export type Journal = (record: LogRecord) => void;

const ID_INDEX: IndexSpec = { key: { _id: 1 }, name: '_id_' };

/** The documents and indexes of one collection. Documents are never changed in place, so readers may keep them. */
export class Collection {
  readonly #namespace: string;
  readonly #journal: Journal;
  readonly #documents = new Map<string, BsonDocument>();
  #indexes: readonly SecondaryIndex[] = [];

  constructor(namespace: string, journal: Journal) {
    this.#namespace = namespace;
    this.#journal = journal;
  }

  /** The documents that match, in the order asked for or else as inserted; `limit` 0 is all. */
  find(filter: Filter, sort: BsonDocument = {}, limit = 0): BsonDocument[] {
    const [ids, order] = this.#candidates(filter);
    const isInOrder = Object.keys(sort).every((path) => path === order && sort[path] === 1);
    const found: BsonDocument[] = [];
    for (const id of ids) {
      const document = this.#documents.get(id);
      if (document !== undefined && filter.test(document)) found.push(document);
      if (isInOrder && limit > 0 && found.length === limit) return found;
    }
    return (isInOrder ? found : sortDocuments(found, sort)).slice(0, limit || undefined);
  }

  /** @throws CommandFailure 11000 if its _id or a unique key is taken */
  insert(document: BsonDocument): void {
    const { _id } = document;
    if (Array.isArray(_id)) throw new CommandFailure(53, "The '_id' value cannot be of type array");
    if (this.#documents.has(toKey(_id))) throw duplicateKey(this.#namespace, ID_INDEX, [_id]);
    this.#put(document);
  }

  /** Puts `after` in the place of the document with the same _id, if anything differs. */
  replace(before: BsonDocument, after: BsonDocument): void {
    const bytes = serialize(after);
    if (Buffer.compare(serialize(before), bytes) !== 0) this.#put(after, bytes.length);
  }

  /** The indexes, that of _id first. */
  listIndexes(): IndexSpec[] {
    return [ID_INDEX, ...this.#indexes.map(({ spec }) => spec)];
  }

  /** @throws CommandFailure 86 if it contradicts an index that is there, 11000, 59 */
  createIndex(spec: IndexSpec): void {
    const isSame = (other: IndexSpec) => other.name === spec.name || toKey(other.key) === toKey(spec.key);
    const existing = this.listIndexes().find(isSame);
    if (existing === undefined) this.#change({ indexes: [...this.listIndexes(), spec] });
    else if (toKey(existing) !== toKey(spec))
      throw new CommandFailure(86, `the index ${existing.name} exists with another name or other options`);
  }

  /** @throws CommandFailure 27 if there is no such index */
  dropIndex(name: string): void {
    const indexes = this.listIndexes().filter((spec) => spec.name !== name);
    if (indexes.length > this.#indexes.length) throw new CommandFailure(27, `no index named ${name}`);
    this.#change({ indexes });
  }

  /** Deletes the documents whose time a TTL index says is over. */
  deleteExpired(now: Date): void {
    for (const { key, expireAfterSeconds } of this.listIndexes()) {
      if (expireAfterSeconds === undefined) continue;
      const latest = now.getTime() - expireAfterSeconds * 1000;
      const isOver = (at: unknown) => at instanceof Date && at.getTime() <= latest;
      for (const document of this.#documents.values())
        if (keysAt(document, Object.keys(key)[0] ?? '').some(isOver)) this.#change({ remove: document._id });
    }
  }

  /** The records that make this collection anew. */
  *records(): Iterable<LogRecord> {
    yield { indexes: this.listIndexes(), namespace: this.#namespace };
    for (const put of this.#documents.values()) yield { put, namespace: this.#namespace };
  }

  /** Does a change, without a check of documents and without the journal. */
  apply(change: Change): void {
    if ('indexes' in change) this.#indexes = change.indexes.slice(1).map((spec) => this.#toIndex(spec));
    else if ('put' in change) this.#exchange(toKey(change.put._id), change.put);
    else this.#exchange(toKey(change.remove), undefined);
  }

  #put(document: BsonDocument, size = calculateObjectSize(document)): void {
    if (size > 16 * 1024 * 1024) throw new CommandFailure(10334, 'over 16 MB');
    for (const index of this.#indexes) index.assertAccepts(toKey(document._id), document, this.#namespace);
    this.#change({ put: document });
  }

  #change(change: Change): void {
    this.apply(change);
    this.#journal({ ...change, namespace: this.#namespace });
  }

  #exchange(id: string, after: BsonDocument | undefined): void {
    const before = this.#documents.get(id);
    for (const index of this.#indexes) {
      if (before !== undefined) index.remove(id, before);
      if (after !== undefined) index.add(id, after);
    }
    if (after === undefined) this.#documents.delete(id);
    else this.#documents.set(id, after);
  }

  #toIndex(spec: IndexSpec): SecondaryIndex {
    const existing = this.#indexes.find((index) => index.spec.name === spec.name);
    if (existing !== undefined) return existing;
    const index = new SecondaryIndex(spec);
    for (const [id, document] of this.#documents) {
      index.assertAccepts(id, document, this.#namespace);
      index.add(id, document);
    }
    return index;
  }

  /** The ids to look at, and the path by which they are sorted, if any. */
  #candidates(filter: Filter): readonly [Iterable<string>, string?] {
    if (filter.equalities.has('_id')) return [[toKey(filter.equalities.get('_id'))]];
    for (const index of this.#indexes) {
      const found = index.candidates(filter);
      if (found !== undefined) return found;
    }
    return [this.#documents.keys()];
  }
}

import { keysAt, toKey } from './bson-value.ts';
import { type BsonDocument, CommandFailure } from './command-failure.ts';
import { compileFilter, type Filter } from './filter.ts';

/** An index as createIndexes gave it and listIndexes gives it back. */
export interface IndexSpec {
  key: Record<string, 1 | -1>;
  name: string;
  unique?: true;
  partialFilterExpression?: BsonDocument;
  expireAfterSeconds?: number;
}

/**
 * The documents, by the text of their _id, for each combination of the values of some fields. It holds those outside
 * partialFilterExpression too, so that a look-up needs no proof that a query lies within the expression; the
 * expression narrows only what must be unique.
 */
export class SecondaryIndex {
  readonly spec: IndexSpec;
  readonly #first: string;
  readonly #fields: readonly string[];
  readonly #partial: Filter;
  readonly #idsByKey = new Map<string, Set<string>>();
  /** The earliest in the first field, of the documents that have a date there; whatever is no date sorts before. */
  readonly #earliest = new Map<string, number>();
  readonly #mustBeUnique = new Set<string>();

  /** @throws CommandFailure 59 when partialFilterExpression uses what is not implemented */
  constructor(spec: IndexSpec) {
    this.spec = spec;
    this.#fields = Object.keys(spec.key);
    this.#first = this.#fields[0] ?? '';
    this.#partial = compileFilter(spec.partialFilterExpression ?? {}, () => {});
  }

  add(id: string, document: BsonDocument): void {
    for (const key of this.#combinations(document).keys())
      this.#idsByKey.set(key, (this.#idsByKey.get(key) ?? new Set()).add(id));
    const times = keysAt(document, this.#first).map((at) => (at instanceof Date ? at.getTime() : -Infinity));
    if (times.some(Number.isFinite)) this.#earliest.set(id, Math.min(...times));
    if (this.spec.unique && this.#partial.test(document)) this.#mustBeUnique.add(id);
  }

  remove(id: string, document: BsonDocument): void {
    for (const key of this.#combinations(document).keys()) {
      const ids = this.#idsByKey.get(key);
      if (ids?.delete(id) && ids.size === 0) this.#idsByKey.delete(key);
    }
    this.#earliest.delete(id);
    this.#mustBeUnique.delete(id);
  }

  /** @throws CommandFailure 171 if a document cannot be indexed, 11000 if another has one of its unique keys */
  assertAccepts(id: string, document: BsonDocument, namespace: string): void {
    const combinations = this.#combinations(document);
    if (!this.spec.unique || !this.#partial.test(document)) return;
    for (const [key, values] of combinations)
      for (const other of this.#idsByKey.get(key) ?? [])
        if (other !== id && this.#mustBeUnique.has(other)) throw duplicateKey(namespace, this.spec, values);
  }

  /** The only documents that can match, and the path they are sorted by, if any; undefined if the filter says too little. */
  candidates({ equalities, latest }: Filter): readonly [Iterable<string>, string?] | undefined {
    if (this.#fields.every((field) => equalities.has(field))) {
      const keys = this.#fields.map((field) => toKey(equalities.get(field)));
      return [this.#idsByKey.get(JSON.stringify(keys)) ?? []];
    }
    const bound = latest.get(this.#first)?.getTime();
    if (bound === undefined) return undefined;
    const due = [...this.#earliest].filter(([, earliest]) => earliest <= bound);
    return [due.sort(([, a], [, b]) => a - b).map(([id]) => id), this.#first];
  }

  #combinations(document: BsonDocument): Map<string, unknown[]> {
    const perField = this.#fields.map((field) => keysAt(document, field));
    const arrays = perField.filter((values) => values.length > 1);
    if (arrays.length > 1) throw new CommandFailure(171, `cannot index parallel arrays: ${this.spec.name}`);
    if (arrays.length === 0) {
      const values = perField.map(([value]) => value);
      return new Map([[JSON.stringify(values.map(toKey)), values]]);
    }
    let rows: unknown[][] = [[]];
    for (const values of perField) rows = rows.flatMap((row) => values.map((value) => [...row, value]));
    return new Map(rows.map((values) => [JSON.stringify(values.map(toKey)), values]));
  }
}

/** MongoDB's duplicate-key error, with the fields that drivers hand on. */
export function duplicateKey(ns: string, { name, key }: IndexSpec, values: unknown[]): CommandFailure {
  const keyValue = Object.fromEntries(Object.keys(key).map((field, i) => [field, values[i] ?? null]));
  const shown = Object.entries(keyValue).map(([field, value]) => `${field}: ${JSON.stringify(value)}`);
  const message = `E11000 duplicate key error collection: ${ns} index: ${name} dup key: { ${shown.join(', ')} }`;
  return new CommandFailure(11000, message, { keyPattern: key, keyValue });
}

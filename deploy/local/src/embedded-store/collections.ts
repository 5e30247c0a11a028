import { Collection, type Journal, type LogRecord } from './collection.ts';

/** Every collection of every database, by namespace (`database.collection`). */
export class Collections {
  readonly #byNamespace = new Map<string, Collection>();
  readonly #journal: Journal;

  /** @param journal is told of every change, but not of what `apply` does */
  constructor(journal: Journal) {
    this.#journal = journal;
  }

  get(namespace: string): Collection | undefined {
    return this.#byNamespace.get(namespace);
  }

  /** A collection comes to be when it is first written to. */
  getOrCreate(namespace: string): Collection {
    const collection = this.get(namespace) ?? new Collection(namespace, this.#journal);
    this.#byNamespace.set(namespace, collection);
    return collection;
  }

  dropDatabase(database: string): void {
    this.apply({ dropDatabase: database });
    this.#journal({ dropDatabase: database });
  }

  deleteExpired(now: Date): void {
    for (const collection of this.#byNamespace.values()) collection.deleteExpired(now);
  }

  /** Does again what a record of the log says. */
  apply(record: LogRecord): void {
    if ('namespace' in record) this.getOrCreate(record.namespace).apply(record);
    else
      for (const namespace of this.#byNamespace.keys())
        if (namespace.startsWith(`${record.dropDatabase}.`)) this.#byNamespace.delete(namespace);
  }

  /** The records that make everything anew. */
  *records(): Iterable<LogRecord> {
    for (const collection of this.#byNamespace.values()) yield* collection.records();
  }
}

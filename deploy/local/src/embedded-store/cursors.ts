import { calculateObjectSize } from 'bson';
import { type BsonDocument, CommandFailure } from './command-failure.ts';

/** A batch ends here, so that with a document of 16 MB on top a reply fits the 17 MB that bson serializes into. */
const MAX_BATCH_BYTES = 512 * 1024;

/** One page of results; cursorId 0 means that there are no more. */
export type Page = { cursorId: number; documents: readonly BsonDocument[] };

/** Results that were found but not yet fetched. A cursor shows the documents as they were when it was opened. */
export class Cursors {
  readonly #open = new Map<number, { namespace: string; rest: readonly BsonDocument[] }>();
  #lastId = 0;

  /** The first page, of `batchSize` documents at most; the oldest of too many cursors is closed. */
  open(namespace: string, found: readonly BsonDocument[], batchSize: number): Page {
    this.#lastId += 1;
    if (this.#open.size >= 1000) this.#open.delete(this.#open.keys().next().value ?? 0);
    this.#open.set(this.#lastId, { namespace, rest: found });
    return this.next(this.#lastId, namespace, batchSize);
  }

  /** The next page. @throws CommandFailure 43 if the cursor is unknown, closed or of another collection */
  next(id: number, namespace: string, batchSize: number): Page {
    const cursor = this.#open.get(id);
    if (cursor?.namespace !== namespace) throw new CommandFailure(43, `cursor id ${id} not found`);
    const { rest } = cursor;
    let count = 0;
    for (let bytes = 0; count < Math.min(batchSize, rest.length) && bytes < MAX_BATCH_BYTES; count += 1)
      bytes += calculateObjectSize(rest[count] ?? {});
    cursor.rest = rest.slice(count);
    if (cursor.rest.length === 0) this.#open.delete(id);
    return { cursorId: cursor.rest.length > 0 ? id : 0, documents: rest.slice(0, count) };
  }

  /** Gives whether the cursor was there. */
  close(id: number): boolean {
    return this.#open.delete(id);
  }
}

import { testConformanceUri } from '@huidiao/testing';
import { after, before, describe } from 'mocha';
import { mongo } from 'mongoose';
import { type EmbeddedStore, startEmbeddedStore } from './index.ts';

export interface Row extends mongo.BSON.Document {
  _id: string;
}
export type Rows = mongo.Collection<Row>;

/**
 * Describes the same tests for the server of MONGODB_URI and for an embedded store of their own.
 * @param define gets a function that gives a new collection
 */
export function describeBothEngines(subject: string, define: (newRows: () => Rows) => void): void {
  describe(`${subject}, on the server of MONGODB_URI`, () => define(collectionsOf(testConformanceUri)));

  describe(`${subject}, on the embedded store`, () => {
    let store: EmbeddedStore;
    before(async () => {
      store = await startEmbeddedStore();
    });
    define(collectionsOf(() => `${store.uri}/both`));
    after(() => store.close());
  });
}

/** Connects before the tests of the surrounding suite, and drops the database after them. */
function collectionsOf(toUri: () => string): () => Rows {
  let client: mongo.MongoClient;
  let made = 0;
  before(() => {
    client = new mongo.MongoClient(toUri(), { maxPoolSize: 64 });
  });
  after(async () => {
    await client.db().dropDatabase();
    await client.close();
  });
  return () => {
    made += 1;
    return client.db().collection<Row>(`rows_${made}`);
  };
}

/** What a promise came to: its value, or the code of MongoDB's error. */
export async function outcomeOf<T>(promise: Promise<T>): Promise<{ value: T } | { code: unknown }> {
  try {
    return { value: await promise };
  } catch (error) {
    if (error instanceof mongo.MongoServerError) return { code: error.code };
    throw error;
  }
}

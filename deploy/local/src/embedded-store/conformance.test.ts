import { testConformanceUri } from '@huidiao/testing';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { mongo } from 'mongoose';
import { databases, indexes, type Row, reads, writes } from './conformance-cases.test.ts';
import { type EmbeddedStore, SUPPORTED_OPERATIONS, startEmbeddedStore } from './index.ts';

/**
 * Runs every case against a server; each has a collection of its own. What only MongoDB itself gets right, and the
 * servers that are like it do not (null and arrays in unique indexes), is in server.test.ts for the embedded store.
 */
function conforms(toUri: () => string): void {
  let client: mongo.MongoClient;
  let database: mongo.Db;
  before(() => {
    client = new mongo.MongoClient(toUri(), { maxPoolSize: 64 });
    database = client.db();
  });
  after(async () => {
    await database.dropDatabase();
    await client.close();
  });
  let cases = 0;
  for (const [subject, list] of Object.entries({ writes, reads, indexes, databases })) {
    describe(subject, () => {
      for (const [sentence, run] of list) {
        it(sentence, () => {
          cases += 1;
          return run(database.collection<Row>(`case_${cases}`));
        });
      }
    });
  }
}

describe('MongoDB, as the server of MONGODB_URI does it', () => {
  conforms(testConformanceUri);
});

describe('MongoDB, as the embedded store does it', () => {
  let store: EmbeddedStore;
  before(async () => {
    store = await startEmbeddedStore();
  });

  conforms(() => `${store.uri}/conformance`);

  describe('and nothing else', () => {
    it('implements no command and no operator that these cases do not use', () => {
      const words = store.recorded().map((operation) => operation.split(' '));
      const operators = words.flatMap(([, , feature = 'option:']) =>
        /^option:/.test(feature) ? [] : feature,
      );
      expect([...new Set(words.map(([, command]) => command))]).to.have.members(
        SUPPORTED_OPERATIONS.commands,
      );
      expect([...new Set(operators)]).to.have.members(SUPPORTED_OPERATIONS.operators);
    });
  });

  after(() => store.close());
});

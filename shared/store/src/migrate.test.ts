import { createLogger } from '@huidiao/runtime';
import { dropTestDatabase } from '@huidiao/store';
import { testMongoUri } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import mongoose from 'mongoose';
import { createStore, type Store } from './store.ts';
import { codeOf, quietOptions } from './test-store.test.ts';

type Database = NonNullable<mongoose.Connection['db']>;

describe('the migration step', () => {
  async function withDatabase(
    test: (store: Store, database: Database, logged: string[]) => Promise<void>,
  ): Promise<void> {
    const uri = testMongoUri();
    const logged: string[] = [];
    const logger = createLogger(
      { service: 'store-test', level: 'warn' },
      { write: (line) => void logged.push(line) },
    );
    const store = createStore({ ...quietOptions(), logger, uri });
    const connection = mongoose.createConnection(uri);
    try {
      await connection.asPromise();
      if (connection.db === undefined) throw new Error('no database');
      await test(store, connection.db, logged);
    } finally {
      await connection.close();
      await store.close();
      await dropTestDatabase(uri);
    }
  }

  it('makes every index, may run again and by several at once, and satisfies the check', async () => {
    await withDatabase(async (store, database, logged) => {
      const made = await store.migrate();
      expect(made).to.include('orders.transaction-pays-one-order');
      expect(await Promise.all([store.migrate(), store.migrate()])).to.deep.equal([made, made]);
      await store.assertMigrated();
      expect(logged).to.deep.equal([]);
      const indexes = await database.collection('callbacks').listIndexes().toArray();
      expect(indexes.find(({ name }) => name === 'expiry')?.expireAfterSeconds).to.equal(0);
    });
  });

  it('refuses an empty database, naming the unique index and the command', async () => {
    await withDatabase(async (store) => {
      const error = await store.assertMigrated().catch((refusal) => refusal);
      expect(error.code).to.equal('STORE_NOT_MIGRATED');
      expect(error.message).to.include('orders.transaction-pays-one-order').and.include('npm run migrate');
    });
  });

  it('refuses when the unique index is gone again', async () => {
    await withDatabase(async (store, database) => {
      await store.migrate();
      await database.collection('orders').dropIndex('transaction-pays-one-order');
      expect(await codeOf(store.assertMigrated())).to.equal('STORE_NOT_MIGRATED');
    });
  });

  it('refuses an index over the same fields that is not unique, or unique over orders without payment too', async () => {
    const key = { mchId: 1, transactionId: 1 } as const;
    const partialFilterExpression = { transactionId: { $exists: true } };
    for (const options of [{}, { unique: true }, { partialFilterExpression }]) {
      await withDatabase(async (store, database) => {
        await database.collection('orders').createIndex(key, options);
        expect(await codeOf(store.assertMigrated())).to.equal('STORE_NOT_MIGRATED');
      });
    }
  });

  it('is content with the unique index under another name', async () => {
    await withDatabase(async (store, database) => {
      await store.migrate();
      await database.collection('orders').dropIndex('transaction-pays-one-order');
      await database
        .collection('orders')
        .createIndex(
          { mchId: 1, transactionId: 1 },
          { name: 'by-hand', unique: true, partialFilterExpression: { transactionId: { $exists: true } } },
        );
      await store.assertMigrated();
    });
  });

  it('only warns when another index is missing', async () => {
    await withDatabase(async (store, database, logged) => {
      await store.migrate();
      await database.collection('orders').dropIndex('due-effects');
      await store.assertMigrated();
      expect(logged.join()).to.include('store.index-missing').and.include('orders.due-effects');
    });
  });

  it('says which index contradicts the rows that are there', async () => {
    await withDatabase(async (store, database) => {
      const paid = { mchId: '1900000001', transactionId: '42' };
      await database.collection('orders').insertMany([{ ...paid }, { ...paid }]);
      const error = await store.migrate().catch((refusal) => refusal);
      expect(error.code).to.equal('STORE_NOT_MIGRATED');
      expect(error.message).to.include('transaction-pays-one-order');
    });
  });
});

import { expect } from 'chai';
import { after, before, beforeEach, describe, it } from 'mocha';
import { mongo } from 'mongoose';
import { type EmbeddedStore, startEmbeddedStore } from './server.ts';

const find = (filter: object) => ({ find: 'rows', filter });
const update = (change: unknown, more: object = {}) => ({
  findAndModify: 'rows',
  query: { _id: 'a' },
  update: change,
  ...more,
});
const index = (more: object) => ({
  createIndexes: 'rows',
  indexes: [{ key: { n: 1 }, name: 'n_1', ...more }],
});

/** A command, and the word by which its refusal must name what is missing. */
const refused: readonly (readonly [command: mongo.BSON.Document, named: string])[] = [
  [{ aggregate: 'rows', pipeline: [], cursor: {} }, 'aggregate'],
  [{ count: 'rows' }, 'count'],
  [{ update: 'rows', updates: [{ q: {}, u: { $set: { n: 5 } }, multi: true }] }, 'update'],
  [{ delete: 'rows', deletes: [{ q: {}, limit: 0 }] }, 'delete'],
  [{ drop: 'rows' }, 'drop'],
  [{ constructor: 'rows' }, 'constructor'],
  [{ ping: 1, txnNumber: 1 }, 'txnNumber'],
  [{ find: 'rows', skip: 1 }, 'skip'],
  [{ find: 'rows', projection: { n: 1 } }, 'projection'],
  [{ find: 'rows', collation: { locale: 'zh' } }, 'collation'],
  [{ find: 'rows', readConcern: { level: 'linearizable' } }, 'readConcern'],
  [find({ n: { $gt: 0 } }), '$gt'],
  [find({ n: { $lte: 2, $nin: [1] } }), '$nin'],
  [find({ $or: [{ n: 1 }] }), '$or'],
  [find({ list: { $elemMatch: { n: { $not: { $lte: 1 } } } } }), '$not'],
  [find({ $where: 'true' }), '$where'],
  [find({ text: /x/ }), 'RegExp'],
  [find({ text: { $in: [/x/] } }), 'RegExp'],
  [find({ bytes: new mongo.Binary(Buffer.from('x')) }), 'Binary'],
  [find({ n: mongo.Long.MAX_VALUE }), 'Long'],
  [find({ list: [1, 2] }), 'Array'],
  [find({ inner: { a: 1 } }), 'Object'],
  [find({ n: { $in: [{ a: 1 }] } }), 'Object'],
  [find({ list: { $elemMatch: { $lte: 1 } } }), '$lte'],
  [find({ n: { $type: 'objectId' } }), '$type'],
  [{ find: 'rows', sort: { n: { $meta: 'textScore' } } }, 'sort'],
  [update({ $rename: { n: 'm' } }), '$rename'],
  [update({ $addToSet: { list: 1 } }), '$addToSet'],
  [update({ n: 5 }), 'replacing'],
  [update([{ $set: { n: 5 } }]), 'pipeline'],
  [update({ $set: { n: 5 } }, { arrayFilters: [{ x: 1 }] }), 'arrayFilters'],
  [update({ $set: { n: 5, 'list.$[]': 1 } }), 'list.$[]'],
  [update({ $inc: { 'list.$': 1 } }), '$inc at list.$'],
  [update({ $set: { n: 5 }, $push: { list: { $each: [1], $sort: 1 } } }), '$sort'],
  [update({ $set: { n: 5 }, $pull: { list: { $gte: 1 } } }), '$gte'],
  [{ findAndModify: 'rows', query: { _id: 'a' }, remove: true }, 'remove'],
  [update({ $set: { n: 5 } }, { sort: { n: 1 } }), 'sort'],
  [update({ $set: { n: 5 } }, { fields: { n: 1 } }), 'fields'],
  [index({ sparse: true }), 'sparse'],
  [index({ key: { text: 'text' } }), 'n_1'],
  [index({ partialFilterExpression: { n: { $gt: 1 } } }), '$gt'],
  [{ dropIndexes: 'rows', index: '*' }, 'dropIndexes'],
];

describe('what the embedded store does not implement', () => {
  const row = { _id: 'a', n: 1, text: 'x', list: [1, 2] };
  let store: EmbeddedStore;
  let client: mongo.MongoClient;
  before(async () => {
    store = await startEmbeddedStore();
    client = new mongo.MongoClient(`${store.uri}/refusals`);
  });
  beforeEach(async () => {
    await client.db().dropDatabase();
    await client.db().collection<{ _id: string }>('rows').insertOne(row);
  });
  after(async () => {
    await client.close();
    await store.close();
  });

  for (const [command, named] of refused) {
    it(`is refused with code 59 and its name, and changes nothing: ${JSON.stringify(command)}`, async () => {
      const error = await client
        .db()
        .command(command)
        .then(
          (reply) => reply.writeErrors?.[0],
          (reason: unknown) => reason,
        );
      expect(error?.code).to.equal(59);
      expect(error?.errmsg).to.contain(named);
      expect(await client.db().collection('rows').find().toArray()).to.deep.equal([row]);
      expect(await client.db().collection('rows').listIndexes().toArray()).to.have.lengthOf(1);
    });
  }

  it('includes waiting for replicas that one process does not have', async () => {
    const insert = { insert: 'rows', documents: [{ _id: 'b' }], writeConcern: { w: 2 } };
    const error = await client
      .db()
      .command(insert)
      .catch((reason: mongo.MongoServerError) => reason);
    expect(error).to.include({ code: 100 });
    expect(await client.db().collection('rows').find().toArray()).to.have.lengthOf(1);
  });
});

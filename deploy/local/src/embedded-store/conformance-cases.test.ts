import { expect } from 'chai';
import { mongo } from 'mongoose';

export interface Row extends mongo.BSON.Document {
  _id: string;
}
type Rows = mongo.Collection<Row>;

/** One thing that every MongoDB does; the collection is new, in a database that is dropped in the end. */
export type Case = readonly [sentence: string, run: (rows: Rows) => Promise<void>];

const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1000);
const idsOf = (rows: readonly Row[]) => rows.map(({ _id }) => _id);
const after = { returnDocument: 'after' } as const;

/** The driver types these two by the fields of a schema, and the rows here have none. */
const push = (fields: object) => ({ $push: fields }) as mongo.UpdateFilter<Row>;
const pull = (fields: object) => ({ $pull: fields }) as mongo.UpdateFilter<Row>;

/** The error that a promise rejects with. */
async function failure(promise: Promise<unknown>): Promise<mongo.MongoServerError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(mongo.MongoServerError);
  return error as mongo.MongoServerError;
}

export const writes: readonly Case[] = [
  [
    'gives back what was inserted, each value of its type',
    async (rows) => {
      const row = {
        _id: 'a',
        text: '微信 ¥',
        int: 1,
        negative: -7,
        big: Number.MAX_SAFE_INTEGER,
        fraction: 0.1,
        yes: true,
        nothing: null,
        at: at(0),
        list: [1, 'two', { three: 3 }],
        inner: { deep: { er: [] } },
        id: new mongo.ObjectId(),
      };
      expect(await rows.insertOne(row)).to.deep.equal({ acknowledged: true, insertedId: 'a' });
      expect(await rows.findOne({ _id: 'a' })).to.deep.equal(row);
    },
  ],
  [
    'refuses an _id that is taken, naming it',
    async (rows) => {
      await rows.insertOne({ _id: 'a', n: 1 });
      const error = await failure(rows.insertOne({ _id: 'a', n: 2 }));
      expect(error).to.deep.include({ code: 11000, keyPattern: { _id: 1 } });
      expect(error.message).to.match(/^E11000 duplicate key error collection: /);
      expect(await rows.findOne({ _id: 'a' })).to.include({ n: 1 });
    },
  ],
  [
    'ends an ordered insert at the first failure, and not an unordered one',
    async (rows) => {
      const three = [{ _id: 'a' }, { _id: 'a' }, { _id: 'b' }];
      const ordered = await failure(rows.insertMany(three));
      expect(ordered)
        .to.be.instanceOf(mongo.MongoBulkWriteError)
        .and.include({ code: 11000, insertedCount: 1 });
      expect(idsOf(await rows.find().toArray())).to.deep.equal(['a']);
      const unordered = await failure(rows.insertMany(three, { ordered: false }));
      expect(unordered).to.include({ code: 11000, insertedCount: 1 });
      expect(idsOf(await rows.find().sort({ _id: 1 }).toArray())).to.deep.equal(['a', 'b']);
    },
  ],
  [
    'sets, unsets, adds, and keeps the least and the greatest, all in one update',
    async (rows) => {
      await rows.insertOne({ _id: 'a', old: 1, n: 5, least: 3, greatest: at(3) });
      const update = {
        $set: { text: 'x', 'new.path': [1] },
        $unset: { old: '', never: '' },
        $inc: { n: -2, fresh: 4 },
        $min: { least: 2, first: at(1) },
        $max: { greatest: at(1), last: at(2) },
      };
      expect(await rows.findOneAndUpdate({ _id: 'a' }, update, after)).to.deep.equal({
        _id: 'a',
        n: 3,
        least: 2,
        greatest: at(3),
        text: 'x',
        new: { path: [1] },
        fresh: 4,
        first: at(1),
        last: at(2),
      });
    },
  ],
  [
    'tells a document that stays as it is from one that is not there',
    async (rows) => {
      await rows.insertOne({ _id: 'a', n: 1 });
      expect(await rows.findOneAndUpdate({ _id: 'a' }, { $set: { n: 1 } })).to.deep.equal({ _id: 'a', n: 1 });
      expect(await rows.findOneAndUpdate({ _id: 'b' }, { $set: { n: 1 } })).to.equal(null);
    },
  ],
  [
    'upserts with the equalities of the filter, and sets on insert once',
    async (rows) => {
      const filter = { _id: 'a', mchId: '19', n: { $eq: 4 }, age: { $lte: 3 } };
      const update = { $setOnInsert: { first: at(1) }, $set: { last: at(2) }, $inc: { times: 1 } };
      const options = { upsert: true, includeResultMetadata: true } as const;
      const { value, lastErrorObject } = await rows.findOneAndUpdate(filter, update, options);
      expect(value).to.equal(null);
      expect(lastErrorObject).to.include({ n: 1, updatedExisting: false, upserted: 'a' });
      const row = { _id: 'a', mchId: '19', n: 4, first: at(1), last: at(2), times: 1 };
      expect(await rows.findOne({ _id: 'a' })).to.deep.equal(row);
      const again = { $setOnInsert: { first: at(8) }, $set: { last: at(9) }, $inc: { times: 1 } };
      const updated = await rows.findOneAndUpdate({ _id: 'a' }, again, { upsert: true, ...after });
      expect(updated).to.deep.equal({ ...row, last: at(9), times: 2 });
    },
  ],
  [
    'makes up the _id of an upsert that names none',
    async (rows) => {
      const made = await rows.findOneAndUpdate({ key: 1 }, { $set: { n: 1 } }, { upsert: true, ...after });
      expect(made?._id).to.be.instanceOf(mongo.ObjectId);
      expect(await rows.findOne({ key: 1 })).to.deep.equal({ _id: made?._id, key: 1, n: 1 });
    },
  ],
  [
    'gives the document as it was, or as it is after the update',
    async (rows) => {
      await rows.insertOne({ _id: 'a', status: 'created', version: 1 });
      const guarded = { _id: 'a', status: 'created', version: 1 };
      const pay = { $set: { status: 'paid' }, $inc: { version: 1 } };
      expect(await rows.findOneAndUpdate(guarded, pay)).to.include({ status: 'created' });
      expect(await rows.findOneAndUpdate(guarded, pay, after)).to.equal(null);
      const more = await rows.findOneAndUpdate({ _id: 'a' }, { $inc: { version: 1 } }, after);
      expect(more).to.deep.equal({ _id: 'a', status: 'paid', version: 3 });
      const upserted = await rows.findOneAndUpdate(
        { _id: 'b' },
        { $set: { n: 1 } },
        { upsert: true, ...after },
      );
      expect(upserted).to.deep.equal({ _id: 'b', n: 1 });
    },
  ],
  [
    'updates what a condition leaves, and nothing else',
    async (rows) => {
      await rows.insertOne({ _id: 'a', state: 'queued', events: ['e1'] });
      const move = (from: string[], event: string) =>
        rows.findOneAndUpdate(
          { _id: 'a', state: { $in: from }, events: { $ne: event }, sentAt: { $exists: false } },
          { $set: { state: 'sent', sentAt: at(1) }, ...push({ events: event }) },
          after,
        );
      expect(await move(['sending', 'unknown'], 'e2')).to.equal(null);
      expect(await move(['queued', 'sending'], 'e1')).to.equal(null);
      expect(await move(['queued', 'sending'], 'e2')).to.include({ state: 'sent' });
      expect(await move(['sent'], 'e3')).to.equal(null);
      const row = { _id: 'a', state: 'sent', sentAt: at(1), events: ['e1', 'e2'] };
      expect(await rows.findOne({ _id: 'a' })).to.deep.equal(row);
    },
  ],
  [
    'sets a field of the element that $elemMatch found',
    async (rows) => {
      const effects = ['e1', 'e2', 'e3'].map((id) => ({ id, dueAt: at(1) }));
      await rows.insertOne({ _id: 'a', effects });
      const due = (id: string) => ({ effects: { $elemMatch: { id, dueAt: { $lte: at(1) } } } });
      await rows.findOneAndUpdate({ _id: 'a', ...due('e2') }, { $set: { 'effects.$.dueAt': at(2) } });
      const row = await rows.findOneAndUpdate(due('e3'), { $set: { 'effects.$.dueAt': at(3) } }, after);
      expect(row?.effects).to.deep.equal([
        effects[0],
        { id: 'e2', dueAt: at(2) },
        { id: 'e3', dueAt: at(3) },
      ]);
      expect(await rows.findOneAndUpdate(due('e3'), { $set: { 'effects.$.dueAt': at(4) } })).to.equal(null);
      await rows.findOneAndUpdate({ _id: 'a', 'effects.id': 'e1' }, { $set: { 'effects.$': { id: 'e9' } } });
      expect(await rows.findOne({ 'effects.id': 'e9' })).to.have.nested.property('effects[0].id', 'e9');
    },
  ],
  [
    'pushes to several arrays, keeping the last ones',
    async (rows) => {
      await rows.insertOne({ _id: 'a', events: ['1', '2'] });
      const pushed = {
        events: { $each: ['3', '4'], $slice: -3 },
        line: { $each: [{ at: at(1) }, { at: at(2) }], $slice: -1 },
        plain: 'one',
      };
      const row = await rows.findOneAndUpdate({ _id: 'a' }, push(pushed), after);
      expect(row).to.deep.equal({ _id: 'a', events: ['2', '3', '4'], line: [{ at: at(2) }], plain: ['one'] });
      const first = await rows.findOneAndUpdate(
        { _id: 'a' },
        push({ events: { $each: ['5'], $slice: 2 } }),
        after,
      );
      expect(first?.events).to.deep.equal(['2', '3']);
    },
  ],
  [
    'pulls what matches a condition or equals a value',
    async (rows) => {
      const effects = [
        { id: 'e1', n: 1 },
        { id: 'e2', n: 2 },
        { id: 'e1', n: 3 },
      ];
      await rows.insertOne({ _id: 'a', effects, words: ['x', 'y', 'x'], numbers: [1, 5, 9] });
      const pulled = { effects: { id: 'e1' }, words: 'x', numbers: { $lte: 5 }, missing: 'x' };
      const row = await rows.findOneAndUpdate({ _id: 'a' }, pull(pulled), after);
      expect(row).to.deep.equal({ _id: 'a', effects: [{ id: 'e2', n: 2 }], words: ['y'], numbers: [9] });
      expect(await rows.findOneAndUpdate({ _id: 'a' }, pull({ effects: { id: 'e1' } }), after)).to.deep.equal(
        row,
      );
    },
  ],
  [
    'refuses an update that does not fit the document, and changes nothing of it',
    async (rows) => {
      const row = { _id: 'a', text: 'x', n: 1, list: [1] };
      await rows.insertOne(row);
      const codeOf = async (update: mongo.UpdateFilter<Row>) =>
        (await failure(rows.findOneAndUpdate({ _id: 'a' }, update))).code;
      expect(await codeOf({ $set: { n: 2 }, $inc: { text: 1 } })).to.equal(14);
      expect(await codeOf({ $set: { n: 2 }, ...push({ text: 1 }) })).to.equal(2);
      expect(await codeOf({ $set: { n: 2 }, ...pull({ text: 1 }) })).to.equal(2);
      expect(await codeOf({ $set: { n: 2, 'text.below': 2 } })).to.equal(28);
      expect(await codeOf({ $set: { n: 2 }, $inc: { n: 1 } })).to.equal(40);
      expect(await codeOf({ $set: { n: 2, 'list.$': 2 } })).to.equal(2);
      expect(await rows.findOne({ _id: 'a' })).to.deep.equal(row);
    },
  ],
  [
    'adds up what 64 connections add at once',
    async (rows) => {
      await rows.insertOne({ _id: 'a', n: 0 });
      const add = () => rows.findOneAndUpdate({ _id: 'a' }, { $inc: { n: 1 }, ...push({ line: 1 }) });
      await Promise.all(Array.from({ length: 64 }, add));
      const row = await rows.findOne({ _id: 'a' });
      expect([row?.n, row?.line.length]).to.deep.equal([64, 64]);
    },
  ],
];

export const reads: readonly Case[] = [
  [
    'finds by each condition that the services use',
    async (rows) => {
      await rows.insertMany([
        { _id: 'a', mchId: '1', n: 1, at: at(1), tags: ['x', 'y'], effects: [{ id: 'e1', dueAt: at(1) }] },
        { _id: 'b', mchId: '1', n: 2, at: at(2), tags: [], effects: [] },
        {
          _id: 'c',
          mchId: '2',
          n: null,
          at: null,
          tags: 'x',
          effects: [
            { id: 'e1', dueAt: at(5) },
            { id: 'e2', dueAt: at(0) },
          ],
        },
        { _id: 'd', mchId: 2 },
      ]);
      const found = async (filter: mongo.Filter<Row>) =>
        idsOf(await rows.find(filter).sort({ _id: 1 }).toArray());
      expect(await found({})).to.deep.equal(['a', 'b', 'c', 'd']);
      expect(await found({ mchId: '1', n: 2 })).to.deep.equal(['b']);
      expect(await found({ mchId: { $eq: '2' } })).to.deep.equal(['c']);
      expect(await found({ n: null })).to.deep.equal(['c', 'd']);
      expect(await found({ at: at(1) })).to.deep.equal(['a']);
      expect(await found({ tags: 'x' })).to.deep.equal(['a', 'c']);
      expect(await found({ tags: { $ne: 'x' } })).to.deep.equal(['b', 'd']);
      expect(await found({ _id: { $in: ['a', 'd', 'z'] } })).to.deep.equal(['a', 'd']);
      expect(await found({ tags: { $in: ['y', 'z'] } })).to.deep.equal(['a']);
      expect(await found({ at: { $lte: at(1) } })).to.deep.equal(['a']);
      expect(await found({ n: { $lte: 2 } })).to.deep.equal(['a', 'b']);
      expect(await found({ at: { $exists: true } })).to.deep.equal(['a', 'b', 'c']);
      expect(await found({ at: { $exists: false } })).to.deep.equal(['d']);
      expect(await found({ mchId: { $type: 'string' } })).to.deep.equal(['a', 'b', 'c']);
      expect(await found({ 'effects.id': 'e1' })).to.deep.equal(['a', 'c']);
      expect(await found({ 'effects.id': { $ne: 'e2' } })).to.deep.equal(['a', 'b', 'd']);
      expect(await found({ 'effects.dueAt': { $lte: at(1) } })).to.deep.equal(['a', 'c']);
      const due = { $elemMatch: { id: 'e1', dueAt: { $lte: at(1) } } };
      expect(await found({ effects: due })).to.deep.equal(['a']);
      expect(await found({ effects: due, mchId: '2' })).to.deep.equal([]);
    },
  ],
  [
    'finds the same with an index as without',
    async (rows) => {
      const all = Array.from({ length: 40 }, (_, i) => ({
        _id: String(i).padStart(2, '0'),
        mchId: String(i % 3),
        outTradeNo: String(i % 5),
        effects: i % 4 === 0 ? [{ dueAt: at(i) }, { dueAt: at(100 + i) }] : [],
      }));
      await rows.insertMany(all);
      const ask = async () => [
        idsOf(await rows.find({ mchId: '1', outTradeNo: '2' }).sort({ _id: 1 }).toArray()),
        idsOf(
          await rows
            .find({ 'effects.dueAt': { $lte: at(20) } })
            .sort({ 'effects.dueAt': 1 })
            .toArray(),
        ),
        idsOf(await rows.find({ 'effects.dueAt': at(108) }).toArray()),
      ];
      const before = await ask();
      expect(before).to.deep.equal([['07', '22', '37'], ['00', '04', '08', '12', '16', '20'], ['08']]);
      await rows.createIndex({ mchId: 1, outTradeNo: 1 });
      await rows.createIndex(
        { 'effects.dueAt': 1 },
        { partialFilterExpression: { 'effects.dueAt': { $exists: true } } },
      );
      expect(await ask()).to.deep.equal(before);
      await rows.findOneAndUpdate({ _id: '08' }, { $set: { mchId: '1', outTradeNo: '2', effects: [] } });
      expect(await ask()).to.deep.equal([['07', '08', '22', '37'], ['00', '04', '12', '16', '20'], []]);
    },
  ],
  [
    'sorts by several fields, what is missing first, and an array by its least or greatest',
    async (rows) => {
      await rows.insertMany([
        { _id: 'a', state: 'open', at: at(2), due: [at(9), at(3)] },
        { _id: 'b', state: 'open', at: at(3), due: [at(4), at(5)] },
        { _id: 'c', state: 'closed', at: at(1), due: [at(8)] },
        { _id: 'd', at: at(1) },
      ]);
      const sorted = async (sort: mongo.Sort, limit = 0) =>
        idsOf(await rows.find().sort(sort).limit(limit).toArray());
      expect(await sorted({ state: 1, at: -1 })).to.deep.equal(['d', 'c', 'b', 'a']);
      expect(await sorted({ at: -1 }, 2)).to.deep.equal(['b', 'a']);
      expect(await sorted({ due: 1 })).to.deep.equal(['d', 'a', 'b', 'c']);
      expect(await sorted({ due: -1 })).to.deep.equal(['a', 'c', 'b', 'd']);
    },
  ],
  [
    'hands out 250 documents over several pages',
    async (rows) => {
      const ids = Array.from({ length: 250 }, (_, i) => String(i).padStart(3, '0'));
      await rows.insertMany(ids.map((_id) => ({ _id })));
      expect(idsOf(await rows.find().toArray())).to.have.members(ids);
      expect(idsOf(await rows.find().batchSize(7).toArray())).to.have.members(ids);
      expect(await rows.find().limit(60).toArray()).to.have.lengthOf(60);
      const { cursor } = await rows.db.command({ find: rows.collectionName, filter: {} });
      expect(cursor.firstBatch.length).to.equal(101);
    },
  ],
  [
    'knows no cursor that was closed',
    async (rows) => {
      await rows.insertMany(Array.from({ length: 20 }, (_, i) => ({ _id: String(i) })));
      const { cursor } = await rows.db.command({ find: rows.collectionName, filter: {}, batchSize: 5 });
      await rows.db.command({ killCursors: rows.collectionName, cursors: [cursor.id] });
      const error = await failure(rows.db.command({ getMore: cursor.id, collection: rows.collectionName }));
      expect(error.code).to.equal(43);
    },
  ],
];

export const indexes: readonly Case[] = [
  [
    'lists the indexes as they were made, once however often they are made',
    async (rows) => {
      const partialFilterExpression = { transactionId: { $type: 'string' } };
      for (const _ of [1, 2]) {
        await rows.createIndex(
          { mchId: 1, transactionId: 1 },
          { name: 'paid_once', unique: true, partialFilterExpression },
        );
        await rows.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
        await rows.createIndex({ state: 1, failedAt: -1 });
      }
      const wanted = [
        { name: '_id_', key: { _id: 1 } },
        { name: 'paid_once', key: { mchId: 1, transactionId: 1 }, unique: true, partialFilterExpression },
        { name: 'expiresAt_1', key: { expiresAt: 1 }, expireAfterSeconds: 0 },
        { name: 'state_1_failedAt_-1', key: { state: 1, failedAt: -1 } },
      ];
      const listed = await rows.listIndexes().toArray();
      for (const [i, index] of wanted.entries()) expect(listed[i]).to.deep.include(index);
      expect(listed[2]?.unique).to.equal(undefined);
      expect(listed.map(({ key }) => Object.keys(key))).to.deep.equal(
        wanted.map(({ key }) => Object.keys(key)),
      );
      await rows.dropIndex('paid_once');
      expect((await rows.listIndexes().toArray()).map(({ name }) => name)).to.deep.equal([
        '_id_',
        'expiresAt_1',
        'state_1_failedAt_-1',
      ]);
    },
  ],
  [
    'has no indexes for a collection that is not there',
    async (rows) => {
      expect((await failure(rows.listIndexes().toArray())).code).to.equal(26);
    },
  ],
  [
    'refuses an index that contradicts one that is there',
    async (rows) => {
      await rows.createIndex({ a: 1 }, { name: 'one' });
      expect((await failure(rows.createIndex({ a: 1 }, { name: 'one', unique: true }))).code).to.be.oneOf([
        85, 86,
      ]);
      expect((await failure(rows.createIndex({ b: 1 }, { name: 'one' }))).code).to.be.oneOf([85, 86]);
    },
  ],
  [
    'keeps a key unique among the documents of the index, whatever writes it',
    async (rows) => {
      const partialFilterExpression = { transactionId: { $type: 'string' } };
      await rows.createIndex({ mchId: 1, transactionId: 1 }, { unique: true, partialFilterExpression });
      await rows.insertMany([
        { _id: 'a', mchId: '1', transactionId: 't' },
        { _id: 'b', mchId: '2', transactionId: 't' },
        { _id: 'c', mchId: '1' },
        { _id: 'd', mchId: '1' },
        { _id: 'e', mchId: '1', transactionId: null },
      ]);
      const paid = { $set: { transactionId: 't' } };
      const conflicts = [
        () => rows.insertOne({ _id: 'x', mchId: '1', transactionId: 't' }),
        () => rows.findOneAndUpdate({ _id: 'd' }, paid),
        () => rows.findOneAndUpdate({ _id: 'x', mchId: '1' }, paid, { upsert: true }),
      ];
      for (const conflict of conflicts) {
        const error = await failure(conflict());
        expect(error).to.deep.include({ code: 11000, keyPattern: { mchId: 1, transactionId: 1 } });
      }
      expect(await rows.find({ mchId: '1', transactionId: 't' }).toArray()).to.have.lengthOf(1);
      await rows.findOneAndUpdate({ _id: 'a' }, { $unset: { transactionId: '' } });
      expect(await rows.findOneAndUpdate({ _id: 'd' }, paid, after)).to.include({ transactionId: 't' });
    },
  ],
  [
    'frees a unique key when its document has another one or leaves the index',
    async (rows) => {
      await rows.createIndex({ key: 1 }, { unique: true, partialFilterExpression: { state: 'open' } });
      await rows.insertMany([
        { _id: 'a', key: 1, state: 'open' },
        { _id: 'b', key: 1, state: 'closed' },
        { _id: 'c', key: 1, state: 'closed' },
      ]);
      const set = (_id: string, $set: object) => rows.findOneAndUpdate({ _id }, { $set }, after);
      expect((await failure(set('b', { state: 'open' }))).code).to.equal(11000);
      await set('a', { key: 2 });
      expect(await set('b', { state: 'open' })).to.include({ key: 1, state: 'open' });
      expect((await failure(set('c', { state: 'open' }))).code).to.equal(11000);
      await set('b', { state: 'closed' });
      expect(await set('c', { state: 'open' })).to.include({ key: 1, state: 'open' });
      expect((await failure(set('c', { key: 2 }))).code).to.equal(11000);
    },
  ],
  [
    'makes no unique index over rows that contradict it',
    async (rows) => {
      await rows.insertMany([
        { _id: 'a', key: 1 },
        { _id: 'b', key: 1 },
      ]);
      expect((await failure(rows.createIndex({ key: 1 }, { unique: true }))).code).to.equal(11000);
      expect(await rows.listIndexes().toArray()).to.have.lengthOf(1);
    },
  ],
  [
    'lets one of 16 connections have a unique key',
    async (rows) => {
      await rows.createIndex({ key: 1 }, { unique: true });
      const claims = Array.from({ length: 16 }, (_, i) =>
        rows.insertOne({ _id: String(i), key: 'one' }).then(
          () => 'won',
          (error: mongo.MongoServerError) => error.code,
        ),
      );
      const outcomes = await Promise.all(claims);
      expect(outcomes.filter((outcome) => outcome === 'won')).to.have.lengthOf(1);
      expect(outcomes.filter((outcome) => outcome === 11000)).to.have.lengthOf(15);
    },
  ],
  [
    'upserts one document for 64 connections, each of which counts',
    async (rows) => {
      const upsert = () =>
        rows
          .findOneAndUpdate({ _id: 'a' }, { $inc: { times: 1 } }, { upsert: true })
          .then(() => 1)
          .catch((error: mongo.MongoServerError) => (error.code === 11000 ? 0 : Number.NaN));
      const counted = await Promise.all(Array.from({ length: 64 }, upsert));
      const times = counted.reduce<number>((sum, one) => sum + one, 0);
      expect(await rows.find().toArray()).to.deep.equal([{ _id: 'a', times }]);
    },
  ],
];

export const databases: readonly Case[] = [
  [
    'answers the commands of connecting and looking',
    async (rows) => {
      expect(await rows.db.command({ hello: 1 })).to.include({ isWritablePrimary: true, ok: 1 });
      expect(await rows.db.command({ ping: 1 })).to.include({ ok: 1 });
    },
  ],
  [
    'drops one database and no other',
    async (rows) => {
      const other = rows.db.client.db(`${rows.dbName}_2`).collection<Row>(rows.collectionName);
      await rows.insertOne({ _id: 'a' });
      await other.insertOne({ _id: 'a' });
      await other.createIndex({ a: 1 });
      await other.db.dropDatabase();
      expect(await rows.find().toArray()).to.have.lengthOf(1);
      expect(await other.find().toArray()).to.deep.equal([]);
      expect((await failure(other.listIndexes().toArray())).code).to.equal(26);
    },
  ],
  [
    'works under the time limits and write concerns that the services give',
    async (rows) => {
      const concern = { writeConcern: { w: 'majority', wtimeoutMS: 5_000, journal: true } } as const;
      const limit = { maxTimeMS: 5_000 } as const;
      await rows.insertOne({ _id: 'a', n: 1 }, concern);
      expect(await rows.createIndex({ n: 1 }, { name: 'of-n', ...concern })).to.equal('of-n');
      const change = { $set: { n: 2 } };
      const changed = await rows.findOneAndUpdate({ _id: 'a' }, change, { ...after, ...limit, ...concern });
      expect(changed).to.deep.equal({ _id: 'a', n: 2 });
      expect(await rows.find({ n: 2 }, limit).toArray()).to.deep.equal([{ _id: 'a', n: 2 }]);
    },
  ],
  [
    'does without an acknowledgement if none is asked for',
    async (rows) => {
      await rows.insertOne({ _id: 'a' }, { writeConcern: { w: 0 } });
      await rows.insertOne({ _id: 'b' }, { writeConcern: { w: 'majority', journal: true } });
      expect(await rows.findOne({ _id: 'b' })).to.deep.equal({ _id: 'b' });
    },
  ],
];

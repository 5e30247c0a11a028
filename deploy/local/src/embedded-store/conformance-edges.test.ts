import { expect } from 'chai';
import { it } from 'mocha';
import { mongo } from 'mongoose';
import { describeBothEngines, outcomeOf, type Row, type Rows } from './both-engines.test.ts';

const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1000);
const after = { returnDocument: 'after' } as const;

/** Expects each filter, under the ids that it must find, to find just those: with an index on a path as without. */
async function expectFinds(
  rows: Rows,
  documents: readonly Row[],
  found: readonly [string, mongo.Filter<Row>][],
  path: string,
) {
  await rows.insertMany([...documents]);
  for (const isIndexed of [false, true]) {
    if (isIndexed) await rows.createIndex({ [path]: 1 });
    for (const [ids, filter] of found) {
      const ofFilter = await rows.find(filter).sort({ _id: 1 }).toArray();
      const what = `${JSON.stringify(filter)}${isIndexed ? ' with an index' : ''}`;
      expect(ofFilter.map(({ _id }) => _id).join(' '), what).to.equal(ids);
    }
  }
}

/** What an update makes of a document, without its _id; or the code of the failure, when the document is as before. */
async function updated(rows: Rows, document: object, update: object, filter: object = {}): Promise<unknown> {
  const _id = new mongo.ObjectId().toHexString();
  await rows.insertOne({ _id, ...document });
  const change = rows.findOneAndUpdate({ _id, ...filter }, update as mongo.UpdateFilter<Row>, after);
  const outcome = await outcomeOf(change);
  const stored = await rows.findOne({ _id });
  if ('code' in outcome) {
    expect(stored).to.deep.equal({ _id, ...document });
    return outcome.code;
  }
  expect(outcome.value).to.deep.equal(stored);
  const { _id: _, ...fields } = stored as Row;
  return fields;
}

describeBothEngines('an edge of a filter', (newRows) => {
  it('null and a missing field are the same to all but $exists', async () => {
    const documents = [
      { _id: 'missing' },
      { _id: 'null', n: null },
      { _id: 'zero', n: 0 },
      { _id: 'list', n: [1, null] },
      { _id: 'empty', n: [] },
    ];
    await expectFinds(
      newRows(),
      documents,
      [
        ['list missing null', { n: null }],
        ['list missing null', { n: { $eq: null } }],
        ['list missing null', { n: { $in: [null, 'x'] } }],
        ['list missing null', { n: { $lte: null } }],
        ['empty zero', { n: { $ne: null } }],
        ['empty list null zero', { n: { $exists: true } }],
        ['missing', { n: { $exists: false } }],
        ['empty missing null zero', { n: { $ne: 1 } }],
        ['list null', { n: { $exists: true, $eq: null } }],
      ],
      'n',
    );
  });

  it('an array matches by each of its elements, and not by theirs', async () => {
    const documents = [
      { _id: 'both', n: [5, 1] },
      { _id: 'high', n: [5, 9] },
      { _id: 'nested', n: [[1]] },
      { _id: 'one', n: 1 },
      { _id: 'empty', n: [] },
    ];
    await expectFinds(
      newRows(),
      documents,
      [
        ['both one', { n: 1 }],
        ['both one', { n: { $lte: 1 } }],
        ['both one', { n: { $in: [1, 7] } }],
        ['empty high nested', { n: { $ne: 1 } }],
        ['both', { n: { $lte: 1, $eq: 5 } }],
        ['both high', { 'n.0': 5 }],
        ['empty one', { 'n.0': { $exists: false } }],
      ],
      'n',
    );
  });

  it('a path goes through the documents of an array, and through nothing else', async () => {
    const documents = [
      { _id: 'all', e: [{ a: 1 }, { a: 2 }] },
      { _id: 'array', e: [{ a: [1, 5] }, { a: [7] }] },
      { _id: 'empty', e: [] },
      { _id: 'inner', e: { a: 1 } },
      { _id: 'nested', e: [[{ a: 1 }]] },
      { _id: 'null', e: [{ a: null }] },
      { _id: 'scalar', e: 1 },
      { _id: 'scalars', e: [1, 'x'] },
      { _id: 'some', e: [{ a: 1 }, { b: 1 }] },
    ];
    await expectFinds(
      newRows(),
      documents,
      [
        ['all array inner some', { 'e.a': 1 }],
        ['array', { 'e.a': 7 }],
        ['array', { 'e.a': { $in: [7] } }],
        ['all array inner some', { 'e.a': { $lte: 2 } }],
        ['null scalar some', { 'e.a': null }],
        ['null scalar some', { 'e.a': { $in: [null] } }],
        ['all array empty inner nested scalars', { 'e.a': { $ne: null } }],
        ['empty nested null scalar scalars', { 'e.a': { $ne: 1 }, 'e.b': { $ne: 1 } }],
        ['all array inner null some', { 'e.a': { $exists: true } }],
        ['empty nested scalar scalars', { 'e.a': { $exists: false } }],
        ['all array nested some', { 'e.0.a': 1 }],
        ['scalars', { 'e.1': 'x' }],
      ],
      'e.a',
    );
  });

  it('$elemMatch wants all of its conditions of one document in an array', async () => {
    const documents = [
      {
        _id: 'one',
        e: [
          { a: 1, b: at(1) },
          { a: 2, b: at(5) },
        ],
      },
      {
        _id: 'two',
        e: [
          { a: 1, b: at(5) },
          { a: 2, b: at(1) },
        ],
      },
      { _id: 'inner', e: { a: 1, b: at(1) } },
      { _id: 'scalars', e: [1, at(1)] },
      { _id: 'without', e: [{ a: 1 }] },
    ];
    await expectFinds(
      newRows(),
      documents,
      [
        ['one', { e: { $elemMatch: { a: 1, b: { $lte: at(2) } } } }],
        ['one two without', { e: { $elemMatch: { a: 1 } } }],
        ['two', { e: { $elemMatch: { a: 1, b: at(5) } } }],
        ['without', { e: { $elemMatch: { a: 1, b: { $exists: false } } } }],
        ['one two', { e: { $elemMatch: { a: { $ne: 1 } } } }],
        ['inner one two without', { 'e.a': 1 }],
        ['', { e: { $elemMatch: { c: 1 } } }],
      ],
      'e.a',
    );
  });

  it('values of different types are neither equal nor in order, numbers of any type are', async () => {
    const rows = newRows();
    const documents = [
      { _id: 'date', n: at(0) },
      { _id: 'double', n: new mongo.Double(1) },
      { _id: 'false', n: false },
      { _id: 'int', n: 1 },
      { _id: 'long', n: mongo.Long.fromNumber(1) },
      { _id: 'more', n: 1.5 },
      { _id: 'text', n: '1' },
      { _id: 'less', n: -2 },
      { _id: 'id', n: new mongo.ObjectId('000000000000000000000001') },
      { _id: 'zero', n: 0 },
    ];
    await expectFinds(
      rows,
      documents,
      [
        ['double int long', { n: 1 }],
        ['double int long', { n: { $in: [1, 2] } }],
        ['double int less long zero', { n: { $lte: 1 } }],
        ['date', { n: { $lte: at(0) } }],
        ['', { n: { $lte: at(-1) } }],
        ['text', { n: { $lte: '9' } }],
        ['false', { n: false }],
        ['zero', { n: 0 }],
        ['id', { n: new mongo.ObjectId('000000000000000000000001') }],
        ['date', { n: at(0) }],
      ],
      'n',
    );
    const numbers = newRows() as unknown as mongo.Collection<{ _id: unknown }>;
    await numbers.insertOne({ _id: 1 });
    for (const same of [mongo.Long.fromNumber(1), new mongo.Double(1)])
      expect(await outcomeOf(numbers.insertOne({ _id: same }))).to.deep.equal({ code: 11000 });
    await numbers.insertOne({ _id: '1' });
  });

  it('$type looks at the elements of an array', async () => {
    const documents = [
      { _id: 'list', n: [1, 'x'] },
      { _id: 'numbers', n: [1] },
      { _id: 'text', n: '' },
      { _id: 'missing' },
    ];
    await expectFinds(newRows(), documents, [['list text', { n: { $type: 'string' } }]], 'n');
  });

  it('fields may have the names that every object of JavaScript has', async () => {
    const rows = newRows();
    const row = { _id: 'a', constructor: { a: 1 }, inner: { constructor: 'x', toString: 'y' } };
    await rows.insertMany([row as Row, { _id: 'b' }]);
    expect(await rows.find({ 'inner.constructor': 'x' }).toArray()).to.deep.equal([row]);
    expect(await rows.find({ valueOf: { $exists: true } }).toArray()).to.deep.equal([]);
    const changed = await rows.findOneAndUpdate(
      { _id: 'a' },
      { $set: { 'inner.n': 1, 'constructor.b': 2 } },
      after,
    );
    expect(changed).to.deep.equal({ ...row, constructor: { a: 1, b: 2 }, inner: { ...row.inner, n: 1 } });
  });
});

describeBothEngines('an edge of a sort', (newRows) => {
  it('puts types in order, what is missing before all, and dates after numbers and texts', async () => {
    const rows = newRows();
    const values = [undefined, -1.5, 7, 'B', 'a', { a: 1 }, false, true, at(1), at(2)];
    const documents = values.map((n, i) => ({ _id: String(i), ...(n !== undefined && { n }) }));
    await rows.insertMany([...documents].reverse());
    const sorted = async (way: 1 | -1) =>
      (await rows.find().sort({ n: way }).toArray()).map(({ _id }) => _id).join('');
    expect(await sorted(1)).to.equal('0123456789');
    expect(await sorted(-1)).to.equal('9876543210');
  });

  it('takes an array without documents for one without the field', async () => {
    const rows = newRows();
    await rows.insertMany([
      { _id: 'two', e: [{ a: 2 }] },
      { _id: 'empty', e: [] },
      { _id: 'scalars', e: [1, 2] },
      { _id: 'one', e: [{ a: 3 }, { a: 1 }] },
    ]);
    const sorted = await rows.find().sort({ 'e.a': 1, _id: 1 }).toArray();
    expect(sorted.map(({ _id }) => _id)).to.deep.equal(['empty', 'scalars', 'one', 'two']);
  });
});

describeBothEngines('an edge of an update', (newRows) => {
  it('is made of whatever its filter finds', async () => {
    const rows = newRows();
    const row = { e: [{ a: 1 }, { b: 1 }], list: [{ a: [1, 5] }, { a: [7] }], n: 0 };
    for (const filter of [
      { 'e.a': null },
      { 'list.a': 7 },
      { 'list.a': { $lte: 1 } },
      { none: { $lte: null } },
    ])
      expect(await updated(rows, row, { $inc: { n: 1 } }, filter)).to.deep.equal({ ...row, n: 1 });
  });

  it('$min and $max set what is missing, and put null before and dates after all numbers', async () => {
    const rows = newRows();
    const row = { n: 5, at: at(5), nothing: null };
    const both = { n: 5, at: at(3), nothing: 1, fresh: at(1) };
    expect(await updated(rows, row, { $min: both })).to.deep.equal({
      n: 5,
      at: at(3),
      nothing: null,
      fresh: at(1),
    });
    expect(await updated(rows, row, { $max: both })).to.deep.equal({
      n: 5,
      at: at(5),
      nothing: 1,
      fresh: at(1),
    });
    expect(await updated(rows, row, { $min: { at: 9, n: at(0) } })).to.deep.equal({ ...row, at: 9 });
    expect(await updated(rows, row, { $max: { at: 9, n: at(0) } })).to.deep.equal({ ...row, n: at(0) });
    expect(await updated(rows, row, { $min: { 'way.to': 1 } })).to.deep.equal({ ...row, way: { to: 1 } });
  });

  it('$inc adds to numbers alone', async () => {
    const rows = newRows();
    expect(await updated(rows, { n: 1 }, { $inc: { n: 1.5, 'way.to': -1 } })).to.deep.equal({
      n: 2.5,
      way: { to: -1 },
    });
    for (const n of [null, '1', at(1), [1]])
      expect(await updated(rows, { n }, { $inc: { n: 1 } })).to.equal(14);
    expect(await updated(rows, { n: 2 ** 31 - 1 }, { $inc: { n: 1 } })).to.deep.equal({ n: 2 ** 31 });
  });

  it('$push keeps what its $slice says, and takes an array for one element', async () => {
    const rows = newRows();
    const push = (operand: unknown, list: unknown = [1, 2]) =>
      updated(rows, { list }, { $push: { list: operand } });
    expect(await push({ $each: [3, 4], $slice: -3 })).to.deep.equal({ list: [2, 3, 4] });
    expect(await push({ $each: [3], $slice: -9 })).to.deep.equal({ list: [1, 2, 3] });
    expect(await push({ $each: [], $slice: -1 })).to.deep.equal({ list: [2] });
    expect(await push({ $each: [3], $slice: 0 })).to.deep.equal({ list: [] });
    expect(await push([3, 4])).to.deep.equal({ list: [1, 2, [3, 4]] });
    expect(await push(3, null)).to.equal(2);
    expect(await updated(rows, {}, { $push: { 'way.to': { $each: [1, 2, 3], $slice: -2 } } })).to.deep.equal({
      way: { to: [2, 3] },
    });
  });

  it('$pull takes out the documents that meet its conditions, or the values that do', async () => {
    const rows = newRows();
    const list = [{ id: 'a', n: 1 }, 'a', { id: 'a', n: 2 }, { id: 'b', n: 1 }, 1, null, { n: 3 }];
    const without = (...places: number[]) => ({ list: list.filter((_, i) => !places.includes(i)) });
    const pull = (operand: unknown) => updated(rows, { list }, { $pull: { list: operand } });
    expect(await pull({ id: 'a' })).to.deep.equal(without(0, 2));
    expect(await pull({ id: 'a', n: 1 })).to.deep.equal(without(0));
    expect(await pull({ n: { $lte: 1 } })).to.deep.equal(without(0, 3));
    expect(await pull({ id: { $exists: false } })).to.deep.equal(without(6));
    expect(await pull('a')).to.deep.equal(without(1));
    expect(await pull(null)).to.deep.equal(without(5));
    expect(await pull({ $in: [1, 'a'] })).to.deep.equal(without(1, 4));
    expect(await pull('none')).to.deep.equal(without());
  });

  it('$set and $unset make and leave what is on their way', async () => {
    const rows = newRows();
    const row = { inner: { a: 1, b: 2 }, list: [1, 2], text: 'x', nothing: null };
    expect(await updated(rows, row, { $set: { 'inner.c.d': 1, text: null } })).to.deep.equal({
      ...row,
      inner: { a: 1, b: 2, c: { d: 1 } },
      text: null,
    });
    expect(await updated(rows, row, { $set: { 'list.1': 9 } })).to.deep.equal({ ...row, list: [1, 9] });
    expect(await updated(rows, row, { $set: { 'list.3': 9 } })).to.deep.equal({
      ...row,
      list: [1, 2, null, 9],
    });
    expect(await updated(rows, row, { $set: { 'nothing.x': 9 } })).to.equal(28);
    expect(await updated(rows, row, { $set: { 'list.x': 9 } })).to.equal(28);
    expect(
      await updated(rows, row, { $unset: { 'inner.a': '', 'inner.z': '', 'no.such': '' } }),
    ).to.deep.equal({ ...row, inner: { b: 2 } });
    expect(await updated(rows, row, { $unset: { 'list.0': '' } })).to.deep.equal({ ...row, list: [null, 2] });
  });

  it('the positional $ is the first element that the filter means, beside other changes', async () => {
    const rows = newRows();
    const row = {
      e: [
        { id: 'a', n: 1 },
        { id: 'b', n: 1 },
        { id: 'b', n: 2 },
      ],
      words: ['x', 'y', 'y'],
      n: 0,
    };
    const set = (filter: object, update: object) => updated(rows, row, update, filter);
    const [a, b, c] = row.e;
    expect(await set({ 'e.id': 'b' }, { $set: { 'e.$.n': 9 }, $inc: { n: 1 } })).to.deep.equal({
      ...row,
      e: [a, { id: 'b', n: 9 }, c],
      n: 1,
    });
    expect(
      await set({ e: { $elemMatch: { id: 'b', n: { $lte: 2, $ne: 1 } } } }, { $set: { 'e.$.n': 9 } }),
    ).to.deep.equal({ ...row, e: [a, b, { id: 'b', n: 9 }] });
    expect(await set({ 'e.id': { $in: ['b'] } }, { $set: { 'e.$.deep.er': 1 } })).to.deep.equal({
      ...row,
      e: [a, { ...b, deep: { er: 1 } }, c],
    });
    expect(await set({ words: 'y' }, { $set: { 'words.$': 'z' } })).to.deep.equal({
      ...row,
      words: ['x', 'z', 'y'],
    });
    expect(await set({}, { $set: { 'words.$': 'z' } })).to.equal(2);
  });
});

describeBothEngines('an edge of an upsert', (newRows) => {
  it('makes fields of the equalities of its filter, null too, and of nothing else in it', async () => {
    const rows = newRows();
    const filter = {
      _id: 'a',
      nothing: null,
      'way.to': 1,
      eq: { $eq: 2 },
      ne: { $ne: 3 },
      lte: { $lte: 4 },
      no: { $exists: false },
      e: { $elemMatch: { a: 1 } },
    };
    const update = {
      $setOnInsert: { once: true },
      $set: { 'way.too': 2 },
      $inc: { eq: 1 },
      $max: { at: at(1) },
      $unset: { gone: '' },
    };
    const made = await rows.findOneAndUpdate(filter, update, { upsert: true, ...after });
    expect(made).to.deep.equal({
      _id: 'a',
      nothing: null,
      way: { to: 1, too: 2 },
      eq: 3,
      once: true,
      at: at(1),
    });
    expect(await rows.find({ e: { $exists: true } }).toArray()).to.deep.equal([]);
  });

  it('stores nothing when its _id or a unique key is taken', async () => {
    const rows = newRows();
    await rows.createIndex({ key: 1 }, { unique: true, partialFilterExpression: { key: { $exists: true } } });
    const row = { _id: 'a', key: 1, state: 'paid' };
    await rows.insertOne(row);
    const upsert = (filter: mongo.Filter<Row>, $set: object) =>
      outcomeOf(rows.findOneAndUpdate(filter, { $set, $setOnInsert: { once: 1 } }, { upsert: true }));
    const taken = await upsert({ _id: 'a', state: 'created' }, { state: 'closed' });
    expect(taken).to.have.property('code').that.is.oneOf([11000, 8000]); // 8000: documentdb, of an _id
    expect(await upsert({ _id: 'b' }, { key: 1 })).to.deep.equal({ code: 11000 });
    expect(await upsert({ _id: 'b', key: 1 }, { state: 'paid' })).to.deep.equal({ code: 11000 });
    expect(await rows.find().toArray()).to.deep.equal([row]);
  });
});

describeBothEngines('an edge of a unique index', (newRows) => {
  it('holds null, but not a missing field, where its documents are those that have the field', async () => {
    const rows = newRows();
    await rows.createIndex({ key: 1 }, { unique: true, partialFilterExpression: { key: { $exists: true } } });
    await rows.insertMany([
      { _id: 'missing' },
      { _id: 'missing too' },
      { _id: 'null', key: null },
      { _id: 'one', key: 1 },
      { _id: 'text', key: '1' },
      { _id: 'date', key: at(1) },
      { _id: 'list', key: ['x', 'y'] },
    ]);
    for (const key of [null, 1, mongo.Long.fromNumber(1), '1', at(1), 'y', ['z', 'x']])
      expect(await outcomeOf(rows.insertOne({ _id: 'new', key })), String(key)).to.deep.equal({
        code: 11000,
      });
    expect(await outcomeOf(rows.findOneAndUpdate({ _id: 'missing' }, { $set: { key: null } }))).to.deep.equal(
      { code: 11000 },
    );
    await rows.findOneAndUpdate({ _id: 'null' }, { $unset: { key: '' } });
    expect(await rows.findOneAndUpdate({ _id: 'missing' }, { $set: { key: null } }, after)).to.include({
      key: null,
    });
  });

  it('names the index, and the key if at all, of which a value is taken', async () => {
    const rows = newRows();
    await rows.createIndex({ mchId: 1, no: -1 }, { name: 'by-no', unique: true });
    await rows.insertOne({ _id: 'a', mchId: '19', no: 7 });
    const writes = [
      () => rows.insertOne({ _id: 'b', mchId: '19', no: 7 }),
      () => rows.findOneAndUpdate({ _id: 'b' }, { $set: { mchId: '19', no: 7 } }, { upsert: true }),
    ];
    for (const write of writes) {
      const error = await write().catch((reason: unknown) => reason);
      if (!(error instanceof mongo.MongoServerError)) throw error;
      expect(error).to.deep.include({ code: 11000, keyPattern: { mchId: 1, no: -1 } });
      expect(error.message).to.match(/^E11000 duplicate key error collection: .* index: by-no/);
      expect(error.keyValue ?? { mchId: '19', no: 7 }).to.deep.equal({ mchId: '19', no: 7 });
    }
    const bulk = await rows.insertMany([{ _id: 'b' }, { _id: 'a' }]).catch((reason: unknown) => reason);
    if (!(bulk instanceof mongo.MongoBulkWriteError)) throw bulk;
    expect([bulk.writeErrors].flat().map(({ index, code }) => [index, code])).to.deep.equal([[1, 11000]]);
  });
});

describeBothEngines('an edge of reading', (newRows) => {
  it('a cursor ends when its limit is reached, and has no more than its batch', async () => {
    const rows = newRows();
    await rows.insertMany(Array.from({ length: 20 }, (_, i) => ({ _id: String(i).padStart(2, '0') })));
    const find = async (options: object) => {
      const { cursor } = await rows.db.command({ find: rows.collectionName, sort: { _id: 1 }, ...options });
      return { id: cursor.id as mongo.Long | number, batch: cursor.firstBatch.length as number };
    };
    const isOpen = ({ id }: { id: mongo.Long | number }) => Number(id) !== 0;
    for (const [options, batch, open] of [
      [{ batchSize: 0 }, 0, true],
      [{ batchSize: 3 }, 3, true],
      [{ batchSize: 30 }, 20, false],
      [{ limit: 5 }, 5, false],
      [{ limit: 5, batchSize: 2 }, 2, true],
      [{ batchSize: 3, singleBatch: true }, 3, false],
      [{ limit: 50 }, 20, false],
    ] as const) {
      const cursor = await find(options);
      expect([cursor.batch, isOpen(cursor)], JSON.stringify(options)).to.deep.equal([batch, open]);
      // A server keeps only so many that nobody ends.
      if (isOpen(cursor)) await rows.db.command({ killCursors: rows.collectionName, cursors: [cursor.id] });
    }
    const ids = async (limit: number, size: number) =>
      (await rows.find().sort({ _id: -1 }).limit(limit).batchSize(size).toArray()).map(({ _id }) => _id);
    expect(await ids(7, 3)).to.deep.equal(['19', '18', '17', '16', '15', '14', '13']);
    expect(await ids(0, 20)).to.have.lengthOf(20);
    expect(await rows.db.collection(`${rows.collectionName}_none`).find().toArray()).to.deep.equal([]);
  });

  it('a document may have 16 MB, and stays as it is when an update would make it larger', async () => {
    const rows = newRows();
    const text = 'x'.repeat(16 * 1024 * 1024 - 100);
    await rows.insertOne({ _id: 'a', text });
    const larger = await outcomeOf(rows.findOneAndUpdate({ _id: 'a' }, { $set: { more: 'y'.repeat(200) } }));
    expect(larger).to.have.property('code').that.is.oneOf([10334, 17419]);
    const kept = await rows.findOne({ _id: 'a' });
    expect([Object.keys(kept ?? {}), kept?.text === text]).to.deep.equal([['_id', 'text'], true]);
  });
});

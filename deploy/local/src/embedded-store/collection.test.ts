import { expect } from 'chai';
import { describe, it } from 'mocha';
import { Collection } from './collection.ts';
import type { BsonDocument } from './command-failure.ts';
import { compileFilter } from './filter.ts';

const at = (seconds: number) => new Date(seconds * 1000);

describe('a collection of the embedded store', () => {
  const rows = new Collection('test.rows', () => {});
  rows.createIndex({ key: { mchId: 1, outTradeNo: 1 }, name: 'of_order' });
  rows.createIndex({ key: { 'effects.dueAt': 1 }, name: 'due' });
  for (let i = 0; i < 2000; i += 1) {
    const effects = i < 20 ? [{ id: 'e', dueAt: at(i) }] : [];
    rows.insert({ _id: String(i), mchId: String(i % 3), outTradeNo: String(i), tags: ['x'], effects });
  }

  const cases: readonly (readonly [filter: BsonDocument, found: number, looked: number])[] = [
    [{ _id: '7' }, 1, 1],
    [{ _id: '7', mchId: '0' }, 0, 1],
    [{ _id: 'none' }, 0, 0],
    [{ mchId: '1', outTradeNo: '7' }, 1, 1],
    [{ mchId: '2', outTradeNo: '7' }, 0, 0],
    [{ 'effects.dueAt': at(3) }, 1, 1],
    [{ 'effects.dueAt': { $lte: at(4) } }, 5, 5],
    [{ effects: { $elemMatch: { id: 'e', dueAt: { $lte: at(4) } } } }, 5, 2000],
    [{ mchId: '1' }, 667, 2000],
    [{ _id: { $in: ['7', '8'] } }, 2, 2000],
  ];
  for (const [filter, found, looked] of cases) {
    it(`looks at ${looked} of 2000 documents for ${JSON.stringify(filter)}`, () => {
      const compiled = compileFilter(filter, () => {});
      let tested = 0;
      const test = (document: BsonDocument) => {
        tested += 1;
        return compiled.test(document);
      };
      expect(rows.find({ ...compiled, test })).to.have.lengthOf(found);
      expect(tested).to.equal(looked);
    });
  }

  it('looks no further than its limit, unless it has to sort', () => {
    const due = { 'effects.dueAt': { $lte: at(9) } };
    const sorted: readonly (readonly [
      filter: BsonDocument,
      sort: BsonDocument,
      ids: string[],
      looked: number,
    ])[] = [
      [{}, {}, ['0', '1'], 2],
      [due, { 'effects.dueAt': 1 }, ['0', '1'], 2],
      [due, { 'effects.dueAt': -1 }, ['9', '8'], 10],
      [due, { mchId: 1, 'effects.dueAt': 1 }, ['0', '3'], 10],
      [{}, { 'effects.dueAt': -1 }, ['19', '18'], 2000],
    ];
    for (const [filter, sort, ids, looked] of sorted) {
      const compiled = compileFilter(filter, () => {});
      let tested = 0;
      const test = (document: BsonDocument) => {
        tested += 1;
        return compiled.test(document);
      };
      expect(rows.find({ ...compiled, test }, sort, 2).map(({ _id }) => _id)).to.deep.equal(ids);
      expect(tested, JSON.stringify(sort)).to.equal(looked);
    }
  });

  it('gives what is due in its order, whatever else the array holds', () => {
    const mixed = new Collection('test.mixed', () => {});
    mixed.createIndex({ key: { 'effects.dueAt': 1 }, name: 'due' });
    const dueAt = (...dates: unknown[]) => ({
      effects: dates.map((date) => (date === undefined ? {} : { dueAt: date })),
    });
    mixed.insert({ _id: 'late', ...dueAt(at(9), at(8)) });
    mixed.insert({ _id: 'early', ...dueAt(at(9), at(1)) });
    mixed.insert({ _id: 'with a missing one', ...dueAt(at(7), undefined) });
    mixed.insert({ _id: 'text', ...dueAt('1970') });
    mixed.insert({ _id: 'too late', ...dueAt(at(10)) });
    const due = compileFilter({ 'effects.dueAt': { $lte: at(9) } }, () => {});
    const ids = mixed.find(due, { 'effects.dueAt': 1 }).map(({ _id }) => _id);
    expect(ids).to.deep.equal(['with a missing one', 'early', 'late']);
  });
});

import { expect } from 'chai';
import { it } from 'mocha';
import { describeBothEngines, outcomeOf, type Row, type Rows } from './both-engines.test.ts';

const CLIENTS = 64;
const DUPLICATE = 11_000;

/** Does something on 64 connections at once, and gives what came of each. */
async function atOnce<T>(rows: Rows, act: (client: string) => Promise<T>) {
  const clients = Array.from({ length: CLIENTS }, (_, i) => `client ${i}`);
  await Promise.all(clients.map(() => rows.db.command({ ping: 1 })));
  return await Promise.all(
    clients.map(async (client) => ({ client, ...emptyOutcome, ...(await outcomeOf(act(client))) })),
  );
}
const emptyOutcome = { value: undefined, code: undefined };

/** The one client that won, when all others were told of a duplicate key. */
function onlyWinner(outcomes: readonly { client: string; code: unknown }[]): string {
  const winners = outcomes.filter(({ code }) => code === undefined);
  expect(winners).to.have.lengthOf(1);
  expect(outcomes.filter(({ code }) => code === DUPLICATE)).to.have.lengthOf(CLIENTS - 1);
  return winners[0]?.client ?? '';
}

const onlyPaid = { unique: true, partialFilterExpression: { transactionId: { $exists: true } } };
const toNumber = (client: string) => Number(client.split(' ').at(-1));
/** Two clients each want the same transaction. */
const toTransactionId = (client: string) => `t${Math.floor(toNumber(client) / 2)}`;

/** Expects that of the two that wanted a transaction one has it, and only the other was refused. */
async function expectOneOfEachPair(rows: Rows, outcomes: readonly { client: string; code: unknown }[]) {
  const won = outcomes.filter(({ code }) => code === undefined).map(({ client }) => client);
  const paid = await rows.find({ transactionId: { $exists: true } }).toArray();
  expect(paid.map(({ _id }) => _id)).to.have.members(won);
  expect(new Set(won.map(toTransactionId)).size).to.equal(CLIENTS / 2);
  for (const { _id, transactionId } of paid) expect(transactionId).to.equal(toTransactionId(_id));
  // Nearly always as a duplicate key; a server has been seen to call one of them a conflict.
  expect(outcomes.filter(({ code }) => code !== undefined)).to.have.lengthOf(CLIENTS / 2);
  expect(outcomes.map(({ code }) => code)).to.include(DUPLICATE);
}

describeBothEngines('of 64 connections at once', (newRows) => {
  it('one inserts an _id, and the others are told that it is taken', async () => {
    const rows = newRows();
    for (const _id of ['a', 'b', 'c']) {
      const winner = onlyWinner(await atOnce(rows, (client) => rows.insertOne({ _id, client })));
      expect(await rows.findOne({ _id })).to.deep.equal({ _id, client: winner });
    }
  });

  it('one makes the document that all upsert, and each that was told so has counted in it', async () => {
    const rows = newRows();
    for (const _id of ['a', 'b', 'c']) {
      const outcomes = await atOnce(rows, (client) =>
        rows.findOneAndUpdate(
          { _id },
          { $setOnInsert: { client }, $inc: { times: 1 } },
          { upsert: true, includeResultMetadata: true },
        ),
      );
      const counted = outcomes.filter(({ code }) => code === undefined);
      expect(counted.length + outcomes.filter(({ code }) => code === DUPLICATE).length).to.equal(CLIENTS);
      const found = await rows.findOne({ _id });
      expect(found).to.include({ times: counted.length });
      // A server may tell more than one that it made the document: those that lost, and then updated it, too.
      const made = counted.filter(({ value }) => value?.lastErrorObject?.upserted === _id);
      expect(made.map(({ client }) => client)).to.include(found?.client);
      const seen = counted.flatMap(({ value }) => value?.value?.client ?? []);
      expect(new Set([...seen, found?.client])).to.deep.equal(new Set([found?.client]));
    }
  });

  it('one of two orders gets a transaction, and the other stays as it was', async () => {
    const rows = newRows();
    await rows.createIndex({ mchId: 1, transactionId: 1 }, onlyPaid);
    const ids = Array.from({ length: CLIENTS }, (_, i) => `client ${i}`);
    await rows.insertMany(ids.map((_id) => ({ _id, mchId: '19', paid: 0 })));
    const pay = (_id: string) => {
      const change = { $set: { transactionId: toTransactionId(_id) }, $inc: { paid: 1 } };
      return rows.findOneAndUpdate({ _id, transactionId: { $exists: false } }, change);
    };
    await expectOneOfEachPair(rows, await atOnce(rows, pay));
    expect(await rows.find({ paid: 0, transactionId: { $exists: false } }).toArray()).to.have.lengthOf(
      CLIENTS / 2,
    );
  });

  it('one of two new orders gets a transaction, and the other is not stored', async () => {
    const rows = newRows();
    await rows.createIndex({ transactionId: 1 }, onlyPaid);
    const add = (_id: string): Promise<unknown> => {
      const transactionId = toTransactionId(_id);
      return toNumber(_id) % 2 === 0
        ? rows.insertOne({ _id, transactionId })
        : rows.findOneAndUpdate({ _id }, { $set: { transactionId } }, { upsert: true });
    };
    await expectOneOfEachPair(rows, await atOnce(rows, add));
    expect(await rows.find().toArray()).to.have.lengthOf(CLIENTS / 2);
  });

  it('one passes a guard, and the others find nothing', async () => {
    const rows = newRows();
    await rows.insertOne({ _id: 'a', status: 'created', version: 0, line: [] });
    for (const version of [0, 1, 2]) {
      const guard = { _id: 'a', status: 'created', version };
      const outcomes = await atOnce(rows, (client) =>
        rows.findOneAndUpdate(guard, { $set: { client }, $inc: { version: 1 } }),
      );
      expect(outcomes.filter(({ code }) => code !== undefined)).to.deep.equal([]);
      const won = outcomes.filter(({ value }) => value !== null);
      expect(won).to.have.lengthOf(1);
      const row: Row | null = await rows.findOne({ _id: 'a' });
      expect(row).to.include({ client: won[0]?.client, version: version + 1 });
    }
  });
});

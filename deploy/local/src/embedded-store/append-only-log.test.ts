import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { AppendOnlyLog, openLog } from './append-only-log.ts';
import { Collections } from './collections.ts';
import { compileFilter } from './filter.ts';

const everything = compileFilter({}, () => {});

describe('the log of the embedded store', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'huidiao-log-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const file = () => join(folder, 'store.log');
  const rowsIn = (collections: Collections) => collections.get('db.rows')?.find(everything) ?? [];

  /** What a new process finds in the folder. */
  async function reopened(): Promise<Collections> {
    const collections = new Collections(() => {});
    await (await openLog(folder, collections)).close();
    return collections;
  }

  /** Writes the rows one after another, each synced, and gives the length of the file after each. */
  async function written(rows: readonly object[]): Promise<number[]> {
    let log: AppendOnlyLog | undefined;
    const collections = new Collections((record) => log?.append(record));
    log = await openLog(folder, collections);
    const lengths: number[] = [];
    for (const row of rows) {
      collections.getOrCreate('db.rows').insert({ ...row });
      await log.synced();
      lengths.push(statSync(file()).size);
    }
    await log.close();
    return lengths;
  }

  it('loses nothing but its last record when it is cut off at any byte of that', async () => {
    const rows = [
      { _id: 'a', text: '微信' },
      { _id: 'b', at: new Date(0) },
      { _id: 'c', list: [1, { x: null }] },
    ];
    const [, before = 0, end = 0] = await written(rows);
    copyFileSync(file(), `${file()}.whole`);
    for (let length = before; length <= end; length += 1) {
      copyFileSync(`${file()}.whole`, file());
      truncateSync(file(), length);
      expect(rowsIn(await reopened()), `cut at byte ${length}`).to.deep.equal(
        length < end ? rows.slice(0, 2) : rows,
      );
    }
    await written([{ _id: 'd' }]);
    expect(rowsIn(await reopened())).to.deep.equal([...rows, { _id: 'd' }]);
  });

  it('loses nothing but its last record when a power failure left zeros there', async () => {
    const [before = 0, end = 0] = await written([{ _id: 'a' }, { _id: 'b' }]);
    const whole = readFileSync(file());
    for (const bytes of [Buffer.from(whole).fill(0, before), Buffer.concat([whole, Buffer.alloc(4096)])]) {
      writeFileSync(file(), bytes);
      const kept = bytes.length > end ? ['a', 'b'] : ['a'];
      expect(rowsIn(await reopened()).map(({ _id }) => _id)).to.deep.equal(kept);
    }
  });

  it('refuses to open when a byte before its last record is wrong, and leaves the file as it is', async () => {
    const [before = 0] = await written([{ _id: 'a', text: 'x'.repeat(40) }, { _id: 'b' }]);
    const whole = readFileSync(file());
    for (let at = 0; at < before; at += 1) {
      const damaged = Buffer.from(whole);
      damaged.writeUInt8(damaged.readUInt8(at) ^ 0x10, at);
      writeFileSync(file(), damaged);
      const error = await reopened().catch((reason: Error) => reason);
      expect(error, `byte ${at}`).to.be.instanceOf(Error);
      expect((error as Error).message).to.contain(file());
      expect(readFileSync(file()).equals(damaged)).to.equal(true);
    }
  });

  it('is written anew when it is opened, with all that counts and nothing that is outdated', async () => {
    let log: AppendOnlyLog | undefined;
    const collections = new Collections((record) => log?.append(record));
    log = await openLog(folder, collections);
    const rows = collections.getOrCreate('db.rows');
    rows.createIndex({ key: { n: 1 }, name: 'n_1', unique: true });
    rows.createIndex({ key: { gone: 1 }, name: 'gone_1' });
    rows.createIndex({ key: { at: 1 }, name: 'at_1', expireAfterSeconds: 0 });
    rows.dropIndex('gone_1');
    for (const _id of ['a', 'b', 'over'])
      rows.insert({ _id, n: _id, ...(_id === 'over' && { at: new Date(0) }) });
    for (let times = 1; times <= 500; times += 1) rows.replace({ _id: 'a' }, { _id: 'a', n: 'a', times });
    rows.deleteExpired(new Date());
    collections.getOrCreate('dropped.rows').insert({ _id: 'a' });
    collections.dropDatabase('dropped');
    await log.close();
    const before = statSync(file()).size;

    const indexes = rows.listIndexes();
    for (const again of [await reopened(), await reopened()]) {
      expect(rowsIn(again)).to.deep.equal([
        { _id: 'a', n: 'a', times: 500 },
        { _id: 'b', n: 'b' },
      ]);
      expect(again.get('db.rows')?.listIndexes()).to.deep.equal(indexes);
      expect(again.get('dropped.rows')).to.equal(undefined);
      expect(() => again.get('db.rows')?.insert({ _id: 'c', n: 'b' })).to.throw('E11000');
    }
    expect(statSync(file()).size).to.be.lessThan(before / 20);
  });

  describe('on a disk that takes its time', () => {
    /** Stands in for the file: each sync ends when the test says so. */
    function slowDisk() {
      const syncs: { resolve: () => void; reject: (error: Error) => void }[] = [];
      const groups: number[] = [];
      const file = {
        appendFile: async (bytes: Buffer) => void groups.push(bytes.length),
        datasync: () => new Promise<void>((resolve, reject) => syncs.push({ resolve, reject })),
        close: async () => {},
      };
      return { log: new AppendOnlyLog(file as unknown as FileHandle), syncs, groups };
    }
    const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

    it('lets a reply wait for what is being synced, and for nothing that came later', async () => {
      const { log, syncs, groups } = slowDisk();
      const done: string[] = [];
      const reply = (name: string) => log.synced().then(() => done.push(name));
      log.append({ dropDatabase: 'a' });
      const first = reply('write a');
      const second = reply('read after a');
      await turn();
      const third = reply('read while a is synced');
      log.append({ dropDatabase: 'b' });
      const fourth = reply('write b');
      await turn();
      expect(done).to.deep.equal([]);
      syncs[0]?.resolve();
      await Promise.all([first, second, third]);
      expect(done).to.deep.equal(['write a', 'read after a', 'read while a is synced']);
      await turn();
      syncs[1]?.resolve();
      await fourth;
      expect([done.length, groups.length, log.syncs]).to.deep.equal([4, 2, 2]);
    });

    it('syncs what gathers meanwhile at once', async () => {
      const { log, syncs, groups } = slowDisk();
      log.append({ dropDatabase: 'a' });
      const replies = [log.synced()];
      await turn();
      for (let i = 0; i < 100; i += 1) {
        log.append({ dropDatabase: String(i) });
        replies.push(log.synced());
      }
      syncs[0]?.resolve();
      await replies[0];
      await turn();
      syncs[1]?.resolve();
      await Promise.all(replies);
      expect(groups).to.have.lengthOf(2);
    });

    it('acknowledges nothing any more once a sync failed', async () => {
      const { log, syncs } = slowDisk();
      log.append({ dropDatabase: 'a' });
      const failed = log.synced().catch((error: Error) => error.message);
      await turn();
      syncs[0]?.reject(new Error('disk full'));
      expect(await failed).to.equal('disk full');
      log.append({ dropDatabase: 'b' });
      expect(await log.synced().catch((error: Error) => error.message)).to.equal('disk full');
      expect(syncs).to.have.lengthOf(1);
    });
  });
});

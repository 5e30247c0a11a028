import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EJSON } from 'bson';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type AppendOnlyLog, openLog } from './append-only-log.ts';
import type { Collection } from './collection.ts';
import { Collections } from './collections.ts';

const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1000);
const SECTOR_BYTES = 512;
/** Each log is opened, and so synced, hundreds of times: where there is a folder in memory, that takes no time. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** What makes a record of each kind, in the collection that `begin` leaves. */
const kinds: Readonly<Record<string, (rows: Collection, all: Collections) => void>> = {
  'an insert': (rows) => rows.insert({ _id: 'c', key: 3, text: '微信', at: at(9) }),
  'an update': (rows) => rows.replace({ _id: 'b' }, { _id: 'b', key: 4, list: [{ x: null }] }),
  'the expiry of a document': (rows) => rows.deleteExpired(at(1)),
  'the making of an index': (rows) => rows.createIndex({ key: { n: -1 }, name: 'n' }),
  'the dropping of an index': (rows) => rows.dropIndex('expiry'),
  'the dropping of a database': (_, all) => all.dropDatabase('other'),
};

function begin(rows: Collection, all: Collections): void {
  rows.createIndex({ key: { key: 1 }, name: 'key', unique: true });
  rows.createIndex({ key: { at: 1 }, name: 'expiry', expireAfterSeconds: 0 });
  rows.insert({ _id: 'a', key: 1, at: at(1) });
  rows.insert({ _id: 'b', key: 2 });
  all.getOrCreate('other.rows').insert({ _id: 'a' });
}

describe('the log of the embedded store, when its end is not as it was written', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(MEMORY, 'huidiao-cuts-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const file = () => join(folder, 'store.log');

  /** Opens what is in the folder as a new process does, changes it, and gives all that it held before. */
  async function opened(change: (rows: Collection, all: Collections) => void = () => {}): Promise<string[]> {
    let log: AppendOnlyLog | undefined;
    const all = new Collections((record) => log?.append(record));
    log = await openLog(folder, all);
    const held = [...all.records()].map((record) => EJSON.stringify(record));
    change(all.getOrCreate('db.rows'), all);
    await log.close();
    return held;
  }

  /** A log whose last record a change has made: its bytes, where the record begins, what is there without and with it. */
  async function written(change: (rows: Collection, all: Collections) => void) {
    rmSync(file(), { force: true });
    await opened(begin);
    const without = await opened();
    const start = readFileSync(file()).length;
    await opened(change);
    const bytes = readFileSync(file());
    const whole = await opened();
    expect(whole).to.not.deep.equal(without);
    return { bytes, start, without, whole };
  }

  /** Expects a log to open with just what is named, to take a write then, and to open again with both. */
  async function expectOpens(bytes: Buffer, held: readonly string[], what: string): Promise<void> {
    writeFileSync(file(), bytes);
    const insert = (rows: Collection) => rows.insert({ _id: 'later', key: 'later' });
    expect(await opened(insert), what).to.have.members(held);
    const later = EJSON.stringify({ put: { _id: 'later', key: 'later' }, namespace: 'db.rows' });
    expect(await opened(), `${what}, opened again`).to.have.members([...held, later]);
  }

  /** Expects a log to be refused, with its name and where it is damaged, and to stay as it is. */
  async function expectRefused(bytes: Buffer, start: number, what: string): Promise<void> {
    writeFileSync(file(), bytes);
    const error = await opened().catch((reason: unknown) => reason);
    expect(error, what).to.be.instanceOf(Error);
    expect(String(error)).to.contain(file()).and.to.contain(`damaged at byte ${start}`);
    expect(readFileSync(file()).equals(bytes)).to.equal(true);
  }

  for (const [kind, change] of Object.entries(kinds)) {
    it(`opens without ${kind} that is cut off at any byte, and with all else`, async () => {
      const { bytes, start, without, whole } = await written(change);
      for (let length = start; length < bytes.length; length += 1)
        await expectOpens(bytes.subarray(0, length), without, `${length - start} bytes of it`);
      await expectOpens(bytes, whole, 'all of it');
    });

    it(`refuses ${kind} in which a byte is wrong, for it may have been acknowledged`, async () => {
      const { bytes, start } = await written(change);
      for (let place = start; place < bytes.length; place += 1) {
        const damaged = Buffer.from(bytes);
        damaged.writeUInt8(damaged.readUInt8(place) ^ 0x01, place);
        await expectRefused(damaged, start, `byte ${place - start}`);
        await expectRefused(
          Buffer.concat([damaged, bytes.subarray(start)]),
          start,
          `byte ${place - start}, amid`,
        );
      }
    });
  }

  it('opens whole when nothing but zeros follow, as in blocks that were reserved before a power cut', async () => {
    const { bytes, whole } = await written((rows) => rows.insert({ _id: 'c', key: 3 }));
    for (const zeros of [1, 11, 12, 511, 4096])
      await expectOpens(Buffer.concat([bytes, Buffer.alloc(zeros)]), whole, `${zeros} zeros`);
  });

  it('opens without a last record of which a power cut left sectors unwritten, reserved blocks or not', async () => {
    const insert = (rows: Collection) =>
      rows.insert({ _id: 'c', key: 3, text: 'x'.repeat(5 * SECTOR_BYTES) });
    const { bytes, start, without } = await written(insert);
    for (const after of [0, 4096]) {
      const reserved = Buffer.concat([bytes, Buffer.alloc(after)]);
      await expectOpens(Buffer.from(reserved).fill(0, start), without, 'no sector written');
      const first = start + SECTOR_BYTES - (start % SECTOR_BYTES);
      for (let sector = first; sector < bytes.length; sector += SECTOR_BYTES) {
        const rest = Buffer.from(reserved).fill(0, sector);
        await expectOpens(rest, without, `none from ${sector} written`);
        const hole = Buffer.from(reserved).fill(0, sector, Math.min(sector + SECTOR_BYTES, bytes.length));
        await expectOpens(hole, without, `${sector} not written`);
      }
    }
  });

  it('opens without a last record of whose twelve bytes of lengths a sector has the first few only', async () => {
    for (let first = 1; first < 12; first += 1) {
      rmSync(file(), { force: true });
      await opened(begin);
      const pad = (rows: Collection) => rows.insert({ _id: 'pad', text: '' });
      await opened(pad);
      const missing = 10 * SECTOR_BYTES - first - readFileSync(file()).length;
      await opened((rows) => rows.replace({ _id: 'pad' }, { _id: 'pad', text: 'x'.repeat(missing) }));
      const without = await opened();
      const start = readFileSync(file()).length;
      expect(start % SECTOR_BYTES).to.equal(SECTOR_BYTES - first);
      await opened((rows) => rows.insert({ _id: 'c', key: 3 }));
      await expectOpens(readFileSync(file()).fill(0, start + first), without, `${first} bytes`);
    }
  });

  it('refuses a damaged record that others follow, even if it looks like a sector that was not written', async () => {
    const insert = (rows: Collection) =>
      rows.insert({ _id: 'c', key: 3, text: 'x'.repeat(5 * SECTOR_BYTES) });
    const { bytes, start } = await written(insert);
    const sector = start + 2 * SECTOR_BYTES - (start % SECTOR_BYTES);
    const hole = Buffer.from(bytes).fill(0, sector, sector + SECTOR_BYTES);
    await expectRefused(Buffer.concat([hole, bytes.subarray(start)]), start, 'a hole');
    const noHeader = Buffer.from(bytes).fill(0, start, start + 12);
    await expectRefused(Buffer.concat([noHeader, bytes.subarray(start)]), start, 'no lengths');
  });
});

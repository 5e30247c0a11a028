import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toNodeProgram, toNodeWords } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { mongo } from 'mongoose';
import { startEmbeddedStore } from './index.ts';

interface Row extends mongo.BSON.Document {
  _id: string;
}
/** What the store acknowledged: the ids that were inserted, and how often each counter was raised. */
interface Acknowledged {
  ids: Set<string>;
  raised: Map<string, number>;
}

const WRITERS = 16;
/** The moment of each round's kill: after this many acknowledged writes, chosen once at random. */
const KILLED_AFTER = [61, 407, 233];

describe('the process of the embedded store, killed in the middle of writes', () => {
  let folder: string;
  let releases: (() => unknown)[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'huidiao-crash-'));
    releases = [() => rmSync(folder, { recursive: true, force: true })];
  });
  afterEach(async () => {
    for (const release of releases.reverse()) await release();
  });

  async function startProcess(): Promise<{ child: ChildProcess; uri: string }> {
    const env = { ...process.env, EMBEDDED_STORE_FOLDER: folder, EMBEDDED_STORE_RECORD_FILE: '', PORT: '0' };
    const main = toNodeWords(toNodeProgram(join(import.meta.dirname, 'main.ts')));
    const child = spawn(process.execPath, main, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    releases.push(() => child.kill('SIGKILL'));
    const [message] = await once(child, 'message');
    return { child, uri: `mongodb://127.0.0.1:${message.port}` };
  }

  /** Inserts and raises on many connections until they fail; tells of each acknowledgement. */
  async function writeUntilFailure(uri: string, round: number, acknowledged: Acknowledged, tell: () => void) {
    const client = new mongo.MongoClient(uri, { maxPoolSize: WRITERS, serverSelectionTimeoutMS: 500 });
    releases.push(() => client.close());
    const rows = client.db('test').collection<Row>('rows');
    const write = async (writer: number) => {
      for (let i = 0; ; i += 1) {
        const _id = `${round}-${writer}-${i}`;
        await rows.insertOne({ _id, unique: _id });
        acknowledged.ids.add(_id);
        tell();
        const counter = `counter-${writer}`;
        await rows.findOneAndUpdate({ _id: counter }, { $inc: { n: 1 } }, { upsert: true });
        acknowledged.raised.set(counter, (acknowledged.raised.get(counter) ?? 0) + 1);
        tell();
      }
    };
    await Promise.allSettled(Array.from({ length: WRITERS }, (_, i) => write(i)));
    await client.close();
  }

  async function readAll(): Promise<Map<string, Row>> {
    const store = await startEmbeddedStore({ folder });
    const client = new mongo.MongoClient(store.uri);
    try {
      const rows = client.db('test').collection<Row>('rows');
      expect((await rows.listIndexes().toArray()).map(({ name }) => name)).to.deep.equal([
        '_id_',
        'unique_1',
      ]);
      return new Map((await rows.find().toArray()).map((row) => [row._id, row]));
    } finally {
      await client.close();
      await store.close();
    }
  }

  it('has each acknowledged write, three times in a row', async () => {
    const store = await startEmbeddedStore({ folder });
    const client = new mongo.MongoClient(store.uri);
    const partialFilterExpression = { unique: { $exists: true } };
    await client
      .db('test')
      .collection('rows')
      .createIndex({ unique: 1 }, { unique: true, partialFilterExpression });
    await client.close();
    await store.close();

    const acknowledged: Acknowledged = { ids: new Set(), raised: new Map() };
    let unacknowledged = 0;
    for (const [round, killedAfter] of KILLED_AFTER.entries()) {
      const { child, uri } = await startProcess();
      let count = 0;
      const ended = writeUntilFailure(uri, round, acknowledged, () => {
        count += 1;
        if (count === killedAfter) child.kill('SIGKILL');
      });
      await Promise.all([ended, once(child, 'exit')]);
      expect(count).to.be.at.least(killedAfter);

      unacknowledged += WRITERS;
      const kept = await readAll();
      const counters = [...kept.keys()].filter((id) => id.startsWith('counter'));
      expect([...kept.keys()]).to.include.members([...acknowledged.ids]);
      expect(kept.size - counters.length - acknowledged.ids.size).to.be.within(0, unacknowledged);
      for (const [counter, raised] of acknowledged.raised)
        expect(kept.get(counter)?.n, counter).to.be.within(raised, raised + round + 1);
    }
  });
});

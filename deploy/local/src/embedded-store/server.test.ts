import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toNodeProgram, toNodeWords, waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { mongo } from 'mongoose';
import { EMBEDDED_STORE_NOTICE, type EmbeddedStoreOptions, startEmbeddedStore } from './server.ts';

interface Row extends mongo.BSON.Document {
  _id: string;
}

describe('the embedded store', () => {
  let folder: string;
  let releases: (() => unknown)[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'huidiao-store-'));
    releases = [() => rmSync(folder, { recursive: true, force: true })];
  });
  afterEach(async () => {
    for (const release of releases.reverse()) await release();
  });

  async function started(options: EmbeddedStoreOptions = { folder }) {
    const store = await startEmbeddedStore(options);
    let closing: Promise<void> | undefined;
    const close = () => {
      closing ??= store.close();
      return closing;
    };
    releases.push(close);
    return { ...store, close };
  }

  function rowsOf(uri: string): mongo.Collection<Row> {
    const client = new mongo.MongoClient(`${uri}/test`, { maxPoolSize: 64, serverSelectionTimeoutMS: 2000 });
    releases.push(() => client.close());
    return client.db().collection<Row>('rows');
  }

  /** Starts main.ts as its users do; `prefix` is what the shell is to do before. */
  async function startedProcess(
    prefix = '',
  ): Promise<{ child: ChildProcess; uri: string; printed: () => string }> {
    const words = toNodeWords(toNodeProgram(join(import.meta.dirname, 'main.ts')));
    const node = `exec ${[process.execPath, ...words].map((word) => `"${word}"`).join(' ')}`;
    const env = { ...process.env, EMBEDDED_STORE_FOLDER: folder, EMBEDDED_STORE_RECORD_FILE: '', PORT: '0' };
    const child = spawn('sh', ['-c', `${prefix}${node}`], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (printed += text));
    releases.push(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    });
    const [message] = await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => {
        throw new Error(`main.ts ended: ${printed}`);
      }),
    ]);
    expect(message).to.include({ type: 'ready', service: 'embedded-store' });
    return { child, uri: `mongodb://127.0.0.1:${message.port}`, printed: () => printed };
  }

  /** Writes on 16 connections until they fail, and gives the ids of what was acknowledged. */
  function writeUntilFailure(
    rows: mongo.Collection<Row>,
    payload = '',
  ): { acknowledged: string[]; ended: Promise<unknown> } {
    const acknowledged: string[] = [];
    const writer = async (name: number) => {
      for (let i = 0; ; i += 1) {
        const _id = `${name}-${i}`;
        await rows.insertOne({ _id, payload });
        await rows.findOneAndUpdate({ _id }, { $set: { updated: true } });
        acknowledged.push(_id);
      }
    };
    const ended = Promise.allSettled(Array.from({ length: 16 }, (_, i) => writer(i)));
    return { acknowledged, ended };
  }

  async function expectAll(acknowledged: readonly string[]): Promise<void> {
    const kept = await rowsOf((await started()).uri)
      .find({ updated: true })
      .toArray();
    expect(kept.map(({ _id }) => _id)).to.include.members([...acknowledged]);
  }

  it('has everything that it acknowledged after kill -9 in the middle of writes', async () => {
    const { child, uri } = await startedProcess();
    const { acknowledged, ended } = writeUntilFailure(rowsOf(uri));
    await waitFor('writes to be acknowledged', () => acknowledged.length > 300);
    child.kill('SIGKILL');
    await Promise.all([ended, once(child, 'exit')]);
    await expectAll(acknowledged);
  });

  it('ends when its disk is full, and has everything that it acknowledged', async () => {
    const { child, uri, printed } = await startedProcess('ulimit -f 4096; ');
    const { acknowledged, ended } = writeUntilFailure(rowsOf(uri), 'x'.repeat(20_000));
    const [exitCode] = await once(child, 'exit');
    expect(exitCode).to.equal(1);
    expect(printed()).to.contain('EFBIG');
    await ended;
    await expectAll(acknowledged);
  });

  it('says at its start what it is for and how to use MongoDB instead, and ends with its parent or on SIGTERM', async () => {
    expect(EMBEDDED_STORE_NOTICE)
      .to.match(/evaluation and tests on one machine/)
      .and.match(/MONGODB_URI/);
    const ends: ((child: ChildProcess) => void)[] = [
      (child) => child.kill('SIGTERM'),
      (child) => child.disconnect(),
    ];
    for (const end of ends) {
      const { child, uri, printed } = await startedProcess();
      await rowsOf(uri).findOneAndUpdate({ _id: 'a' }, { $inc: { times: 1 } }, { upsert: true });
      end(child);
      expect(await once(child, 'exit')).to.deep.equal([0, null]);
      expect(printed()).to.contain(EMBEDDED_STORE_NOTICE).and.contain(uri);
    }
    expect(await rowsOf((await started()).uri).findOne()).to.deep.equal({ _id: 'a', times: 2 });
  });

  it('refuses a folder that another one uses', async () => {
    const first = await started();
    const error = await startEmbeddedStore({ folder }).catch((reason: Error) => reason);
    expect(error).to.be.instanceOf(Error).with.property('message').that.contains(`process ${process.pid}`);
    await rowsOf(first.uri).insertOne({ _id: 'a' });
    await first.close();
    expect(await rowsOf((await started()).uri).findOne()).to.deep.equal({ _id: 'a' });
  });

  it('syncs many simultaneous writes together', async () => {
    const store = await started();
    const rows = rowsOf(store.uri);
    await rows.insertOne({ _id: 'first' });
    const before = store.syncs();
    await Promise.all(Array.from({ length: 640 }, (_, i) => rows.insertOne({ _id: String(i) })));
    expect(store.syncs() - before).to.be.lessThan(160);
  });

  it('syncs nothing for reads, and for updates that change nothing', async () => {
    const store = await started();
    const rows = rowsOf(store.uri);
    await rows.insertOne({ _id: 'a', n: 1 });
    const before = store.syncs();
    await rows.find().toArray();
    await rows.findOneAndUpdate({ _id: 'a' }, { $set: { n: 1 } });
    await rows.createIndex({ n: 1 });
    await rows.createIndex({ n: 1 });
    expect(store.syncs() - before).to.equal(1);
  });

  it('deletes what its time is over for', async () => {
    const { uri } = await started({ sweepEveryMs: 20 });
    const rows = rowsOf(uri);
    await rows.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 60 });
    const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000);
    await rows.insertMany([
      { _id: 'over', expiresAt: inMinutes(-2) },
      { _id: 'not yet', expiresAt: inMinutes(-0.5) },
      { _id: 'text', expiresAt: '2020-01-01' },
      { _id: 'none' },
    ]);
    await waitFor('the document to expire', async () => (await rows.findOne({ _id: 'over' })) === null);
    expect((await rows.find().toArray()).map(({ _id }) => _id)).to.deep.equal(['not yet', 'text', 'none']);
  });

  it('hands out 40 MB in pages', async () => {
    const rows = rowsOf((await started({})).uri);
    for (const i of Array(10).keys()) await rows.insertOne({ _id: String(i), text: 'x'.repeat(4_000_000) });
    expect(await rows.find().toArray()).to.have.lengthOf(10);
    expect(await rows.find().sort({ _id: -1 }).limit(5).batchSize(2).toArray()).to.have.lengthOf(5);
  });

  it('takes null, a missing field, and an array with the same element for equal in a unique index', async () => {
    const rows = rowsOf((await started({})).uri);
    await rows.createIndex({ key: 1 }, { unique: true });
    await rows.insertMany([
      { _id: 'a' },
      { _id: 'b', key: ['x', 'x'] },
      { _id: 'c', key: 1 },
      { _id: 'd', key: [] },
    ]);
    const same = [null, 'x', ['y', 'x'], [1], []];
    for (const key of same) {
      const error = await rows.insertOne({ _id: 'z', key }).catch((reason: mongo.MongoServerError) => reason);
      expect(error).to.include({ code: 11000 });
    }
    const error = await rows
      .findOneAndUpdate({ _id: 'a' }, { $set: { key: ['w', 1] } })
      .catch((reason: unknown) => reason);
    expect(error).to.deep.include({ code: 11000, keyPattern: { key: 1 }, keyValue: { key: 1 } });
    expect(error).to.have.property(
      'message',
      'E11000 duplicate key error collection: test.rows index: key_1 dup key: { key: 1 }',
    );
  });

  it('tells the record file each command, operator and option of a database once', async () => {
    const recordFile = join(folder, 'record');
    const store = await started({ recordFile });
    const rows = rowsOf(store.uri);
    for (const _ of [1, 2]) await rows.findOneAndUpdate({ _id: 'a', n: { $ne: 1 } }, { $set: { n: 2 } });
    const lines = readFileSync(recordFile, 'utf8').split('\n');
    const asked = ['', ' $ne', ' option:query'].map((feature) => `test findAndModify${feature}`);
    expect(lines).to.include.members(['admin ismaster', ...asked]);
    for (const line of asked) expect(lines.filter((one) => one === line)).to.have.lengthOf(1);
    expect(lines.join()).not.to.include('option:upsert');
    expect(store.recorded()).to.deep.equal(lines.filter(Boolean));
  });

  describe('with a client that does not speak its language', () => {
    const header = (length: number, opCode: number) => {
      const bytes = Buffer.alloc(16);
      bytes.writeInt32LE(length, 0);
      bytes.writeInt32LE(opCode, 12);
      return bytes;
    };
    const message = (...parts: Buffer[]) => {
      const body = Buffer.concat(parts);
      return Buffer.concat([header(16 + body.length, 2013), body]);
    };
    const flags = Buffer.alloc(4);
    const section = (kind: number, length: number, text = '') => {
      const bytes = Buffer.concat([Buffer.alloc(5), Buffer.from(text)]);
      bytes.writeUInt8(kind, 0);
      bytes.writeInt32LE(length, 1);
      return bytes;
    };
    const garbage: Record<string, Buffer> = {
      'an HTTP request': Buffer.from('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'),
      'a length of 0': Buffer.alloc(64),
      'a negative length': header(-5, 2013),
      'more than 48 MB': header(48_000_001, 2013),
      'an unknown operation': header(16, 2012),
      'no body': message(flags),
      'a checksum': message(Buffer.from([1, 0, 0, 0]), section(0, 5, '\0')),
      'an unknown section': message(flags, section(2, 5, '\0')),
      'a document longer than its message': message(flags, section(0, 500, '\0')),
      'a document of negative length': message(flags, section(0, -1, '\0')),
      'a list that ends before it begins': message(flags, section(1, -1, 'documents\0')),
      'a list of nothing but its name': message(flags, section(1, 14, 'documents\0')),
      'a list without a name': message(flags, section(1, 9, 'docs')),
      'a text that is not UTF-8': message(
        flags,
        section(0, 15, '\x02a\0\x02\0\0\0'),
        Buffer.from([0xff, 0, 0]),
      ),
    };
    for (const [what, bytes] of Object.entries(garbage)) {
      it(`closes that connection, and no other: ${what}`, async () => {
        const { uri, port } = await started({});
        const rows = rowsOf(uri);
        await rows.insertOne({ _id: 'a' });
        const socket = connect(port, '127.0.0.1');
        releases.push(() => socket.destroy());
        socket.resume().end(bytes);
        await once(socket, 'close');
        expect(await rows.findOne()).to.deep.equal({ _id: 'a' });
      });
    }

    it('runs no more commands of a client that does not read its replies', async () => {
      const store = await started({});
      const rows = rowsOf(store.uri);
      await rows.insertOne({ _id: 'a', text: 'x'.repeat(1_000_000) });
      const find = message(
        flags,
        Buffer.from([0]),
        Buffer.from(mongo.BSON.serialize({ find: 'rows', $db: 'test' })),
      );
      const socket = connect(store.port, '127.0.0.1');
      releases.push(() => socket.destroy());
      socket.pause().write(Buffer.concat(Array(200).fill(find)));
      await waitFor('the server to run the first', () =>
        store.recorded().some((operation) => operation.endsWith(' find')),
      );
      await rows.findOneAndUpdate({ _id: 'a' }, { $set: { text: 'changed meanwhile' } });
      let tail = '';
      let received = 0;
      socket.on('data', (chunk) => {
        received += chunk.length;
        tail = (tail + chunk.toString('latin1')).slice(-500);
      });
      socket.resume();
      await waitFor('a reply after the change', () => tail.includes('changed meanwhile'));
      expect(received).to.be.lessThan(100_000_000);
    });

    it('understands a message that comes byte by byte, and two that come at once', async () => {
      const { port } = await started({});
      const ping = message(
        flags,
        Buffer.from([0]),
        Buffer.from(mongo.BSON.serialize({ ping: 1, $db: 'admin' })),
      );
      const socket = connect(port, '127.0.0.1').setNoDelay(true);
      releases.push(() => socket.destroy());
      let received = 0;
      socket.on('data', (chunk) => {
        received += chunk.length;
      });
      const answerBytes = 16 + 5 + mongo.BSON.serialize({ ok: 1 }).length;
      for (const byte of ping) await new Promise((resolve) => socket.write(Buffer.from([byte]), resolve));
      await waitFor('one answer', () => received === answerBytes);
      socket.write(Buffer.concat([ping, ping]));
      await waitFor('three answers', () => received === 3 * answerBytes);
    });
  });
});

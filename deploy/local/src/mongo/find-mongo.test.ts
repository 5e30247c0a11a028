import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { useFakeMachines } from '../fake-programs.test.ts';
import { findMongo } from './find-mongo.ts';
import { sendMongoCommand } from './mongo-command.ts';

/**
 * Plays a mongod of a replica set: knows no set, or one under another port; is primary once it was told of its
 * own. Notes the commands that change something.
 */
const fakeMongod = (state: 'new' | 'moved') => `
const bson = require(${JSON.stringify(createRequire(import.meta.url).resolve('bson'))});
const words = process.argv.slice(2);
note('mongod ' + words.join(' '));
const port = Number(words[words.indexOf('--port') + 1]);
let isPrimary = false;
const answers = {
  hello: () => isPrimary ? { ok: 1, isWritablePrimary: true, setName: 'huidiao' } : { ok: 1, isWritablePrimary: false, isreplicaset: true },
  replSetGetStatus: () => ${state === 'new' ? `({ ok: 0, code: 94, codeName: 'NotYetInitialized' })` : `({ ok: 0, code: 93, codeName: 'InvalidReplicaSetConfig' })`},
  replSetGetConfig: () => ({ ok: 1, config: { _id: 'huidiao', version: 3, term: 2, members: [{ _id: 0, host: '127.0.0.1:1' }] } }),
  replSetInitiate: ({ replSetInitiate: config }) => { note('initiate ' + config.members[0].host.replace(port, 'PORT')); isPrimary = true; return { ok: 1 }; },
  replSetReconfig: ({ replSetReconfig: config, force }) => { note('reconfig ' + config.version + ' ' + force + ' ' + config.members[0].host.replace(port, 'PORT')); isPrimary = true; return { ok: 1 }; },
};
require('node:net').createServer((socket) => socket.on('error', () => {}).on('data', (data) => {
  const command = bson.deserialize(data.subarray(21));
  const body = bson.serialize(answers[Object.keys(command)[0]](command));
  const head = Buffer.alloc(21); head.writeInt32LE(21 + body.length, 0); head.writeInt32LE(2013, 12);
  socket.write(head); socket.write(body);
})).listen(port, '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
`;

describe('findMongo', () => {
  const createMachine = useFakeMachines();

  it('refuses a MONGODB_URI that is none, and says what it is to be', async () => {
    const finding = findMongo(createMachine({ MONGODB_URI: '127.0.0.1:27017' }).search);
    expect((await finding.catch((error: Error) => error)) as Error)
      .to.have.property('message')
      .that.includes('such as mongodb://');
  });

  it('takes MONGODB_URI before anything else', async () => {
    const machine = createMachine({ MONGODB_URI: 'mongodb://elsewhere/db' });
    const mongo = await findMongo(machine.search);
    expect(mongo).to.include({ url: 'mongodb://elsewhere/db', origin: 'MONGODB_URI' });
    await mongo.stop();
  });

  it('starts the mongod of the PATH as a replica set of one', async () => {
    const machine = createMachine();
    machine.put('mongod', fakeMongod('new'));
    const mongo = await findMongo(machine.search);
    await mongo.stop();
    const [started, ...changes] = machine.notes();
    expect(started).to.include('--replSet huidiao').and.to.include('--bind_ip 127.0.0.1');
    expect(started).to.include(`--dbpath ${join(machine.search.dataFolder, 'mongod')}`);
    expect(changes).to.deep.equal(['initiate 127.0.0.1:PORT']);
    expect(mongo.url).to.match(/^mongodb:\/\/127\.0\.0\.1:\d+\/\?directConnection=true$/);
  });

  it('tells a replica set of an earlier run that its member moved to another port', async () => {
    const machine = createMachine();
    machine.put('mongod', fakeMongod('moved'));
    const mongo = await findMongo(machine.search);
    await mongo.stop();
    expect(machine.notes().slice(1)).to.deep.equal(['reconfig 4 true 127.0.0.1:PORT']);
  });

  it('takes the embedded store where there is no mongod, and removes the data of a temporary one', async () => {
    const machine = createMachine();
    const mongo = await findMongo({ ...machine.search, isTemporary: true });
    try {
      expect(mongo.origin).to.include('embedded store').and.to.include('MONGODB_URI');
      const hello = await sendMongoCommand(Number(new URL(mongo.url).port), { hello: 1 });
      expect(hello.isWritablePrimary).to.equal(true);
    } finally {
      await mongo.stop();
    }
    expect(existsSync(join(machine.search.dataFolder, 'embedded-store'))).to.equal(false);
  });

  it('takes the embedded store after a mongod that does not start, and says so', async () => {
    const machine = createMachine();
    machine.put('mongod', `console.error('Illegal instruction'); process.exit(4);`);
    const mongo = await findMongo(machine.search);
    await mongo.stop();
    expect(mongo.origin).to.include('embedded store');
    expect(machine.said.join()).to.include('mongod did not start').and.to.include('Illegal instruction');
  });
});

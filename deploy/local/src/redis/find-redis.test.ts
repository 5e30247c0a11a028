import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { fakeRedisServer, useFakeMachines } from '../fake-programs.test.ts';
import { findRedis, installCommand } from './find-redis.ts';

const rejection = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => expect.fail('it did not fail'),
    (error: Error) => error,
  );

describe('findRedis', () => {
  const createMachine = useFakeMachines();

  for (const url of ['127.0.0.1:6379', 'http://127.0.0.1:6379', 'redis://']) {
    it(`refuses ${url} as REDIS_URL, and says what it is to be`, async () => {
      const finding = findRedis(createMachine({ REDIS_URL: url }).search);
      expect((await finding.catch((error: Error) => error)) as Error)
        .to.have.property('message')
        .that.includes('such as redis://');
    });
  }

  it('does not start a redis-server that is too old for the queues, and says so', async () => {
    const machine = createMachine();
    machine.put('redis-server', "note('asked'); console.log('Redis server v=5.0.14 sha=0'); process.exit(0)");
    const failure = (await findRedis(machine.search).catch((error: Error) => error)) as Error;
    expect(failure.message).to.include('redis-server is version 5.0.14, and 6.2 or newer is needed');
    expect(machine.notes()).to.deep.equal(['asked']);
  });

  it('takes REDIS_URL before anything else, and leaves that server alone', async () => {
    const machine = createMachine({ REDIS_URL: 'redis://elsewhere:6379' });
    machine.put('redis-server', fakeRedisServer);
    const redis = await findRedis(machine.search);
    expect(redis).to.include({ url: 'redis://elsewhere:6379', origin: 'REDIS_URL' });
    await redis.stop();
    expect(machine.notes()).to.deep.equal([]);
  });

  for (const name of ['redis-server', 'valkey-server']) {
    it(`starts the ${name} of the PATH on a free port, durable, in the data folder, and ends it`, async () => {
      const machine = createMachine();
      machine.put(name, fakeRedisServer);
      const redis = await findRedis(machine.search);
      await redis.stop();
      expect(redis.url).to.match(/^redis:\/\/127\.0\.0\.1:\d+$/);
      const [started, ended] = machine.notes();
      expect(started).to.include(`--dir ${join(machine.search.dataFolder, 'redis')}`);
      expect(started).to.include(
        "--appendonly yes --appendfsync always --maxmemory-policy noeviction --save ''",
      );
      expect(started).to.include('--bind 127.0.0.1');
      expect(ended).to.equal('redis-server ended');
      expect(await redis.ended).to.equal('exit code 0');
    });
  }

  it('removes the data of a temporary server when it ends', async () => {
    const machine = createMachine();
    machine.put('redis-server', fakeRedisServer);
    const redis = await findRedis({ ...machine.search, isTemporary: true });
    const folder = join(machine.search.dataFolder, 'redis');
    expect(existsSync(folder)).to.equal(true);
    await redis.stop();
    expect(existsSync(folder)).to.equal(false);
  });

  it("unpacks the distribution's packages with apt lists of its own, once", async () => {
    const machine = createMachine();
    machine.put('apt-config', `note('apt-config'); console.log('Acquire::http::Proxy "http://proxy:3128";')`);
    machine.put('apt-cache', `note('apt-cache ' + process.argv.slice(2).join(' '))`);
    machine.put(
      'apt-get',
      `const words = process.argv.slice(2).filter((word) => word !== '-q');
       note('apt-get ' + words.join(' '));
       note(fs.readFileSync(process.env.APT_CONFIG, 'utf8').replaceAll('\\n', ' '));
       if (words[0] === 'download') for (const name of words.slice(1)) fs.writeFileSync(name + '.deb', name);`,
    );
    machine.put(
      'dpkg-deb',
      `const [option, file, target] = process.argv.slice(2);
       if (option === '-f') { console.log(file.startsWith('redis') ? 'adduser, libc6 (>= 2.34), libjemalloc2 (>= 4), libsystemd0 | libelogind0' : 'libc6'); process.exit(); }
       note('unpack ' + file);
       const put = (name, text) => { fs.mkdirSync(require('node:path').dirname(name), { recursive: true }); fs.writeFileSync(name, text, { mode: 0o755 }); };
       if (file === 'redis-server.deb') put(target + '/usr/bin/redis-server', ${JSON.stringify(
         // Like a program whose library lacks, until the library's package is unpacked beside it.
         `#!${process.execPath}\nconst fs = require('node:fs'); const note = (text) => fs.appendFileSync(process.env.NOTES, text + '\\n'); if (!process.env.LD_LIBRARY_PATH.split(':').some((folder) => fs.existsSync(folder + '/libjemalloc.so.2'))) process.exit(127);${fakeRedisServer}`,
       )});
       if (file === 'libjemalloc2.deb') put(target + '/usr/lib/x86_64-linux-gnu/libjemalloc.so.2', '');
       put(target + '/usr/share/doc/copyright', 'text');`,
    );
    const env = { ...machine.search.env, NOTES: join(machine.folder, 'notes') };
    const first = await findRedis({ ...machine.search, env });
    await first.stop();
    const notes = machine.notes().join('\n');
    expect(notes).to.include('apt-get download redis-server redis-tools');
    expect(notes).to.include('apt-get download libjemalloc2 libsystemd0');
    expect(notes).to.include('Acquire::http::Proxy "http://proxy:3128";');
    expect(notes).to.match(/Dir::Etc::parts ".*programs\/download-.*\/parts";/);
    expect(first.origin).to.include('7.9.9');
    expect(existsSync(join(machine.search.programsFolder, 'redis/usr/share'))).to.equal(false);
    expect(machine.said.join()).to.include('downloading');

    const second = await findRedis({ ...machine.search, env });
    await second.stop();
    expect(machine.notes().filter((line) => line.startsWith('apt-get update'))).to.have.length(1);
  });

  it('starts a container and removes it', async () => {
    const machine = createMachine();
    machine.put(
      'docker',
      `const words = process.argv.slice(2);
       note('docker ' + words.slice(0, 3).join(' '));
       if (words[0] !== 'run') process.exit(0);
       process.argv = [process.argv[0], 'redis-server', '--port', words[words.indexOf('-p') + 1].split(':')[1], ...words.slice(words.indexOf('redis-server') + 1)];
       ${fakeRedisServer}`,
    );
    const redis = await findRedis(machine.search);
    await redis.stop();
    const notes = machine.notes();
    const name = /huidiao-redis-[0-9a-f]{8}/.exec(redis.origin)?.[0];
    expect(notes[0]).to.equal('docker ps --quiet');
    expect(notes.at(1)).to.equal('docker run --rm --name');
    expect(notes.at(2)).to.include('--appendfsync always');
    expect(notes.at(-1)).to.equal(`docker rm --force ${name}`);
  });

  it('goes on after a server that does not start, and tells every reason and the one command in the end', async () => {
    const machine = createMachine();
    machine.put('redis-server', `console.error('Fatal: wrong machine'); process.exit(1);`);
    machine.put('docker', `if (process.argv[2] === 'ps') setInterval(() => {}, 1_000);`);
    machine.put('brew', '');
    const { message } = await rejection(findRedis(machine.search));
    expect(message).to.match(/on the PATH: did not start: .*Fatal: wrong machine/);
    expect(message).to.include("the distribution's packages: not Debian or Ubuntu");
    expect(message).to.include('docker ps: took longer than 2 s');
    expect(message).to.include('brew install redis');
    expect(message).to.include('REDIS_URL');
  });

  it('says what is missing where there is nothing at all', async () => {
    const { message } = await rejection(findRedis(createMachine().search));
    expect(message).to.include('no redis-server or valkey-server');
    expect(message).to.include('neither docker nor podman is on the PATH');
  });
});

describe('installCommand', () => {
  const createMachine = useFakeMachines();
  const cases: [program: string, command: string][] = [
    ['brew', 'brew install redis'],
    ['apk', 'apk add redis'],
    ['dnf', 'dnf install redis || dnf install valkey'],
    ['apt-get', 'apt-get install redis-server'],
  ];
  for (const [program, command] of cases) {
    it(`names ${command} where there is ${program}`, () => {
      const machine = createMachine();
      machine.put(program, '');
      expect(installCommand(machine.search.env.PATH, 'linux')).to.equal(command);
    });
  }

  it('names WSL on Windows', () => {
    expect(installCommand('', 'win32')).to.include('wsl');
  });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, createMetrics } from '@huidiao/runtime';
import { createStore, type ServerDescription, type Store } from '@huidiao/store';
import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import {
  clockAhead,
  levelsOf,
  mchId,
  onlyTrouble,
  openInstallation,
  type TestInstallation,
} from '../doctor.fixture.test.ts';
import { withRedis } from '../with-redis.ts';

const alone: ServerDescription = {
  version: '7.0.14',
  setName: undefined,
  dataMembers: 0,
  isSharded: false,
  localTime: undefined,
};

describe('what the doctor says of servers', () => {
  let installation: TestInstallation;
  let store: Store;
  before(async () => {
    installation = await openInstallation();
    store = createStore({
      uri: installation.env.MONGODB_URI,
      logger: createLogger({ service: 'test', level: 'silent' }),
      metrics: createMetrics({ service: 'test' }),
    });
  });
  after(async () => {
    await store.close();
    await installation.close();
  });

  describe('Redis', () => {
    let careless: { url: string; close(): Promise<void> };
    before(async () => {
      careless = await startRedis({
        appendonly: 'yes',
        appendfsync: 'everysec',
        'maxmemory-policy': 'allkeys-lru',
      });
    });
    after(() => careless.close());

    it('is good when it keeps what it acknowledges', async () => {
      const found = await installation.lookAt('redis');
      expect(levelsOf(found), JSON.stringify(found)).to.deep.equal(['ok']);
    });

    it('is a problem when it may lose jobs, each setting with what to write into redis.conf', async () => {
      const found = await installation.lookAt('redis', { env: { REDIS_URL: careless.url } });
      expect(found.map(({ level, says }) => `${level} ${says}`)).to.deep.equal([
        'problem appendfsync: everysec, must be always',
        'problem maxmemory-policy: allkeys-lru, must be noeviction',
      ]);
      expect(found[0]?.todo?.[0]).to.equal(
        'write "appendfsync always" into redis.conf, and now: redis-cli CONFIG SET appendfsync always',
      );
    });

    it('says what is given up where less is asked of it', async () => {
      const env = { REDIS_URL: careless.url, REDIS_APPENDFSYNC: 'everysec' };
      const found = await installation.lookAt('redis', { env });
      expect(found.map(({ level, where }) => [level, where])).to.deep.equal([
        ['problem', 'redis.conf of the server in REDIS_URL'],
        ['warning', 'REDIS_APPENDFSYNC'],
      ]);
      const unchecked = { env: { REDIS_URL: careless.url, REDIS_APPENDFSYNC: 'unchecked' } };
      expect(onlyTrouble(await installation.lookAt('redis', unchecked)).level).to.equal('warning');
    });

    it('must have the replicas that are waited for', async () => {
      const found = onlyTrouble(await installation.lookAt('redis', { env: { REDIS_WAIT_REPLICAS: '1' } }));
      expect([found.level, found.says]).to.deep.equal([
        'problem',
        'REDIS_WAIT_REPLICAS asks for 1 replicas, and 0 are connected',
      ]);
    });

    it('is a problem when it is away, or refuses the password', async () => {
      const away = onlyTrouble(
        await installation.lookAt('redis', { env: { REDIS_URL: 'redis://127.0.0.1:1' } }),
      );
      expect(away.says).to.equal('Redis at 127.0.0.1:1 does not answer');
      const url = installation.env.REDIS_URL.replace('redis://', 'redis://nobody:wrong@');
      const refused = onlyTrouble(await installation.lookAt('redis', { env: { REDIS_URL: url } }));
      expect(refused.says).to.match(/does not answer \(WRONGPASS\)/);
      expect(refused.todo?.[0]).to.match(/password/);
    });
  });

  describe('MongoDB', () => {
    it('must have its indexes', async () => {
      const found = (await installation.lookAt('mongodb')).at(-1);
      expect(found?.level).to.equal('problem');
      expect(found?.says).to.match(/Unique indexes are missing: .*orders/);
      expect(found?.todo?.join()).to.include('npm run migrate');
    });

    it('is good when it has them and takes a write', async () => {
      await store.migrate();
      const found = (await installation.lookAt('mongodb')).at(-1);
      expect(found?.level).to.equal('ok');
      expect(found?.says).to.match(/a write by a majority with its journal took \d+ ms/);
    });

    it('is a warning when it is one server, and none when it leads to replica sets', async () => {
      const warned = onlyTrouble(await installation.lookAt('mongodb', { mongo: alone }));
      expect([warned.level, warned.where]).to.deep.equal(['warning', 'MONGODB_URI']);
      const found = await installation.lookAt('mongodb', { mongo: { ...alone, isSharded: true } });
      expect(levelsOf(found)).to.deep.equal(['ok']);
      expect(found[0]?.says).to.match(/^MongoDB 7.0.14, a sharded cluster: all unique indexes are there/);
    });

    it('is a problem when it is away', async () => {
      const away = 'mongodb://127.0.0.1:1,127.0.0.1:2/x?replicaSet=rs0';
      const found = onlyTrouble(await installation.lookAt('mongodb', { env: { MONGODB_URI: away } }));
      expect(found.says).to.match(/does not answer.*\(STORE_UNAVAILABLE\)/);
    });
  });

  describe('an API key', () => {
    it('is looked up by the file that holds it', async () => {
      await store.migrate();
      const { key, keyId } = await store.apiKeys.create({ mchId, label: 'test' });
      const file = installation.write('api-key', `${key}\n`);
      const good = await installation.lookAt('api-key', {}, `--api-key-file ${file}`);
      expect(good.at(-1)).to.deep.equal({ level: 'ok', says: `key ${keyId} is of merchant ${mchId}` });
      expect(good[0]).to.include({ level: 'ok', about: `merchant ${mchId}`, says: '1 valid API key' });

      const foreign = { merchant: { mchid: '1900000009' } };
      const ofAnother = await installation.lookAt('api-key', foreign, `--api-key-file ${file}`);
      expect(ofAnother.at(-1)).to.include({ level: 'problem', where: file });

      await store.apiKeys.revoke(keyId);
      const revoked = (await installation.lookAt('api-key', {}, `--api-key-file ${file}`)).at(-1);
      expect(revoked).to.include({ level: 'problem', where: file });
      expect(revoked?.says).to.not.include(key);
    });

    it('is missed for each merchant that has none, with the command that makes it', async () => {
      const changes = { merchant: { mchid: '1900000008' } };
      const [none, file] = await installation.lookAt('api-key', changes);
      expect(none).to.include({ level: 'warning', about: 'merchant 1900000008' });
      expect(none?.todo?.join()).to.include('npm run create-api-key -- --merchant 1900000008');
      expect(file?.level).to.equal('skipped');
    });

    it('is a problem where its file is not there, and skipped while MongoDB is away', async () => {
      const missing = await installation.lookAt('api-key', {}, '--api-key-file /nowhere/api-key');
      expect(missing.at(-1)).to.include({ level: 'problem', says: 'the file cannot be read' });
      const away = { env: { MONGODB_URI: 'mongodb://127.0.0.1:1/x' } };
      expect(onlyTrouble(await installation.lookAt('api-key', away)).says).to.match(/STORE_UNAVAILABLE/);
    });
  });

  describe('the clock', () => {
    const ahead = async (seconds: number) =>
      (await installation.lookAt('clock', { clock: clockAhead(seconds * 1_000) })).map(
        ({ level, says }) => `${level} ${says}`,
      );

    it('is good within a minute', async () => {
      expect((await ahead(0)).join()).to.match(/^ok equal to WeChat's \(127/);
      expect((await ahead(-50)).join()).to.match(/^ok (49|50|51) s behind WeChat's/);
    });

    it('is a warning beyond a minute, and a problem beyond five, whichever way', async () => {
      const [warning, ofRedis] = await ahead(100);
      expect(warning).to.match(/^warning this machine's clock is (99|100|101) s ahead of WeChat's/);
      expect(ofRedis).to.match(/^warning this machine's clock is 1\d\d s ahead of Redis'/);
      expect((await ahead(400))[0]).to.match(/^problem .*every callback gets 401/);
      expect((await ahead(-400))[0]).to.match(/^problem .*behind/);
    });

    it('is a warning when it is not that of MongoDB', async () => {
      const behind = { ...alone, localTime: new Date(Date.now() - 100_000) };
      const found = onlyTrouble(await installation.lookAt('clock', { mongo: behind }));
      expect(found.says).to.match(/^this machine's clock is (99|10\d) s ahead of MongoDB's/);
      expect([found.level, found.where]).to.deep.equal(['warning', 'this machine, or that of MONGODB_URI']);
    });

    it('cannot be compared where WeChat is not reached', async () => {
      const [found] = await installation.lookAt('clock', {
        env: { WECHAT_PAY_API_URL: 'http://127.0.0.1:1' },
      });
      expect(found?.level).to.equal('problem');
      expect(found?.todo?.join()).to.include('let this machine reach 127.0.0.1:1');
    });
  });
});

/** A redis-server with settings of its own, on a free port. */
async function startRedis(settings: Record<string, string>) {
  const port = await findFreePort();
  const args = Object.entries({ bind: '127.0.0.1', port: String(port), save: '', ...settings });
  const folder = mkdtempSync(join(tmpdir(), 'doctor-redis-'));
  const words = args.flatMap(([name, value]) => [`--${name}`, value]);
  const server: ChildProcess = spawn('redis-server', [...words, '--dir', folder], { stdio: 'ignore' });
  const url = `redis://127.0.0.1:${port}`;
  await waitFor('redis-server', () => withRedis(url, async (redis) => (await redis.time()).length === 2));
  return {
    url,
    async close() {
      const gone = once(server, 'exit');
      server.kill('SIGKILL');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

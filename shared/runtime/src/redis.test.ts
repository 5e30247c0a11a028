import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { createTcpProxy, testPrefix, testRedisUrl, waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createCapturedLogger } from '../test/captured-logger.ts';
import { closeRedis, createRedis, type RedisPurpose } from './redis.ts';

/** A port on which nothing listens, for it was only just given up. */
async function takeDeadPort(): Promise<number> {
  const server: Server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('createRedis', () => {
  const purposes: readonly RedisPurpose[] = ['producer', 'worker', 'command'];
  for (const purpose of purposes) {
    it(`connects a ${purpose} under its name`, async () => {
      const { logger } = createCapturedLogger();
      const name = `${testPrefix()}-${purpose}`;
      const redis = createRedis(purpose, { url: testRedisUrl(), name }, logger);
      try {
        await waitFor('the connection', () => redis.status === 'ready');
        expect(await redis.client('GETNAME')).to.equal(name);
      } finally {
        await closeRedis(redis);
      }
    });
  }

  it('fails a producer command at once while Redis is away, without waiting for it', async () => {
    const { logger } = createCapturedLogger();
    const redis = createRedis(
      'producer',
      { url: `redis://127.0.0.1:${await takeDeadPort()}`, name: 'p' },
      logger,
    );
    try {
      const startedAt = performance.now();
      const error = await redis.ping().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).to.be.instanceOf(Error);
      expect(performance.now() - startedAt).to.be.below(1_000);
    } finally {
      await closeRedis(redis);
    }
  });

  it('lets the first command of a job wait for the connection', async () => {
    const { logger } = createCapturedLogger();
    const redis = createRedis('command', { url: testRedisUrl(), name: 'c' }, logger);
    try {
      expect(await redis.ping()).to.equal('PONG');
    } finally {
      await closeRedis(redis);
    }
  });

  it('writes one line for a whole outage, without the password, and one when Redis is back', async () => {
    const { logger, lines } = createCapturedLogger();
    const proxy = await createTcpProxy(testRedisUrl());
    const password = 'hunter22';
    const url = `redis://default:${password}@127.0.0.1:${await takeDeadPort()}`;
    const refused = createRedis('worker', { url, name: 'refused' }, logger);
    const cut = createRedis('worker', { url: proxy.url, name: 'cut' }, logger);
    try {
      await waitFor('the connection', () => cut.status === 'ready');
      await proxy.refuse();
      let reconnects = 0;
      cut.on('reconnecting', () => {
        reconnects += 1;
      });
      await waitFor('several attempts', () => reconnects > 4);
      await proxy.accept();
      await waitFor('the connection again', () => cut.status === 'ready');
      await waitFor('the line', () => lines.some((line) => line.event === 'redis.back'));
      const told = lines.map((line) => `${line.connection} ${line.event}`).sort();
      expect(told).to.deep.equal(['cut redis.away', 'cut redis.back', 'refused redis.away']);
      expect(JSON.stringify(lines)).not.to.include(password);
    } finally {
      await Promise.all([closeRedis(cut), closeRedis(refused)]);
      await proxy.close();
    }
  });

  it('gives up a producer connection whose peer fell silent, and connects again within seconds', async () => {
    const { logger } = createCapturedLogger();
    const proxy = await createTcpProxy(testRedisUrl());
    const redis = createRedis('producer', { url: proxy.url, name: 'silent' }, logger);
    try {
      await waitFor('the connection', () => redis.status === 'ready');
      proxy.silence();
      const failed = await redis.ping().then(
        () => false,
        () => true,
      );
      expect(failed).to.equal(true);
      proxy.speakToNewConnections();
      const answer = await waitFor('an answer', () => redis.ping(), { timeoutMs: 10_000 });
      expect(answer).to.equal('PONG');
    } finally {
      await closeRedis(redis);
      await proxy.close();
    }
  });

  for (const refusal of [
    "READONLY You can't write against a read only replica.",
    // Of a script, before version 7.
    "ERR Error running script (call to f_1): @user_script:1: -READONLY You can't write against a read only replica.",
  ]) {
    it(`connects again when Redis answers ${refusal.slice(0, 12)}…`, async () => {
      const { logger } = createCapturedLogger();
      const redis = createRedis('command', { url: testRedisUrl(), name: 'demoted' }, logger);
      try {
        await redis.ping();
        const reconnected = once(redis, 'reconnecting');
        const script = 'return redis.error_reply(ARGV[1])';
        const failure = await redis.eval(script, 0, refusal).catch((error: unknown) => error);
        expect(failure).to.be.instanceOf(Error).and.have.property('message').that.contains('READONLY');
        await reconnected;
        expect(await redis.ping()).to.equal('PONG');
      } finally {
        await closeRedis(redis);
      }
    });
  }

  for (const url of ['hunter22', 'redis://:hunter22%@127.0.0.1:6379']) {
    it(`refuses a URL such as ${url}, without repeating it`, () => {
      const { logger } = createCapturedLogger();
      const create = () => createRedis('command', { url, name: 'x' }, logger);
      expect(create).to.throw('the URL of Redis is malformed').and.include({ code: 'CONFIG_INVALID' });
    });
  }

  it('closes within a second or so while Redis is away or silent', async () => {
    const { logger } = createCapturedLogger();
    const proxy = await createTcpProxy(testRedisUrl());
    const away = createRedis(
      'worker',
      { url: `redis://127.0.0.1:${await takeDeadPort()}`, name: 'away' },
      logger,
    );
    const silent = createRedis('worker', { url: proxy.url, name: 'silent' }, logger);
    try {
      await waitFor('the connection', () => silent.status === 'ready');
      proxy.silence();
      away.get('x').catch(() => undefined);
      silent.get('x').catch(() => undefined);
      const startedAt = performance.now();
      await Promise.all([closeRedis(away), closeRedis(silent)]);
      expect(performance.now() - startedAt).to.be.below(3_000);
    } finally {
      away.disconnect();
      silent.disconnect();
      await proxy.close();
    }
  });
});

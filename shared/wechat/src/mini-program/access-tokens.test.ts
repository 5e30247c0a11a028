import type { AccessToken, AccessTokenStore } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { closeRedis, createRedis } from '@huidiao/runtime';
import { testPrefix, testRedisUrl, waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { failureOf } from '../http/failure-of.fixture.test.ts';
import { createObservers } from '../http/observers.fixture.test.ts';
import { answerJson, startTestServer, type TestServer } from '../http/test-server.fixture.test.ts';
import { type AccessTokens, createAccessTokens } from './access-tokens.ts';
import { createTestClock, deleteKeysUnder, testApp } from './app.fixture.test.ts';
import { createRedisAccessTokenStore } from './redis-access-token-store.ts';

const { appId } = testApp;

/** stable_token as WeChat plays it: the same token until a forced refresh or the next turn. */
function createFakeWechat() {
  let number = 1;
  const wechat = {
    /** Whether each call was forced. */
    calls: [] as boolean[],
    expiresIn: 7_200,
    failure: undefined as AppError | undefined,
    /** Calls wait for it. */
    gate: Promise.resolve(),
    turnOver() {
      number += 1;
    },
    /** For a WeChat that hands out a dead token even when forced. */
    ignoresForce: false,
    async answer(force: boolean, now: Date): Promise<AccessToken> {
      wechat.calls.push(force);
      await wechat.gate;
      if (wechat.failure !== undefined) throw wechat.failure;
      if (force && !wechat.ignoresForce) number += 1;
      return { value: `TOKEN_${number}`, expiresAt: new Date(now.getTime() + wechat.expiresIn * 1000) };
    },
  };
  return wechat;
}

describe('the access_token of all processes', () => {
  let redis: Redis;
  let prefix: string;
  let clock: ReturnType<typeof createTestClock>;
  let wechat: ReturnType<typeof createFakeWechat>;
  before(() => {
    redis = createRedis('command', { url: testRedisUrl(), name: 'test' }, createObservers().logger);
  });
  beforeEach(() => {
    prefix = testPrefix();
    clock = createTestClock();
    wechat = createFakeWechat();
  });
  afterEach(() => deleteKeysUnder(prefix, redis));
  after(() => closeRedis(redis));

  const connectStore = () =>
    createRedisAccessTokenStore({ redis, prefix, apps: new Map([[appId, testApp]]), clock });

  /** A process of its own: nothing in memory, the same Redis. */
  function startProcess(waitMs = 6_000, store: AccessTokenStore = connectStore()): AccessTokens {
    return createAccessTokens({
      store,
      baseUrl: 'http://127.0.0.1:1',
      clock,
      waitMs,
      ...createObservers(),
      fetchStableToken: (_app, force) => wechat.answer(force, clock.now()),
    });
  }

  it('is fetched once for many callers of many processes', async () => {
    let open = () => {};
    wechat.gate = new Promise((resolve) => {
      open = resolve;
    });
    const processes = [startProcess(), startProcess(), startProcess()];
    const asked = processes.flatMap((process) => [process.get(testApp), process.get(testApp)]);
    await waitFor('the leader to ask WeChat', () => wechat.calls.length === 1);
    open();
    expect(new Set(await Promise.all(asked))).to.deep.equal(new Set(['TOKEN_1']));
    expect(wechat.calls).to.deep.equal([false]);
  });

  it('is remembered for a minute, then read from Redis again', async () => {
    const process = startProcess();
    await process.get(testApp);
    await redis.del(`${prefix}:access-token:${appId}`);
    wechat.turnOver();
    clock.advance(59_000);
    expect(await process.get(testApp)).to.equal('TOKEN_1');
    clock.advance(2_000);
    expect(await process.get(testApp)).to.equal('TOKEN_2');
  });

  it('is not used longer than it lives, in memory and in Redis', async () => {
    wechat.expiresIn = 30;
    const process = startProcess();
    await process.get(testApp);
    wechat.turnOver();
    clock.advance(31_000);
    expect(await process.get(testApp)).to.equal('TOKEN_2');
  });

  it('is replaced once when it is refused, and the others find the new one', async () => {
    const [one, two] = [startProcess(), startProcess()];
    await one.get(testApp);
    await two.get(testApp);
    wechat.turnOver();
    expect(await one.replaceRefused(testApp, 'TOKEN_1')).to.equal('TOKEN_2');
    expect(await two.replaceRefused(testApp, 'TOKEN_1')).to.equal('TOKEN_2');
    expect(wechat.calls, 'one more fetch, none forced').to.deep.equal([false, false]);
    expect(await startProcess().get(testApp)).to.equal('TOKEN_2');
  });

  it('is replaced once for all callers that were refused at the same time', async () => {
    const processes = [startProcess(), startProcess()];
    await Promise.all(processes.map((process) => process.get(testApp)));
    wechat.turnOver();
    const asked = [...processes, ...processes].map((process) => process.replaceRefused(testApp, 'TOKEN_1'));
    expect(await Promise.all(asked)).to.deep.equal(['TOKEN_2', 'TOKEN_2', 'TOKEN_2', 'TOKEN_2']);
    expect(wechat.calls).to.deep.equal([false, false]);
  });

  it('is forced where WeChat insists on the refused one, once for all processes', async () => {
    const [one, two] = [startProcess(), startProcess()];
    await Promise.all([one.get(testApp), two.get(testApp)]);
    const replaced = [one, two, one].map((process) => process.replaceRefused(testApp, 'TOKEN_1'));
    expect(await Promise.all(replaced)).to.deep.equal(['TOKEN_2', 'TOKEN_2', 'TOKEN_2']);
    expect(wechat.calls).to.deep.equal([false, false, true]);
  });

  it('is not forced again within 30 s: the refusal stands', async () => {
    const process = startProcess();
    await process.get(testApp);
    await process.replaceRefused(testApp, 'TOKEN_1');
    clock.advance(10_000);
    const failed = await failureOf(() => process.replaceRefused(testApp, 'TOKEN_2'));
    expect(failed).to.include({ code: 'WECHAT_TOKEN_REFUSED', kind: 'transient' });
    expect(wechat.calls.filter((forced) => forced)).to.have.length(1);
    clock.advance(30_000);
    expect(await process.replaceRefused(testApp, 'TOKEN_2')).to.equal('TOKEN_3');
  });

  it('stays refused where even force brings the same one, without a loop', async () => {
    wechat.ignoresForce = true;
    const process = startProcess();
    await process.get(testApp);
    expect(await failureOf(() => process.replaceRefused(testApp, 'TOKEN_1'))).to.include({
      code: 'WECHAT_TOKEN_REFUSED',
    });
    expect(wechat.calls).to.deep.equal([false, false, true]);
  });

  it('is waited for no longer than set while another process holds the turn', async () => {
    await connectStore().inTurn(appId, async () => {
      const failed = await failureOf(() => startProcess(250).get(testApp));
      expect(failed).to.include({ code: 'WECHAT_BUSY', kind: 'throttled' });
    });
    expect(wechat.calls).to.deep.equal([]);
  });

  it('is asked of Redis once for all callers of a process', async () => {
    const store = connectStore();
    let turns = 0;
    const counting: AccessTokenStore = {
      ...store,
      inTurn: (id, work) => {
        turns += 1;
        return store.inTurn(id, work);
      },
    };
    const process = startProcess(6_000, counting);
    await Promise.all(Array.from({ length: 20 }, () => process.get(testApp)));
    expect(turns).to.equal(1);
  });

  it('is looked for once more by whoever gets the turn, for it may have come meanwhile', async () => {
    const store = connectStore();
    const expiresAt = new Date(clock.now().getTime() + 60_000);
    const late: AccessTokenStore = {
      ...store,
      async inTurn(id, work) {
        await store.put(id, { value: 'TOKEN_9', expiresAt });
        return store.inTurn(id, work);
      },
    };
    expect(await startProcess(6_000, late).get(testApp)).to.equal('TOKEN_9');
    expect(wechat.calls).to.deep.equal([]);
  });

  it('is gone for all processes once one was refused, even if no other can be had', async () => {
    const process = startProcess();
    await process.get(testApp);
    wechat.failure = new AppError('WECHAT_UNREACHABLE');
    await failureOf(() => process.replaceRefused(testApp, 'TOKEN_1'));
    expect(await connectStore().get(appId)).to.equal(undefined);
  });

  it('is fetched by another process when the one that had the turn failed', async () => {
    wechat.failure = new AppError('WECHAT_UNREACHABLE');
    expect(await failureOf(() => startProcess().get(testApp))).to.include({ code: 'WECHAT_UNREACHABLE' });
    wechat.failure = undefined;
    expect(await startProcess().get(testApp)).to.equal('TOKEN_1');
  });

  it('is not asked for by every message while WeChat refuses us for good', async () => {
    wechat.failure = new AppError('WECHAT_CREDENTIALS_REFUSED');
    const process = startProcess();
    for (let message = 0; message < 5; message += 1) {
      expect(await failureOf(() => process.get(testApp))).to.include({ code: 'WECHAT_CREDENTIALS_REFUSED' });
    }
    expect(wechat.calls).to.have.length(1);
    clock.advance(5_001);
    wechat.failure = undefined;
    expect(await process.get(testApp)).to.equal('TOKEN_1');
  });
});

describe('fetching an access_token', () => {
  let server: TestServer;
  let redis: Redis;
  let prefix: string;
  before(() => {
    redis = createRedis('command', { url: testRedisUrl(), name: 'test' }, createObservers().logger);
  });
  beforeEach(async () => {
    prefix = testPrefix();
    server = await startTestServer(() => undefined);
  });
  afterEach(async () => {
    await server.close();
    await deleteKeysUnder(prefix, redis);
  });
  after(() => closeRedis(redis));

  const clock = createTestClock();
  function connect(observers = createObservers()) {
    const store = createRedisAccessTokenStore({ redis, prefix, apps: new Map([[appId, testApp]]), clock });
    const tokens = createAccessTokens({
      store,
      baseUrl: server.baseUrl,
      clock,
      timeoutMs: 500,
      ...observers,
    });
    return { store, tokens };
  }

  for (const [expiresIn, usedFor] of [
    [7_200, 6_900],
    [601, 301],
    [600, 590],
    [345, 335],
    [20, 18],
  ] as const) {
    it(`uses one with ${expiresIn} s left for ${usedFor} s`, async () => {
      const { store, tokens } = connect();
      server.answer = (_request, response) =>
        answerJson(response, 200, { access_token: '94_abc-DEF', expires_in: expiresIn });
      expect(await tokens.get(testApp)).to.equal('94_abc-DEF');
      const { expiresAt } = (await store.get(appId)) ?? expect.fail('nothing stored');
      expect(expiresAt.getTime() - clock.now().getTime()).to.equal(usedFor * 1000);
    });
  }

  it('asks as WeChat documents, unforced first', async () => {
    const { tokens } = connect();
    const given = ['A', 'A', 'B'];
    server.answer = (_request, response) =>
      answerJson(response, 200, { access_token: given.shift(), expires_in: 7_200 });
    await tokens.get(testApp);
    expect(await tokens.replaceRefused(testApp, 'A')).to.equal('B');
    expect(server.received.map(({ method, url, body }) => [method, url, JSON.parse(body)])).to.deep.equal(
      [false, false, true].map((force_refresh) => [
        'POST',
        '/cgi-bin/stable_token',
        { grant_type: 'client_credential', appid: appId, secret: testApp.appSecret, force_refresh },
      ]),
    );
  });

  it('tells what WeChat answered, and never the secret', async () => {
    const observers = createObservers();
    server.answer = (_request, response) =>
      answerJson(response, 200, {
        errcode: 40164,
        errmsg: `invalid ip 1.2.3.4, not in whitelist ${testApp.appSecret} rid: 5f8d-12`,
      });
    const failed = await failureOf(() => connect(observers).tokens.get(testApp));
    expect(failed).to.include({ code: 'WECHAT_CREDENTIALS_REFUSED', kind: 'permanent' });
    expect(failed.details).to.deep.equal({
      api: 'stable_token',
      remoteCode: 40164,
      rid: '5f8d-12',
      remoteMessage: 'invalid ip 1.2.3.4, not in whitelist *** rid: 5f8d-12',
    });
    expect(observers.lines.join()).to.include('access_token.refused').and.not.include(testApp.appSecret);
  });

  describe('whose app_secret is being changed', () => {
    const changing = { ...testApp, appSecret: 'the-new-one', appSecretPrevious: testApp.appSecret };
    const secrets = () => server.received.map(({ body }) => JSON.parse(body).secret);
    const taking = (secret: string, errcode: number) => {
      server.answer = (_request, response) => {
        const given = JSON.parse(server.received.at(-1)?.body ?? '').secret;
        if (given === secret) answerJson(response, 200, { access_token: 'A', expires_in: 7_200 });
        else answerJson(response, 200, { errcode, errmsg: 'invalid appsecret' });
      };
    };

    for (const errcode of [40125, 40001]) {
      it(`is fetched with the previous one where WeChat calls the current one wrong (${errcode}), and says so`, async () => {
        const observers = createObservers();
        const { tokens } = connect(observers);
        taking(testApp.appSecret, errcode);
        expect(await tokens.get(changing)).to.equal('A');
        expect(secrets()).to.deep.equal(['the-new-one', testApp.appSecret]);
        const said = observers.lines.filter((line) => line.includes('access_token.previous_secret_used'));
        expect(said).to.have.length(1);
        expect(observers.lines.join()).to.not.include(testApp.appSecret).and.not.include('the-new-one');
      });
    }

    it('is fetched with the current one alone where that is right', async () => {
      taking('the-new-one', 40125);
      expect(await connect().tokens.get(changing)).to.equal('A');
      expect(secrets()).to.deep.equal(['the-new-one']);
    });

    it('is refused after both, once each, and after one for whatever else', async () => {
      taking('a third one', 40125);
      expect(await failureOf(() => connect().tokens.get(changing))).to.include({
        code: 'WECHAT_CREDENTIALS_REFUSED',
      });
      expect(secrets()).to.have.length(2);
      taking('a third one', 40164);
      await failureOf(() => connect().tokens.get(changing));
      expect(secrets()).to.have.length(3);
    });
  });

  for (const [what, answer] of [
    ['an answer without a token', { expires_in: 7_200 }],
    ['a token with a space', { access_token: 'a b', expires_in: 7_200 }],
    ['no time left', { access_token: 'a', expires_in: 0 }],
    ['time as text', { access_token: 'a', expires_in: 'long' }],
  ] as const) {
    it(`takes ${what} for a fault of WeChat`, async () => {
      server.answer = (_request, response) => answerJson(response, 200, answer);
      expect(await failureOf(() => connect().tokens.get(testApp))).to.include({
        code: 'WECHAT_SYSTEM_ERROR',
      });
    });
  }
});

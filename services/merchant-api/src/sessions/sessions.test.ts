import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { after, before, beforeEach, describe, it } from 'mocha';
import {
  appId,
  appIdWithoutSecret,
  codeOf,
  type LoginApi,
  mchId,
  newOpenId,
  otherMchId,
  problemOf,
  sharedAppId,
  startLoginApi,
} from './login.fixture.test.ts';

describe('a login with the code of wx.login', () => {
  let api: LoginApi;
  let openId: string;
  before(async () => {
    api = await startLoginApi();
  });
  after(() => api.close());
  beforeEach(() => {
    openId = newOpenId();
    api.aheadMs = 0;
  });

  const createSession = (code: string, facts: { appid?: string; mchid?: string } = {}) =>
    api.nobody.createSession({ body: { appid: appId, code, ...facts } });
  const newCode = () => api.simulator.login({ appId, openId, renewsSession: false }).code;

  const countLogins = () => api.simulator.ledger().calls.counts.jscode2session;

  it('gives a token by which the user is known, for seven days', async () => {
    const { status, body } = await createSession(newCode());
    expect(status).to.equal(201);
    expect(body.token).to.match(/^hds_[0-9A-Za-z_-]{43}$/);
    expect(body.is_new_user).to.equal(true);
    const session = (await api.clientOf(body.token).readSession()).body;
    expect(session).to.deep.equal({
      mchid: mchId,
      appid: appId,
      created_at: session.created_at,
      expires_at: body.expires_at,
    });
    const lastsMs = Date.parse(session.expires_at) - Date.parse(session.created_at);
    expect(lastsMs).to.be.closeTo(7 * 24 * 3_600_000, 5_000);
  });

  it('tells a user who comes again from a new one', async () => {
    expect((await createSession(newCode())).body.is_new_user).to.equal(true);
    expect((await createSession(newCode())).body.is_new_user).to.equal(false);
  });

  it('takes several logins of one user at the same moment', async () => {
    const codes = Array.from({ length: 5 }, () => newCode());
    const logins = await Promise.all(codes.map((code) => createSession(code)));
    expect(logins.filter(({ body }) => body.is_new_user)).to.have.length(1);
    expect(new Set(logins.map(({ body }) => body.token)).size).to.equal(5);
  });

  it('keeps no token, no session_key and no openid where nobody needs it', async () => {
    const { token } = (await createSession(newCode())).body;
    const user = await api.context.store.users.find({ appId, openId });
    const session = await api.context.store.sessions.authenticate(token);
    expect(session?.sessionId).to.equal(createHash('sha256').update(token).digest('hex'));
    const { sessionKey = '' } = user?.secrets ?? {};
    expect(sessionKey).to.match(/^v1\.[0-9A-Za-z_-]{60,}$/);
    const info = api.simulator.getUserInfo({ appId, openId });
    const told = {
      raw_data: info.rawData,
      signature: info.signature,
      encrypted_data: info.encryptedData,
      iv: info.iv,
    };
    expect((await api.clientOf(token).updateProfile({ body: told })).status).to.equal(200);
  });

  describe('is refused', () => {
    it('with LOGIN_CODE_USED for a code that was used: the client calls wx.login again', async () => {
      const code = newCode();
      await createSession(code);
      expect(await codeOf(createSession(code))).to.equal('422 LOGIN_CODE_USED');
    });

    it('with LOGIN_CODE_INVALID for one that nobody gave, that is too old or of another app', async () => {
      expect(await codeOf(createSession('0a3K5mFa1'))).to.equal('422 LOGIN_CODE_INVALID');
      const ofOther = api.simulator.login({ appId: sharedAppId, openId: newOpenId() }).code;
      expect(await codeOf(createSession(ofOther))).to.equal('422 LOGIN_CODE_INVALID');
      const old = newCode();
      await api.simulator.clock.advance(300_001);
      expect(await codeOf(createSession(old))).to.equal('422 LOGIN_CODE_INVALID');
    });

    it('with LOGIN_BLOCKED for a user whom WeChat takes for a risk', async () => {
      api.simulator.setUser({ appId, openId, isRisky: true });
      expect(await codeOf(createSession(newCode()))).to.equal('403 LOGIN_BLOCKED');
    });

    it('with LOGIN_TOO_FREQUENT, and until when, beyond what WeChat allows in a minute', async () => {
      api.simulator.faults.set({ logins_per_minute: 1 });
      try {
        await createSession(newCode());
        const problem = await problemOf(createSession(newCode()));
        expect(problem).to.include({ status: 429, code: 'LOGIN_TOO_FREQUENT' });
        expect(problem.retryAfterSeconds).to.be.within(1, 60);
      } finally {
        api.simulator.faults.set({ logins_per_minute: 100 });
      }
    });

    it('with LOGIN_UNFINISHED where the answer was lost: the same code is used then, a new one is not', async () => {
      const code = newCode();
      api.simulator.faults.set({
        api: [{ api: 'jscode2session', moment: 'after', answer: 'reset', times: 1 }],
      });
      expect(await codeOf(createSession(code))).to.equal('504 LOGIN_UNFINISHED');
      expect(await codeOf(createSession(code))).to.equal('422 LOGIN_CODE_USED');
      expect((await createSession(newCode())).status).to.equal(201);
    });

    it('with LOGIN_UNFINISHED too for an answer that is no answer', async () => {
      const answer = { status: 200, body: { session_key: 'tiihtNczf5v6AKRyjwEUhQ==' } };
      api.simulator.faults.set({ api: [{ api: 'jscode2session', moment: 'before', answer, times: 1 }] });
      expect(await codeOf(createSession(newCode()))).to.equal('504 LOGIN_UNFINISHED');
    });

    it('with WECHAT_BUSY and Retry-After while WeChat is busy, which uses no code up', async () => {
      api.simulator.faults.set({
        api: [{ api: 'jscode2session', moment: 'before', answer: 'system_error', times: 1 }],
      });
      const code = newCode();
      const problem = await problemOf(createSession(code));
      expect(problem).to.include({ status: 503, code: 'WECHAT_BUSY' });
      expect(problem.retryAfterSeconds).to.be.greaterThan(0);
      expect((await createSession(code)).status).to.equal(201);
    });

    it('with 502 where WeChat takes our secret for wrong, which only an operator can mend', async () => {
      const app = api.apps.get(appId) ?? expect.fail('no app');
      api.apps.set(appId, { ...app, appSecret: 'f'.repeat(32) });
      try {
        expect(await codeOf(createSession(newCode()))).to.equal('502 WECHAT_CREDENTIALS_REFUSED');
      } finally {
        api.apps.set(appId, app);
      }
    });

    it('with WECHAT_REFUSED and the code for what nobody here can mend', async () => {
      const answer = { status: 200, body: { errcode: 50007, errmsg: 'account freeze' } };
      api.simulator.faults.set({ api: [{ api: 'jscode2session', moment: 'before', answer, times: 1 }] });
      const { code, problem } = await problemOf(createSession(newCode()));
      expect([code, problem.detail]).to.deep.equal(['WECHAT_REFUSED', 'WeChat answered 50007.']);
    });

    const rows: [what: string, body: Record<string, unknown>, field: string][] = [
      ['an app that nobody has', { appid: 'wx9999999999999999' }, 'appid'],
      ['an app without a secret here', { appid: appIdWithoutSecret }, 'appid'],
      ['an app of several merchants without saying which', { appid: sharedAppId }, 'mchid'],
      ['a merchant who does not list the app', { mchid: otherMchId }, 'mchid'],
      ['no code', { code: undefined }, 'code'],
      ['an empty code', { code: '' }, 'code'],
      ['a code with white space', { code: 'a b' }, 'code'],
      ['a code of 513 characters', { code: 'a'.repeat(513) }, 'code'],
      ['no appid', { appid: undefined }, 'appid'],
      ['an openid', { openid: 'oUser' }, 'openid'],
    ];
    for (const [what, facts, field] of rows) {
      it(`with REQUEST_INVALID for ${what}, without asking WeChat`, async () => {
        const asked = countLogins();
        const body = { appid: appId, code: 'CODE', ...facts };
        const { status, problem } = await problemOf(api.nobody.createSession({ body: body as never }));
        expect([status, problem.code, problem.errors?.[0]?.field]).to.deep.equal([
          400,
          'REQUEST_INVALID',
          field,
        ]);
        expect(countLogins()).to.equal(asked);
      });
    }
  });

  it('is for the merchant who is named, where several list the app', async () => {
    const token = await api.logIn(openId, { appid: sharedAppId, mchid: otherMchId });
    expect((await api.clientOf(token).readSession()).body.mchid).to.equal(otherMchId);
  });

  it('goes on under the previous secret while WeChat does not know the new one yet', async () => {
    const app = api.apps.get(appId) ?? expect.fail('no app');
    api.apps.set(appId, { ...app, appSecret: 'f'.repeat(32), appSecretPrevious: app.appSecret });
    try {
      expect((await createSession(newCode())).status).to.equal(201);
    } finally {
      api.apps.set(appId, app);
    }
  });

  describe('a session', () => {
    it('ends with its time, to the second', async () => {
      const token = await api.logIn(openId);
      const user = api.clientOf(token);
      const lastsMs = Date.parse((await user.readSession()).body.expires_at) - Date.now();
      api.aheadMs = lastsMs - 5_000;
      expect((await user.readSession()).status).to.equal(200);
      api.aheadMs = lastsMs;
      expect(await codeOf(user.readSession())).to.equal('401 REQUEST_UNAUTHENTICATED');
      expect(await codeOf(api.client.inspectSession({ body: { token } }))).to.equal('404 SESSION_NOT_FOUND');
    });

    it('ends when the user logs out, and only that one', async () => {
      const [token, other] = [await api.logIn(openId), await api.logIn(openId)];
      expect(await api.clientOf(token).endSession()).to.deep.equal({ status: 204, body: undefined });
      expect(await codeOf(api.clientOf(token).readSession())).to.equal('401 REQUEST_UNAUTHENTICATED');
      expect(await codeOf(api.clientOf(token).endSession())).to.equal('401 REQUEST_UNAUTHENTICATED');
      expect((await api.clientOf(other).readSession()).status).to.equal(200);
    });

    it('ends when its app is taken from the merchant', async () => {
      const token = await api.logIn(openId);
      const merchant = api.merchants.get(mchId) ?? expect.fail('no merchant');
      api.merchants.set(mchId, { ...merchant, appIds: [sharedAppId] });
      try {
        expect(await codeOf(api.clientOf(token).readSession())).to.equal('401 REQUEST_UNAUTHENTICATED');
        expect(await codeOf(api.client.inspectSession({ body: { token } }))).to.equal(
          '404 SESSION_NOT_FOUND',
        );
      } finally {
        api.merchants.set(mchId, merchant);
      }
    });

    it('ends when the user closes their WeChat account, and so does what was known of them', async () => {
      const token = await api.logIn(openId);
      const { userData, users } = api.context.store;
      const counts = await userData.forget({ appId, openId }, new Date());
      expect(counts).to.include({ sessions: 1, users: 1 });
      expect(await codeOf(api.clientOf(token).readSession())).to.equal('401 REQUEST_UNAUTHENTICATED');
      expect(await users.find({ appId, openId })).to.equal(undefined);
    });

    for (const [what, token] of [
      ['of another form', 'hds_short'],
      ['that nobody has', `hds_${'A'.repeat(43)}`],
      ['that is an API key', ''],
    ] as const) {
      it(`is not opened by a token ${what}`, async () => {
        const wrong = token || (await api.context.store.apiKeys.create({ mchId, label: 't' })).key;
        const problem = await codeOf(api.clientOf(wrong).readSession());
        expect(problem).to.equal('401 REQUEST_UNAUTHENTICATED');
      });
    }

    it('opens nothing that is for the merchant alone', async () => {
      const user = api.clientOf(await api.logIn(openId));
      expect(await codeOf(user.inspectSession({ body: { token: 'x' } }))).to.equal(
        '401 REQUEST_UNAUTHENTICATED',
      );
    });
  });

  describe("the shop's own server", () => {
    it('learns whose token it was sent', async () => {
      api.simulator.setUser({ appId, openId, unionId: 'oUnion6f2b' });
      const token = await api.logIn(openId);
      const { body } = await api.client.inspectSession({ body: { token } });
      const { created_at, expires_at } = (await api.clientOf(token).readSession()).body;
      expect(body).to.deep.equal({
        mchid: mchId,
        appid: appId,
        openid: openId,
        unionid: 'oUnion6f2b',
        created_at,
        expires_at,
      });
    });

    it('learns nothing of the tokens of another merchant', async () => {
      const token = await api.logIn(openId);
      expect(await codeOf(api.otherClient.inspectSession({ body: { token } }))).to.equal(
        '404 SESSION_NOT_FOUND',
      );
      expect(await codeOf(api.client.inspectSession({ body: { token: 'x' } }))).to.equal(
        '404 SESSION_NOT_FOUND',
      );
    });
  });

  it('leaves no secret and no openid in the log', async () => {
    const app = api.apps.get(appId) ?? expect.fail('no app');
    const { code } = api.simulator.login({ appId, openId });
    api.simulator.faults.set({
      api: [{ api: 'jscode2session', moment: 'after', answer: 'reset', times: 1 }],
    });
    await codeOf(createSession(code));
    await codeOf(createSession(code));
    const token = await api.logIn(openId);
    await api.client.inspectSession({ body: { token } });
    await api.clientOf(token).endSession();
    const log = api.logged.join('');
    expect(log).to.include('"route":"/v1/sessions"').and.include('"outcome":"logged_in"');
    for (const secret of [code, token, openId, app.appSecret, token.slice(4)])
      expect(log).not.to.include(secret);
  });
});

import { expect } from 'chai';
import { after, before, beforeEach, describe, it } from 'mocha';
import {
  appId,
  codeOf,
  type LoggedInUser,
  type LoginApi,
  newOpenId,
  problemOf,
  sharedAppId,
  startLoginApi,
} from '../sessions/login.fixture.test.ts';

const phoneApi = 'getuserphonenumber';

describe("a user's phone number", () => {
  let api: LoginApi;
  let user: LoggedInUser;
  before(async () => {
    api = await startLoginApi();
  });
  after(() => api.close());
  beforeEach(async () => {
    user = await api.newUser();
  });

  const read = (code: string) => user.client.readPhoneNumber({ body: { code } });
  const tap = (by = user.openId, of = appId) => api.simulator.getPhoneNumber({ appId: of, openId: by }).code;
  const answerOnce = (body: Record<string, unknown>) =>
    api.simulator.faults.set({
      api: [{ api: phoneApi, moment: 'before', answer: { status: 200, body: body as never }, times: 1 }],
    });

  it('is what WeChat says of the code of the phone button', async () => {
    const { openId } = user;
    api.simulator.setUser({ appId, openId, phoneNumber: '13812345678' });
    expect((await read(tap())).body).to.deep.equal({
      phone_number: '13812345678',
      pure_phone_number: '13812345678',
      country_code: '86',
    });
    api.simulator.setUser({ appId, openId, phoneNumber: '+853 66123456' });
    expect((await read(tap())).body).to.deep.equal({
      phone_number: '+85366123456',
      pure_phone_number: '66123456',
      country_code: '853',
    });
  });

  it('is PHONE_CODE_INVALID for a code that was used, is too old, of wx.login, or of nobody', async () => {
    const code = tap();
    await read(code);
    expect(await codeOf(read(code))).to.equal('422 PHONE_CODE_INVALID');
    const ofLogin = api.simulator.login({ appId, openId: user.openId }).code;
    for (const wrong of [ofLogin, 'CODE'])
      expect(await codeOf(read(wrong))).to.equal('422 PHONE_CODE_INVALID');
    const old = tap();
    await api.simulator.clock.advance(300_001);
    expect(await codeOf(read(old))).to.equal('422 PHONE_CODE_INVALID');
  });

  it("is not told by another user's code, which stays good for that user", async () => {
    const other = await api.newUser();
    const code = tap(other.openId);
    expect(await codeOf(read(code))).to.equal('422 PHONE_CODE_INVALID');
    expect((await other.client.readPhoneNumber({ body: { code } })).status).to.equal(200);
  });

  it('is PHONE_CODE_OF_ANOTHER_APP for a code, or an answer, of another app', async () => {
    expect(await codeOf(read(tap(newOpenId(), sharedAppId)))).to.equal('422 PHONE_CODE_OF_ANOTHER_APP');
    const phone = { phoneNumber: '13812345678', purePhoneNumber: '13812345678', countryCode: 86 };
    const toAnswer = (appid: string) => ({
      errcode: 0,
      errmsg: 'ok',
      phone_info: { ...phone, watermark: { timestamp: 1, appid } },
    });
    answerOnce(toAnswer(sharedAppId));
    expect(await codeOf(read('CODE'))).to.equal('422 PHONE_CODE_OF_ANOTHER_APP');
    answerOnce(toAnswer(appId));
    expect((await read('CODE')).body.country_code, 'a number on some pages').to.equal('86');
  });

  it('is PHONE_OUTCOME_UNKNOWN where the answer was lost, for the code may be used', async () => {
    const code = tap();
    api.simulator.faults.set({ api: [{ api: phoneApi, moment: 'after', answer: 'reset', times: 1 }] });
    expect(await codeOf(read(code))).to.equal('504 PHONE_OUTCOME_UNKNOWN');
    expect(await codeOf(read(code))).to.equal('422 PHONE_CODE_INVALID');
    answerOnce({ errcode: 0, errmsg: 'ok' });
    expect(await codeOf(read(tap()))).to.equal('504 PHONE_OUTCOME_UNKNOWN');
  });

  it('goes on after the access_token died', async () => {
    await read(tap());
    api.simulator.revokeToken(appId);
    expect((await read(tap())).status).to.equal(200);
  });

  const rows: [errcode: number, answer: string][] = [
    [-1, '503 WECHAT_BUSY'],
    [45011, '503 WECHAT_QUOTA_EXHAUSTED'],
    [45009, '503 WECHAT_QUOTA_EXHAUSTED'],
    [48001, '422 WECHAT_REFUSED'],
    [47001, '422 WECHAT_REFUSED'],
    [99999, '422 WECHAT_REFUSED'],
  ];
  for (const [errcode, wanted] of rows) {
    it(`is ${wanted} where WeChat answers ${errcode}`, async () => {
      answerOnce({ errcode, errmsg: 'no' });
      const { status, code, retryAfterSeconds } = await problemOf(read('CODE'));
      expect(`${status} ${code}`).to.equal(wanted);
      expect(retryAfterSeconds === undefined).to.equal(status !== 503);
    });
  }

  it('is 502 where WeChat refuses the token that it has just given', async () => {
    const dead = { errcode: 40001, errmsg: 'invalid credential' };
    const fault = { api: phoneApi, moment: 'before', answer: { status: 200, body: dead }, times: 2 } as const;
    api.simulator.faults.set({ api: [fault] });
    expect(await codeOf(read('CODE'))).to.equal('502 WECHAT_TOKEN_REFUSED');
  });

  it('is 503 while the app of the session is not configured', async () => {
    const app = api.apps.get(appId) ?? expect.fail('no app');
    api.apps.delete(appId);
    try {
      expect(await codeOf(read('CODE'))).to.equal('503 MERCHANT_NOT_CONFIGURED');
      const told = user.client.updateProfile({ body: { nickname: 'a' } });
      expect(await codeOf(told)).to.equal('503 MERCHANT_NOT_CONFIGURED');
    } finally {
      api.apps.set(appId, app);
    }
  });

  for (const body of [
    {},
    { code: '' },
    { code: 1 },
    { code: 'a b' },
    { code: 'a'.repeat(513) },
    { code: 'a', x: 1 },
  ]) {
    it(`is REQUEST_INVALID for ${JSON.stringify(body).slice(0, 40)}`, async () => {
      const sent = user.client.readPhoneNumber({ body: body as never });
      expect(await codeOf(sent)).to.equal('400 REQUEST_INVALID');
    });
  }

  it('is neither in the log nor in the store, and its code is not in the log', async () => {
    const { openId, token } = user;
    api.simulator.setUser({ appId, openId, phoneNumber: '13899990000' });
    const code = tap();
    await read(code);
    await codeOf(read(code));
    const log = api.logged.join('');
    expect(log).to.include('"route":"/v1/users/phone-number"');
    for (const secret of ['13899990000', code, openId]) expect(log).not.to.include(secret);
    const { users, sessions } = api.context.store;
    const kept = [await users.find({ appId, openId }), await sessions.authenticate(token)];
    expect(JSON.stringify(kept)).not.to.include('13899990000');
  });

  it('is told to nobody without a session', async () => {
    const body = { code: tap() };
    expect(await codeOf(api.nobody.readPhoneNumber({ body }))).to.equal('401 REQUEST_UNAUTHENTICATED');
    expect(await codeOf(api.client.readPhoneNumber({ body }))).to.equal('401 REQUEST_UNAUTHENTICATED');
  });
});

import { createDecipheriv, createHash, createHmac } from 'node:crypto';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Simulator } from '../index.ts';
import { appId, callJson, openId, otherAppId, testApp } from '../wechat-simulator.fixture.test.ts';
import { createPlatform, minute, type Platform, second, type WechatAnswer } from './platform.fixture.test.ts';

const phonePath = '/wxa/business/getuserphonenumber';
const buyer = { appId, openId };

describe('wechat-simulator: users log in', () => {
  let platform: Platform;
  let simulator: Simulator;
  beforeEach(async () => {
    platform = await createPlatform(testApp, [{ ...testApp, appId: otherAppId }]);
    simulator = platform.simulator;
  });
  afterEach(() => platform.close());

  const exchange = (code: string, change: Readonly<Record<string, string>> = {}): Promise<WechatAnswer> =>
    platform.get('/sns/jscode2session', {
      appid: appId,
      secret: testApp.appSecret,
      js_code: code,
      grant_type: 'authorization_code',
      ...change,
    });
  const logIn = async (renewsSession = false): Promise<string> => {
    const answer = await exchange(simulator.login({ ...buyer, renewsSession }).code);
    return String(answer.session_key);
  };
  const open = (sealed: { encryptedData?: string; iv?: string }, sessionKey: string): unknown => {
    const { encryptedData = '', iv = '' } = sealed;
    const key = Buffer.from(sessionKey, 'base64');
    const decipher = createDecipheriv('aes-128-cbc', key, Buffer.from(iv, 'base64'));
    return JSON.parse(decipher.update(encryptedData, 'base64', 'utf8') + decipher.final('utf8'));
  };

  it('a code is exchanged for openid and session_key, without an errcode, and only once', async () => {
    const { code } = simulator.login(buyer);
    const answer = await exchange(code);
    expect(answer).to.have.all.keys('openid', 'session_key');
    expect(answer.openid).to.equal(openId);
    expect(Buffer.from(String(answer.session_key), 'base64')).to.have.length(16);
    expect(await exchange(code)).to.include({ errcode: 40163 });
  });

  it('a code of five minutes ago, of nobody, of another app or of the phone button is 40029', async () => {
    const { code } = simulator.login(buyer);
    const other = simulator.login({ appId: otherAppId, openId: 'oOfAnotherApp' });
    expect(await exchange(other.code)).to.include({ errcode: 40029 });
    expect(await exchange('nobody')).to.include({ errcode: 40029 });
    expect(await exchange(simulator.getPhoneNumber(buyer).code)).to.include({ errcode: 40029 });
    await simulator.clock.advance(5 * minute + second);
    expect(await exchange(code)).to.include({ errcode: 40029 });
  });

  const refusals: [string, Record<string, string>, number][] = [
    ['a wrong secret', { secret: 'x' }, 40125],
    ['an unknown appid', { appid: 'wx-unknown' }, 40013],
    ['no appid', { appid: '' }, 41002],
    ['no secret', { secret: '' }, 41004],
    ['no code', { js_code: '' }, 41008],
    ['another grant_type', { grant_type: 'client_credential' }, 40002],
  ];
  for (const [name, change, errcode] of refusals) {
    it(`a login with ${name} is ${errcode}, and uses no code up`, async () => {
      const { code } = simulator.login(buyer);
      expect(await exchange(code, change)).to.include({ errcode });
      expect(await exchange(code)).to.include({ openid: openId });
    });
  }

  it('the answer is text/plain', async () => {
    const { headers } = await callJson('GET', `${simulator.uri}/sns/jscode2session`);
    expect(headers.get('content-type')).to.contain('text/plain');
  });

  it('by POST it is 43001, and an address that does not exist 40066', async () => {
    expect(await platform.post('/sns/jscode2session')).to.include({ errcode: 43001 });
    expect(await platform.post('/wxa/nothing')).to.include({ errcode: 40066 });
  });

  it('a user who is set as risky is 40226, one with a unionid gets it', async () => {
    simulator.setUser({ ...buyer, isRisky: true, unionId: 'oUnion' });
    expect(await exchange(simulator.login(buyer).code)).to.include({ errcode: 40226 });
    simulator.setUser({ ...buyer, isRisky: false });
    expect(await exchange(simulator.login(buyer).code)).to.include({ unionid: 'oUnion' });
  });

  it('beyond a user’s logins per minute it is 45011, until the next minute', async () => {
    simulator.faults.set({ logins_per_minute: 1 });
    // The beginning of a minute, so that none begins in between.
    await simulator.clock.advance(minute - (simulator.clock.now() % minute));
    await exchange(simulator.login(buyer).code);
    expect(await exchange(simulator.login(buyer).code)).to.include({ errcode: 45011 });
    await simulator.clock.advance(minute);
    expect(await exchange(simulator.login(buyer).code)).to.include({ openid: openId });
  });

  it('an answer that is lost has used the code up', async () => {
    const { code } = simulator.login(buyer);
    simulator.faults.set({
      api: [{ api: 'jscode2session', moment: 'after', answer: 'system_error', times: 1 }],
    });
    expect(await exchange(code)).to.include({ errcode: -1 });
    expect(await exchange(code)).to.include({ errcode: 40163 });
  });

  it('a second login may renew the session_key, and the one before is worth nothing any more', async () => {
    const check = (sessionKey: string): Promise<WechatAnswer> =>
      platform.get('/wxa/checksession', {
        openid: openId,
        signature: createHmac('sha256', sessionKey).update('').digest('hex'),
        sig_method: 'hmac_sha256',
      });
    const first = await logIn();
    expect(await logIn()).to.equal(first);
    expect(await check(first)).to.deep.equal({ errcode: 0, errmsg: 'ok' });
    const second = await logIn(true);
    expect(second).not.to.equal(first);
    expect(await check(first)).to.include({ errcode: 87009 });
    expect(await check(second)).to.include({ errcode: 0 });
  });

  it('how often a login renews it is a share', async () => {
    simulator.faults.set({ session_renewal_share: 1 });
    const keys = new Set<unknown>();
    for (let index = 0; index < 3; index += 1) {
      keys.add((await exchange(simulator.login(buyer).code)).session_key);
    }
    expect(keys).to.have.property('size', 3);
  });

  it('wx.getUserInfo is anonymous, signed, and sealed for the session_key of that moment', async () => {
    simulator.setUser({ ...buyer, unionId: 'oUnion' });
    const sessionKey = await logIn();
    const info = simulator.getUserInfo(buyer);
    expect(JSON.parse(info.rawData)).to.include({ nickName: '微信用户', is_demote: true, gender: 0 });
    const signature = createHash('sha1')
      .update(info.rawData + sessionKey)
      .digest('hex');
    expect(info.signature).to.equal(signature);
    const opened = open(info, sessionKey) as { watermark: { appid: string; timestamp: number } };
    expect(opened).to.include({ openId, unionId: 'oUnion', nickName: '微信用户' });
    expect(opened.watermark.appid).to.equal(appId);
    expect(opened.watermark.timestamp).to.be.closeTo(Date.now() / 1_000, 5);
    expect(info.cloudID).to.match(/^\d+_\S+$/);

    const renewed = await logIn(true);
    expect(() => open(info, renewed)).to.throw();
    expect(open(simulator.getUserInfo(buyer), renewed)).to.include({ openId });
  });

  it('wx.getUserInfo needs a login', () => {
    expect(() => simulator.getUserInfo(buyer)).to.throw('wx.login');
  });

  it('the code of the phone button gives the number, once', async () => {
    simulator.setUser({ ...buyer, phoneNumber: '13580006666' });
    const sessionKey = await logIn();
    const detail = simulator.getPhoneNumber(buyer);
    expect(open(detail, sessionKey)).to.include({ purePhoneNumber: '13580006666' });
    const { errcode, phone_info } = await platform.post(phonePath, { code: detail.code, openid: openId });
    expect(errcode).to.equal(0);
    const { watermark, ...phone } = phone_info as Record<string, unknown>;
    expect(phone).to.deep.equal({
      phoneNumber: '13580006666',
      purePhoneNumber: '13580006666',
      countryCode: '86',
    });
    expect(watermark).to.include({ appid: appId });
    expect(await platform.post(phonePath, { code: detail.code })).to.include({ errcode: 40029 });
  });

  it('a number of another country has its code in front', async () => {
    simulator.setUser({ ...buyer, phoneNumber: '+853 66123456' });
    const { code } = simulator.getPhoneNumber(buyer);
    expect((await platform.post(phonePath, { code })).phone_info).to.deep.include({
      phoneNumber: '+85366123456',
      purePhoneNumber: '66123456',
      countryCode: '853',
    });
  });

  it('a phone code of another user or past five minutes is 40029, of another app 40013, of none 47001', async () => {
    const { code } = simulator.getPhoneNumber(buyer);
    expect(await platform.post(phonePath, { code, openid: 'oSomebodyElse' })).to.include({ errcode: 40029 });
    const other = simulator.getPhoneNumber({ appId: otherAppId, openId: 'oOfAnotherApp' });
    expect(await platform.post(phonePath, { code: other.code })).to.include({ errcode: 40013 });
    expect(await platform.post(phonePath, {})).to.include({ errcode: 47001 });
    await simulator.clock.advance(5 * minute + second);
    expect(await platform.post(phonePath, { code })).to.include({ errcode: 40029 });
  });

  it('all of it can be done by control calls', async () => {
    const control = (path: string, body: object) =>
      callJson('POST', `${simulator.uri}/simulator/users${path}`, { appid: appId, openid: openId, ...body });
    expect((await control('', { unionid: 'oUnion', phone_number: '13580006666' })).status).to.equal(200);
    const login = JSON.parse((await control('/login', { renew_session: true })).text) as { code: string };
    const session = await exchange(login.code);
    expect(session).to.include({ openid: openId, unionid: 'oUnion' });
    const info = JSON.parse((await control('/info', { profile: { nickName: '龙井' } })).text) as object;
    expect(open(info, String(session.session_key))).to.include({ nickName: '龙井', openId });
    const phone = JSON.parse((await control('/phone', {})).text) as { code: string };
    expect(await platform.post(phonePath, { code: phone.code })).to.include({ errcode: 0 });
    expect((await control('/phone', { appid: otherAppId })).status).to.equal(409);
    expect((await control('/phone', { appid: 'wx-unknown' })).status).to.equal(404);
  });
});

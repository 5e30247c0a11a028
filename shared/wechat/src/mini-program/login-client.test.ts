import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createObservers } from '../http/observers.fixture.test.ts';
import { answerJson, startTestServer, type TestServer } from '../http/test-server.fixture.test.ts';
import { testApp } from './app.fixture.test.ts';
import { createLoginClient, type LoginClient } from './login-client.ts';

const code = '0a3K5mFa1+/ &=';
const good = { session_key: 'tiihtNczf5v6AKRyjwEUhQ==', openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' };

describe('exchanging the code of wx.login', () => {
  let server: TestServer;
  let client: LoginClient;
  let observers: ReturnType<typeof createObservers>;
  beforeEach(async () => {
    observers = createObservers();
    server = await startTestServer((_request, response) => answerJson(response, 200, good));
    client = createLoginClient({ baseUrl: server.baseUrl, timeoutMs: 300, ...observers });
  });
  afterEach(async () => {
    client.close();
    await server.close();
  });

  const login = (facts: Partial<typeof testApp> = {}) => client.login({ ...testApp, ...facts }, code);
  const answer = (json: unknown, status = 200) => {
    server.answer = (_request, response) => answerJson(response, status, json);
  };
  const failureOf = async () => {
    const result = await login();
    if (result.kind === 'done') throw new Error('it went well');
    return { kind: result.kind, code: result.error.code };
  };

  it('asks as WeChat documents it, by GET, the code written for a URL', async () => {
    await login();
    const [request] = server.received;
    const url = new URL(request?.url ?? '', server.baseUrl);
    expect([request?.method, url.pathname, request?.body]).to.deep.equal(['GET', '/sns/jscode2session', '']);
    expect(Object.fromEntries(url.searchParams)).to.deep.equal({
      appid: testApp.appId,
      secret: testApp.appSecret,
      js_code: code,
      grant_type: 'authorization_code',
    });
  });

  const successes: [what: string, json: object][] = [
    ['without errcode', good],
    ['with errcode 0', { ...good, errcode: 0, errmsg: 'ok' }],
    ['with an errcode beside the openid', { ...good, errcode: -1 }],
    ['with a unionid', { ...good, unionid: 'oUnion' }],
    ['with an empty unionid', { ...good, unionid: '' }],
  ];
  for (const [what, json] of successes) {
    it(`takes a success ${what}: the openid decides`, async () => {
      answer(json);
      const unionId = what === 'with a unionid' ? 'oUnion' : undefined;
      const wanted = { openId: good.openid, sessionKey: good.session_key, unionId };
      expect(await login()).to.deep.equal({ kind: 'done', login: wanted });
    });
  }

  it('reads an answer that says that it is text', async () => {
    server.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' }).end(JSON.stringify(good));
    };
    expect((await login()).kind).to.equal('done');
  });

  const unclear: [what: string, json: unknown, status?: number][] = [
    ['no openid', { session_key: good.session_key }],
    ['no session_key', { openid: good.openid }],
    ['an openid that is none', { ...good, openid: 'a b' }],
    ['errcode 0 alone', { errcode: 0 }],
    ['a page', '<html>'],
    ['a 502', {}, 502],
  ];
  for (const [what, json, status] of unclear) {
    it(`leaves open whether the code is used after an answer with ${what}`, async () => {
      answer(json, status);
      expect(await failureOf()).to.deep.equal({ kind: 'unknown', code: 'WECHAT_SYSTEM_ERROR' });
    });
  }

  it('leaves it open too after silence and a reset, but not where WeChat was not reached', async () => {
    server.answer = () => undefined;
    expect(await failureOf()).to.deep.equal({ kind: 'unknown', code: 'WECHAT_UNREACHABLE' });
    server.answer = (_request, response) => void response.destroy();
    expect(await failureOf()).to.deep.equal({ kind: 'unknown', code: 'WECHAT_UNREACHABLE' });
    await server.close();
    expect(await failureOf()).to.deep.equal({ kind: 'refused', code: 'WECHAT_UNREACHABLE' });
  });

  it('tries the previous secret once where WeChat calls the current one wrong', async () => {
    const secretOf = (url: string) => new URL(url, server.baseUrl).searchParams.get('secret');
    for (const errcode of [40125, 40001]) {
      server.answer = ({ url }, response) =>
        answerJson(response, 200, secretOf(url) === 'old' ? good : { errcode, errmsg: 'invalid appsecret' });
      expect((await login({ appSecretPrevious: 'old' })).kind).to.equal('done');
      expect(await failureOf()).to.deep.equal({ kind: 'refused', code: 'WECHAT_CREDENTIALS_REFUSED' });
    }
    answer({ errcode: 40029, errmsg: 'invalid code' });
    const asked = server.received.length;
    await login({ appSecretPrevious: 'old' });
    expect(server.received.length, 'not for any other reason').to.equal(asked + 1);
  });

  it('stops asking for an app while WeChat fails, and asks on for the others', async () => {
    answer({}, 500);
    for (let times = 0; times < 12; times += 1) await login();
    expect(await failureOf()).to.deep.equal({ kind: 'refused', code: 'WECHAT_BREAKER_OPEN' });
    answer(good);
    expect((await login({ appId: 'wx9999999999999999' })).kind).to.equal('done');
  });

  it('is not stopped by codes that are refused: anybody can send those', async () => {
    answer({ errcode: 40029, errmsg: 'invalid code' });
    for (let times = 0; times < 12; times += 1) await login();
    answer(good);
    expect((await login()).kind).to.equal('done');
  });

  it('keeps secret, code and session_key out of errors, log and metrics', async () => {
    answer({ errcode: 40029, errmsg: `invalid code ${code} ${testApp.appSecret} rid: 5f-1` });
    const result = await login();
    const error = result.kind === 'done' ? undefined : result.error;
    expect(error?.details).to.include({
      remoteCode: 40029,
      rid: '5f-1',
      remoteMessage: 'invalid code *** *** rid: 5f-1',
    });
    server.answer = (_request, response) => void response.destroy();
    const lost = await login();
    const shown = JSON.stringify([error, lost, observers.lines, await observers.metrics.registry.metrics()]);
    for (const secret of [code, testApp.appSecret, good.session_key]) expect(shown).not.to.include(secret);
    expect(shown).to.include('jscode2session');
  });
});

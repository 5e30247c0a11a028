import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { AppError } from '@huidiao/errors';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createObservers } from '../http/observers.fixture.test.ts';
import { answerJson, startTestServer, type TestServer } from '../http/test-server.fixture.test.ts';
import type { AccessTokens } from './access-tokens.ts';
import { testApp } from './app.fixture.test.ts';
import { createMiniProgramClient, type MiniProgramClient, type SendResult } from './mini-program-client.ts';

const message = {
  openId: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
  templateId: 'TEMPLATE_1',
  page: 'pages/order?no=1',
  data: { thing1: '一杯茶', amount2: '19.99元' },
};

describe('sending a subscription message', () => {
  let server: TestServer;
  let client: MiniProgramClient;
  let observers: ReturnType<typeof createObservers>;
  /** The refused tokens that were asked to be replaced. */
  let replaced: string[];
  let accessTokens: AccessTokens;

  const connect = (baseUrl = server.baseUrl) =>
    createMiniProgramClient({
      baseUrl,
      accessTokens: {
        get: (app) => accessTokens.get(app),
        replaceRefused: (app, refused) => accessTokens.replaceRefused(app, refused),
      },
      timeoutMs: 300,
      ...observers,
    });
  const send = () => client.sendSubscribeMessage(testApp, message);
  const answer = (json: unknown, status = 200) => {
    server.answer = (_request, response) => answerJson(response, status, json);
  };

  beforeEach(async () => {
    observers = createObservers();
    replaced = [];
    accessTokens = {
      get: async () => 'TOKEN_1',
      async replaceRefused(_app, refused) {
        replaced.push(refused);
        return 'TOKEN_2';
      },
    };
    server = await startTestServer(() => undefined);
    client = connect();
  });
  afterEach(async () => {
    client.close();
    await server.close();
  });

  it('sends what WeChat documents, the token in the query, the Han as UTF-8', async () => {
    answer({ errcode: 0, errmsg: 'ok' });
    expect(await send()).to.deep.equal({ kind: 'sent' });
    const { method, url, body } = server.received[0] ?? expect.fail('nothing came');
    expect([method, url]).to.deep.equal(['POST', '/cgi-bin/message/subscribe/send?access_token=TOKEN_1']);
    expect(JSON.parse(body)).to.deep.equal({
      touser: message.openId,
      template_id: 'TEMPLATE_1',
      page: 'pages/order?no=1',
      miniprogram_state: 'trial',
      lang: 'zh_CN',
      data: { thing1: { value: '一杯茶' }, amount2: { value: '19.99元' } },
    });
  });

  it('sends what the message itself says in place of what the app does', async () => {
    answer({ errcode: 0, errmsg: 'ok' });
    await client.sendSubscribeMessage(testApp, { ...message, lang: 'en_US', miniprogramState: 'developer' });
    expect(JSON.parse(server.received[0]?.body ?? '')).to.include({
      lang: 'en_US',
      miniprogram_state: 'developer',
    });
  });

  it('sends a template message of a service account as WeChat documents it, with its client_msg_id', async () => {
    answer({ errcode: 0, errmsg: 'ok', msgid: 1 });
    const { openId, templateId, data } = message;
    const own = { openId, templateId, data, clientMsgId: 'MSG_1', url: 'https://example.com/order' };
    const miniprogram = { appId: 'wx0000000000000001', pagePath: 'pages/order?no=1' };
    expect(await client.sendTemplateMessage(testApp, { ...own, miniprogram })).to.deep.equal({
      kind: 'sent',
      msgId: '1',
    });
    const { method, url, body } = server.received[0] ?? expect.fail('nothing came');
    expect([method, url]).to.deep.equal(['POST', '/cgi-bin/message/template/send?access_token=TOKEN_1']);
    expect(JSON.parse(body)).to.deep.equal({
      touser: openId,
      template_id: 'TEMPLATE_1',
      url: 'https://example.com/order',
      miniprogram: { appid: 'wx0000000000000001', pagepath: 'pages/order?no=1' },
      client_msg_id: 'MSG_1',
      data: { thing1: { value: '一杯茶' }, amount2: { value: '19.99元' } },
    });
  });

  it('knows from errcode 43004 that somebody does not follow the service account', async () => {
    answer({ errcode: 43004, errmsg: 'require subscribe' });
    const { openId, templateId, data } = message;
    const sent = await client.sendTemplateMessage(testApp, {
      openId,
      templateId,
      data,
      clientMsgId: 'MSG_1',
    });
    expect(refusalOf(sent).code).to.equal('MESSAGE_NOT_SUBSCRIBED');
    expect(JSON.parse(server.received[0]?.body ?? '')).to.not.have.any.keys('url', 'miniprogram');
  });

  it('leaves out a page that there is not', async () => {
    answer({ errcode: 0, errmsg: 'ok' });
    await client.sendSubscribeMessage(testApp, { ...message, page: undefined });
    expect(JSON.parse(server.received[0]?.body ?? '')).to.not.have.property('page');
  });

  it('keeps every digit of a 64-bit msgid', async () => {
    server.answer = (_request, response) =>
      response.end('{"errcode":0,"errmsg":"ok","msgid":3289406145216544769}');
    expect(await send()).to.deep.equal({ kind: 'sent', msgId: '3289406145216544769' });
    answer({ errcode: 0, msgid: 12 });
    expect(await send()).to.deep.equal({ kind: 'sent', msgId: '12' });
  });

  for (const [errcode, code] of [
    [43101, 'MESSAGE_NOT_SUBSCRIBED'],
    [47003, 'MESSAGE_REFUSED'],
    [43108, 'MESSAGE_RECIPIENT_BUSY'],
    [45009, 'WECHAT_QUOTA_EXHAUSTED'],
    [-1, 'WECHAT_BUSY'],
    [99999, 'WECHAT_REFUSED'],
  ] as const) {
    it(`knows from errcode ${errcode} that nothing was sent: ${code}`, async () => {
      answer({ errcode, errmsg: 'no rid: 5f-1' });
      const error = refusalOf(await send());
      expect(error.code).to.equal(code);
      expect(error.details).to.include({ remoteCode: errcode, rid: '5f-1' });
      expect(server.received).to.have.length(1);
    });
  }

  for (const errcode of [40001, 40014, 41001, 42001]) {
    it(`replaces the token once on ${errcode}, and sends once more`, async () => {
      server.answer = ({ url }, response) =>
        answerJson(response, 200, url.endsWith('TOKEN_2') ? { errcode: 0 } : { errcode, errmsg: 'dead' });
      expect(await send()).to.deep.equal({ kind: 'sent' });
      expect(replaced).to.deep.equal(['TOKEN_1']);
    });
  }

  it('gives up when the replaced token is refused too', async () => {
    answer({ errcode: 40001, errmsg: 'invalid credential' });
    expect(refusalOf(await send())).to.include({ code: 'WECHAT_TOKEN_REFUSED', kind: 'transient' });
    expect(server.received).to.have.length(2);
    expect(replaced).to.deep.equal(['TOKEN_1']);
  });

  describe('without an access_token, which is not having tried', () => {
    /** Where the token cannot be had, and where a refused one cannot be replaced. */
    const ways: [string, (failure: AppError) => Partial<AccessTokens>][] = [
      ['fetched', (failure) => ({ get: () => Promise.reject(failure) })],
      ['replaced', (failure) => ({ replaceRefused: () => Promise.reject(failure) })],
    ];
    const unknownCode = { kind: 'transient' as const, details: { attemptsAtMost: 3 } };
    const rows: [what: string, failure: AppError, comes: Record<string, unknown>][] = [
      ['a 5xx', new AppError('WECHAT_SYSTEM_ERROR'), { kind: 'throttled', retryAfterMs: 5_000 }],
      [
        'a time-out',
        new AppError('WECHAT_UNREACHABLE', { kind: 'transient' }),
        { kind: 'throttled', retryAfterMs: 5_000 },
      ],
      [
        '"system busy" (-1)',
        new AppError('WECHAT_BUSY', { kind: 'transient', retryAfterMs: 700 }),
        { kind: 'throttled', retryAfterMs: 700 },
      ],
      ['a wrong secret', new AppError('WECHAT_CREDENTIALS_REFUSED'), { kind: 'permanent' }],
      ['a token refused again and again', new AppError('WECHAT_TOKEN_REFUSED'), { kind: 'transient' }],
      ['a code that nobody knows', new AppError('WECHAT_REFUSED', unknownCode), { kind: 'transient' }],
    ];
    for (const [way, failing] of ways) {
      for (const [what, failure, comes] of rows) {
        it(`is ${String(comes.kind)} when it cannot be ${way} for ${what}`, async () => {
          accessTokens = { ...accessTokens, ...failing(failure) };
          answer({ errcode: 40001 });
          const error = refusalOf(await send());
          expect(error).to.include({ code: failure.code, ...comes });
          expect(error.details).to.deep.equal(failure.details);
          expect(server.received).to.have.length(way === 'fetched' ? 0 : 1);
        });
      }
    }
  });

  it('knows that nothing was sent while a TLS handshake does not end', async () => {
    const silent = createServer((socket) => socket.resume());
    const sockets: Socket[] = [];
    silent.on('connection', (socket) => sockets.push(socket));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const tls = connect(`https://127.0.0.1:${(silent.address() as AddressInfo).port}`);
    const result = await tls.sendSubscribeMessage(testApp, message).finally(() => {
      tls.close();
      silent.close();
      for (const socket of sockets) socket.destroy();
    });
    expect(refusalOf(result)).to.include({ code: 'WECHAT_UNREACHABLE', kind: 'throttled' });
  });

  const ambiguous: [string, TestServer['answer']][] = [
    ['no answer in time', () => undefined],
    ['a reset', (_request, response) => response.socket?.resetAndDestroy()],
    ['HTTP 500', (_request, response) => answerJson(response, 500, {})],
    ['HTTP 502 with an errcode', (_request, response) => answerJson(response, 502, { errcode: 43101 })],
    ['a page of HTML', (_request, response) => response.end('<html>')],
    ['an empty answer', (_request, response) => response.end()],
    ['no errcode', (_request, response) => answerJson(response, 200, { errmsg: 'ok' })],
    ['errcode as text', (_request, response) => answerJson(response, 200, { errcode: 'zero' })],
    ['a list', (_request, response) => answerJson(response, 200, [])],
    ['an answer without an end', (_request, response) => response.end('x'.repeat(1_000_001))],
  ];
  for (const [what, answering] of ambiguous) {
    it(`leaves open whether it was sent: ${what}`, async () => {
      server.answer = answering;
      const result = await send();
      expect(result.kind).to.equal('unknown');
      expect(server.received, 'and does not try again').to.have.length(1);
    });
  }

  it('leaves open what became of the second try, when the first was refused for its token', async () => {
    server.answer = ({ url }, response) =>
      url.endsWith('TOKEN_2') ? response.socket?.destroy() : answerJson(response, 200, { errcode: 42001 });
    expect((await send()).kind).to.equal('unknown');
  });

  it('knows that nothing was sent where nothing answers', async () => {
    const closed = await startTestServer(() => undefined);
    await closed.close();
    const nowhere = connect(closed.baseUrl);
    const result = await nowhere.sendSubscribeMessage(testApp, message);
    nowhere.close();
    expect(refusalOf(result)).to.include({ code: 'WECHAT_UNREACHABLE', kind: 'throttled' });
  });

  it('sends nothing for a while after many failures, and says so', async () => {
    answer({}, 500);
    for (let times = 0; times < 20; times += 1) await send();
    const error = refusalOf(await send());
    expect(error).to.include({ code: 'WECHAT_BREAKER_OPEN', kind: 'throttled' });
    expect(server.received.length).to.be.lessThan(20);
  });

  it('tells neither token nor openid, even if WeChat repeats them', async () => {
    answer({ errcode: 40003, errmsg: `invalid openid ${message.openId} for TOKEN_1` });
    const error = refusalOf(await send());
    expect(error.details).to.include({ remoteMessage: 'invalid openid *** for ***' });
    const shown = JSON.stringify([error.message, error.details, String(error.cause), observers.lines]);
    expect(shown).to.not.include(message.openId).and.not.include('TOKEN_1');
  });
});

function refusalOf(result: SendResult): AppError {
  if (result.kind !== 'refused') expect.fail(`it was ${result.kind}`);
  return result.error;
}

import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { parseRetryAfter } from './parse-retry-after.ts';
import { HttpRequestError, sendHttpRequest } from './send-http-request.ts';
import { startTestServer, type TestServer } from './test-server.fixture.test.ts';

describe('one HTTP request', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer((_request, response) => response.end('ok'));
  });
  after(() => server.close());

  async function failureOf(url: string, timeoutMs = 2_000): Promise<HttpRequestError> {
    const failed = await sendHttpRequest({
      method: 'POST',
      url: new URL(url),
      headers: {},
      body: '{}',
      timeoutMs,
    }).catch((error) => error);
    expect(failed).to.be.instanceOf(HttpRequestError);
    return failed;
  }

  it('gives status, headers and the bytes of the answer', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0x0a]);
    server.answer = (_request, response) => response.writeHead(418, { 'x-a': 'b' }).end(bytes);
    const url = new URL(server.baseUrl);
    const answer = await sendHttpRequest({ method: 'GET', url, headers: {}, timeoutMs: 2_000 });
    expect(answer.status).to.equal(418);
    expect(answer.headers.get('x-a')).to.equal('b');
    expect(answer.body.equals(bytes)).to.equal(true);
  });

  it('knows that a refused connection and an unknown host had nothing', async () => {
    const closed = await startTestServer(() => undefined);
    await closed.close();
    for (const url of [closed.baseUrl, 'http://no-such-host.invalid/']) {
      const { reached, kind, code } = await failureOf(url);
      expect({ reached, kind, code }, url).to.deep.equal({
        reached: 'no',
        kind: 'throttled',
        code: 'WECHAT_UNREACHABLE',
      });
    }
  });

  it('knows that localhost refused on each of its addresses had nothing', async () => {
    const closed = await startTestServer(() => undefined);
    await closed.close();
    const { reached } = await failureOf(closed.baseUrl.replace('127.0.0.1', 'localhost'));
    expect(reached).to.equal('no');
  });

  const ambiguous: [string, TestServer['answer']][] = [
    ['a connection reset', (_request, response) => response.socket?.resetAndDestroy()],
    ['a connection closed without an answer', (_request, response) => response.socket?.destroy()],
    ['an answer that never comes', () => undefined],
    [
      'an answer that stops in the middle',
      (_request, response) => response.writeHead(200, { 'content-length': '100' }).write('half'),
    ],
    ['an answer over 1 MB', (_request, response) => response.end(Buffer.alloc(1_000_001))],
    ['a redirect', (_request, response) => response.writeHead(302, { location: '/elsewhere' }).end()],
  ];
  for (const [what, answer] of ambiguous) {
    it(`leaves open whether WeChat acted: ${what}`, async () => {
      server.answer = answer;
      const { reached, kind, code } = await failureOf(server.baseUrl, 300);
      expect({ reached, kind, code }).to.deep.equal({
        reached: 'unknown',
        kind: 'transient',
        code: 'WECHAT_UNREACHABLE',
      });
    });
  }

  it('follows no redirect', async () => {
    const before = server.received.length;
    server.answer = (_request, response) => response.writeHead(307, { location: '/elsewhere' }).end();
    await failureOf(server.baseUrl);
    expect(server.received.length).to.equal(before + 1);
  });

  it('takes an answer of just 1 MB', async () => {
    server.answer = (_request, response) => response.end(Buffer.alloc(1_000_000));
    const url = new URL(server.baseUrl);
    const answer = await sendHttpRequest({ method: 'GET', url, headers: {}, timeoutMs: 2_000 });
    expect(answer.body.length).to.equal(1_000_000);
  });

  it('names no URL in its error, for a token may stand in it', async () => {
    server.answer = (_request, response) => response.socket?.destroy();
    const error = await failureOf(`${server.baseUrl}/?access_token=SECRET`);
    expect(JSON.stringify([error.message, error.details, String(error.cause)])).to.not.include('SECRET');
  });
});

describe('Retry-After', () => {
  const now = new Date('2026-11-22T02:00:00Z');
  const rows: [string | null, number | undefined][] = [
    [null, undefined],
    ['', undefined],
    ['soon', undefined],
    ['-5', 0],
    ['0', 0],
    ['7', 7_000],
    ['999999999', 3_600_000],
    ['Sun, 22 Nov 2026 02:00:30 GMT', 30_000],
    ['Sun, 22 Nov 2026 01:00:00 GMT', 0],
  ];
  for (const [value, ms] of rows) {
    it(`of ${JSON.stringify(value)} means ${ms} ms`, () => expect(parseRetryAfter(value, now)).to.equal(ms));
  }
});

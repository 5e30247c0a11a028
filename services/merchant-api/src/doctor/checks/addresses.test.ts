import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { rsaKeysOf, toSelfSignedCertificate } from '@huidiao/testing';
import { expect } from 'chai';
import { after, afterEach, before, describe, it } from 'mocha';
import { isLocalUrl, judgeCallbackBase, judgeServerDomain } from '../address-rules.ts';
import { judgeExpiry } from '../certificate-days.ts';
import { levelsOf, onlyTrouble, openInstallation, type TestInstallation } from '../doctor.fixture.test.ts';
import { lookAtAddress } from '../look-at-address.ts';

const wechat = { WECHAT_PAY_API_URL: '' };

describe('what the doctor says of addresses', () => {
  let installation: TestInstallation;
  before(async () => {
    installation = await openInstallation();
  });
  after(() => installation.close());

  const servers: Server[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  });
  async function listen(server: Server): Promise<number> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  const callbackBases: [base: string, problems: RegExp[]][] = [
    ['https://callbacks.example.com', []],
    ['https://callbacks.example.com/wechat', []],
    ['http://callbacks.example.com', [/https:\/\//]],
    ['https://callbacks.example.com:443', [/names the port 443/]],
    ['https://callbacks.example.com:8443/x', [/names the port 8443/]],
    ['https://localhost', [/internet/]],
    ['https://ingress', [/internet/]],
    ['https://ingress.local', [/internet/]],
    ['https://192.168.1.10', [/internet/]],
    ['https://172.31.0.1', [/internet/]],
    ['https://172.32.0.1', []],
    ['https://[::1]', [/internet/]],
    ['https://[::ffff:10.0.0.1]:3000', [/port 3000/, /internet/]],
    ['https://[2400:da00::6666]', []],
    ['https://callbacks.example.com/callbacks/wechat-pay', [/added by itself/]],
  ];
  for (const [base, problems] of callbackBases) {
    it(`knows what WeChat Pay has against callbacks to ${base}: ${problems.length === 0 ? 'nothing' : problems.join()}`, () => {
      const found = judgeCallbackBase(base);
      expect(found).to.have.length(problems.length);
      for (const [index, problem] of problems.entries()) expect(found[index]).to.match(problem);
    });
  }

  const serverDomains: [url: string, problems: RegExp[]][] = [
    ['https://api.example.com', []],
    ['https://api.example.com:8443', []],
    ['https://api.example.com:443', [/:443/]],
    ['http://api.example.com', [/https/]],
    ['https://203.0.113.5', [/IP address/]],
    ['https://localhost', [/internet/]],
    ['https://*.example.com', [/each host/]],
    ['https://api.weixin.qq.com', [/WeChat itself/]],
  ];
  for (const [url, problems] of serverDomains) {
    it(`knows what the console has against the server domain ${url}: ${problems.length === 0 ? 'nothing' : problems.join()}`, () => {
      const found = judgeServerDomain(url);
      expect(found).to.have.length(problems.length);
      for (const [index, problem] of problems.entries()) expect(found[index]).to.match(problem);
    });
  }

  it('knows names that lead nowhere from the internet', () => {
    expect(isLocalUrl('http://127.0.0.1:3000')).to.equal(true);
    expect(isLocalUrl('https://api.mch.weixin.qq.com')).to.equal(false);
  });

  it('calls a callback address that WeChat refuses a problem, and with a simulator a warning', async () => {
    const env = { CALLBACK_BASE_URL: 'http://127.0.0.1:3000' };
    const real = await installation.lookAt('callback-address', { env: { ...env, ...wechat } }, '--offline');
    expect(levelsOf(real)).to.deep.equal(['problem', 'problem', 'problem', 'skipped']);
    const simulated = await installation.lookAt('callback-address', { env }, '--offline');
    expect(levelsOf(simulated)).to.deep.equal(['warning', 'warning', 'warning', 'skipped']);
  });

  it('says whether an ingress answers there', async () => {
    expect((await installation.lookAt('callback-address')).at(-1)?.says).to.match(/^an ingress answers at/);
    const port = await listen(createHttpServer((_, response) => response.writeHead(404).end()));
    const env = { CALLBACK_BASE_URL: `http://127.0.0.1:${port}` };
    const found = (await installation.lookAt('callback-address', { env })).at(-1);
    expect(found).to.deep.include({ level: 'problem', where: 'CALLBACK_BASE_URL' });
    expect(found?.says).to.match(/asked from here: it answers 404/);
  });

  const keys = rsaKeysOf('stranger');
  const tls = {
    key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    cert: toSelfSignedCertificate(keys, { commonName: 'localhost', serial: '01' }),
  };
  const refusals: [what: string, open: () => Server | undefined, protocol: string, problem: RegExp][] = [
    ['a port where nothing listens', () => undefined, 'https', /nothing listens there/],
    ['a certificate that is signed by itself', () => createTlsServer(tls), 'https', /signed by itself/],
    ['TLS 1.3 alone', () => createTlsServer({ ...tls, minVersion: 'TLSv1.3' }), 'https', /TLS 1\.2/],
    ['no TLS at all', () => createHttpServer(), 'https', /cannot be reached \(|cuts/],
  ];
  for (const [what, open, protocol, problem] of refusals) {
    it(`says what is wrong with an address: ${what}`, async () => {
      const server = open();
      const port = server === undefined ? 1 : await listen(server);
      const look = await lookAtAddress(`${protocol}://127.0.0.1:${port}/x`);
      expect(look.kind === 'failed' && look.problem).to.match(problem);
    });
  }

  it('says that a name is not in DNS', async () => {
    const look = await lookAtAddress('https://no-such-host.invalid');
    expect(look).to.deep.equal({ kind: 'failed', problem: 'has no address in DNS' });
  });

  it('sees what an address that answers leads to', async () => {
    const port = await listen(createHttpServer());
    expect(await lookAtAddress(`http://localhost:${port}`)).to.deep.include({
      kind: 'reached',
      isPrivate: true,
    });
  });

  it('counts the days to an end', () => {
    const now = new Date('2026-11-22T12:00:00Z');
    const at = (day: string) => judgeExpiry(new Date(day), now).level;
    expect(at('2026-11-22T11:59:59Z')).to.equal('problem');
    expect(at('2026-12-22T12:00:00Z')).to.equal('warning');
    expect(at('2026-12-23T12:00:00Z')).to.equal('ok');
  });

  describe('that mini-programs call', () => {
    const lookAtDomain = (args: string) => installation.lookAt('server-domain', {}, args);

    it('is looked at only where it is named', async () => {
      expect(levelsOf(await installation.lookAt('server-domain'))).to.deep.equal(['skipped']);
      const domain = '--offline --server-domain https://api.example.com';
      const lookBehind = (count: string) =>
        installation.lookAt('server-domain', { env: { TRUSTED_PROXIES: count } }, domain);
      expect(levelsOf(await lookBehind('1'))).to.deep.equal(['ok']);
      expect(levelsOf(await lookBehind('0')), 'a proxy that is not counted').to.deep.equal(['ok', 'warning']);
      expect((await lookAtDomain('--server-domain api.example.com'))[0]?.says).to.match(/is not a URL/);
    });

    it('leads to merchant-api, or to something else', async () => {
      const good = await lookAtDomain(`--server-domain ${installation.ingress.url}`);
      expect(good.at(-1)?.says).to.match(/^merchant-api answers at/);
      const login: RequestListener = (_, response) => response.writeHead(302, { location: '/login' }).end();
      const other = await lookAtDomain(
        `--server-domain http://127.0.0.1:${await listen(createHttpServer(login))}`,
      );
      expect(other.at(-1)?.says).to.match(/\/v1\/sessions\/current answers 302/);
      const gone = await lookAtDomain('--server-domain http://127.0.0.1:1');
      expect(gone.at(-1)?.says).to.match(/nothing listens there/);
    });
  });

  describe('of the shop', () => {
    const shopAt = (webhook_url: string, more: Record<string, unknown> = {}) => ({
      merchant: { shop: { webhook_url, webhook_secrets: [{ env: 'WEBHOOK_SECRET' }], ...more } },
    });

    it('is good where it listens, and is not sent anything', async () => {
      let requests = 0;
      const port = await listen(createHttpServer(() => (requests += 1)));
      const changes = shopAt(`http://127.0.0.1:${port}`, { allow_private_network: true });
      expect(levelsOf(await installation.lookAt('shop-webhook', changes))).to.deep.equal(['ok']);
      expect(requests).to.equal(0);
    });

    it('must be there', async () => {
      const away = shopAt('http://127.0.0.1:1', { allow_private_network: true });
      const nowhere = onlyTrouble(await installation.lookAt('shop-webhook', away));
      expect(nowhere.level).to.equal('problem');
      expect(nowhere.says).to.match(/nothing listens there/);
      const none = onlyTrouble(await installation.lookAt('shop-webhook', { merchant: { shop: undefined } }));
      expect([none.level, none.where]).to.deep.equal(['warning', 'merchants[0].shop']);
    });

    it('may be private only where that is allowed', async () => {
      const found = onlyTrouble(
        await installation.lookAt('shop-webhook', shopAt(`${installation.ingress.url}/shop`)),
      );
      expect([found.level, found.where]).to.deep.equal([
        'problem',
        'merchants[0].shop.allow_private_network',
      ]);
    });

    it('should not be told over the internet in clear', async () => {
      const changes = shopAt('http://shop.example.com/hook');
      const found = onlyTrouble(await installation.lookAt('shop-webhook', changes, '--offline'));
      expect([found.level, found.where]).to.deep.equal(['warning', 'merchants[0].shop.webhook_url']);
    });
  });

  describe('of the message push', () => {
    it('is asked as the console asks it', async () => {
      const found = await installation.lookAt('message-push');
      expect(levelsOf(found), JSON.stringify(found)).to.deep.equal(['ok', 'ok']);
      expect(found[0]?.says).to.include(
        `${installation.ingress.url}/callbacks/mini-program/wx8888888888888888, 安全模式`,
      );
    });

    it('wants a Token, and an EncodingAESKey', async () => {
      const plain = { app: { encoding_aes_key: undefined } };
      const mode = onlyTrouble(await installation.lookAt('message-push', plain));
      expect([mode.level, mode.where]).to.deep.equal(['warning', 'apps[0].encoding_aes_key']);
      const none = { app: { encoding_aes_key: undefined, token: undefined } };
      const token = onlyTrouble(await installation.lookAt('message-push', none));
      expect([token.level, token.where]).to.deep.equal(['warning', 'apps[0].token']);
    });

    it('is a problem where the ingress has another Token', async () => {
      const found = onlyTrouble(
        await installation.lookAt('message-push', { env: { PUSH_TOKEN: 'another' } }),
      );
      expect([found.level, found.where]).to.deep.equal(['problem', 'apps[0].token']);
      expect(found.todo?.join()).to.match(/reload it: kill -HUP/);
    });

    for (const [what, pushAnswer] of [
      ['quotes around the echostr', { status: 200, text: '"1234567890123456789"' }],
      ['a redirect', { status: 302, text: '' }],
    ] as const) {
      it(`is a problem where something changes the answer: ${what}`, async () => {
        installation.ingress.pushAnswer = pushAnswer;
        const found = onlyTrouble(await installation.lookAt('message-push'));
        installation.ingress.pushAnswer = undefined;
        expect(found.says).to.match(/answers (200|302), not the echostr alone.*Token校验失败/);
      });
    }

    it('is a problem where nobody answers', async () => {
      const env = { CALLBACK_BASE_URL: 'http://127.0.0.1:1' };
      expect(onlyTrouble(await installation.lookAt('message-push', { env })).says).to.match(
        /does not answer/,
      );
    });
  });
});

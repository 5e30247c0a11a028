import { once } from 'node:events';
import { createServer as createHttpServer, Agent as HttpAgent, type RequestListener } from 'node:http';
import { createServer as createHttpsServer, Agent as HttpsAgent } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { rsaKeysOf, toSelfSignedCertificate } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { createHttpAgents, type HttpAgents } from './http-agents.ts';
import { type HttpAnswer, HttpRequestError, sendHttpRequest } from './send-http-request.ts';

const keys = rsaKeysOf('wechat-pay');
const certificate = toSelfSignedCertificate(keys, { commonName: 'api.weixin.qq.com', serial: '0a' });
const privateKey = keys.privateKey.export({ type: 'pkcs8', format: 'pem' });

const notSent = { reached: 'no', kind: 'throttled', code: 'WECHAT_UNREACHABLE' };
const maySent = { reached: 'unknown', kind: 'transient', code: 'WECHAT_UNREACHABLE' };

describe('what a request had of its connection', () => {
  let releases: (() => void)[] = [];
  afterEach(() => {
    for (const release of releases.reverse()) release();
    releases = [];
  });

  async function listen(server: Server): Promise<string> {
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => sockets.add(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    releases.push(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const listenTls = (listener: RequestListener) =>
    listen(createHttpsServer({ key: privateKey, cert: certificate }, listener));

  /** Agents of one connection that trust the test's certificate. */
  function agentsOf(options: { lookup?: () => void; ca?: string } = {}): HttpAgents {
    const limits = { keepAlive: true, maxSockets: 1, ...options };
    const agents = {
      http: new HttpAgent(limits),
      https: new HttpsAgent({ ca: certificate, checkServerIdentity: () => undefined, ...limits }),
    };
    releases.push(() => agents.http.destroy());
    releases.push(() => agents.https.destroy());
    return { ...agents, close: () => undefined };
  }

  const send = (url: string, agents?: HttpAgents, timeoutMs = 300): Promise<HttpAnswer> =>
    sendHttpRequest({ method: 'POST', url: new URL(url), headers: {}, body: '{}', timeoutMs, agents });

  async function failureOf(sending: Promise<HttpAnswer>) {
    const failed = await sending.catch((error) => error);
    expect(failed).to.be.instanceOf(HttpRequestError);
    const { reached, kind, code } = failed as HttpRequestError;
    return { reached, kind, code };
  }

  it('is nothing while the host is being looked up', async () => {
    const agents = agentsOf({ lookup: () => undefined });
    expect(await failureOf(send('http://api.weixin.qq.com', agents))).to.deep.equal(notSent);
    expect(await failureOf(send('https://api.weixin.qq.com', agents))).to.deep.equal(notSent);
  });

  it('is nothing while a TLS handshake does not end', async () => {
    const address = await listen(createTcpServer((socket) => socket.resume()));
    expect(await failureOf(send(`https://${address}`, agentsOf()))).to.deep.equal(notSent);
    expect(await failureOf(send(`https://${address}`))).to.deep.equal(notSent);
  });

  it('is nothing when a TLS handshake is broken off', async () => {
    const address = await listen(createTcpServer((socket) => socket.destroy()));
    expect(await failureOf(send(`https://${address}`, agentsOf()))).to.deep.equal(notSent);
  });

  it('is nothing when the certificate is not trusted', async () => {
    let came = 0;
    const address = await listenTls(() => {
      came += 1;
    });
    expect(await failureOf(send(`https://${address}`, createHttpAgents(), 2_000))).to.deep.equal(notSent);
    expect(came).to.equal(0);
  });

  it('is unknown once the handshake is done, and nobody answers', async () => {
    const bodies: string[] = [];
    const address = await listenTls((request) => {
      request.on('data', (chunk) => bodies.push(String(chunk)));
    });
    expect(await failureOf(send(`https://${address}`, agentsOf()))).to.deep.equal(maySent);
    expect(bodies).to.deep.equal(['{}']);
  });

  /** Answers the first request, and hangs up on whoever sends another. */
  function answeringOnce() {
    let requests = 0;
    const ports = new Set<number | undefined>();
    const listener: RequestListener = (request, response) => {
      requests += 1;
      ports.add(request.socket.remotePort);
      if (requests === 1) response.end('ok');
      else request.socket.destroy();
    };
    return { listener, seen: () => ({ requests, connections: ports.size }) };
  }

  const listeners: ['http' | 'https', (listener: RequestListener) => Promise<string>][] = [
    ['http', (listener) => listen(createHttpServer(listener))],
    ['https', listenTls],
  ];
  for (const [protocol, listenTo] of listeners) {
    it(`is unknown on a connection that was kept open (${protocol})`, async () => {
      const { listener, seen } = answeringOnce();
      const address = await listenTo(listener);
      const agents = agentsOf();
      await send(`${protocol}://${address}`, agents, 2_000);
      expect(await failureOf(send(`${protocol}://${address}`, agents, 2_000))).to.deep.equal(maySent);
      expect(seen()).to.deep.equal({ requests: 2, connections: 1 });
    });

    it(`is unknown on a connection that it waited for while another one used it (${protocol})`, async () => {
      const { listener, seen } = answeringOnce();
      const address = await listenTo(listener);
      const agents = agentsOf();
      const first = send(`${protocol}://${address}`, agents, 2_000);
      const second = failureOf(send(`${protocol}://${address}`, agents, 2_000));
      await first;
      expect(await second).to.deep.equal(maySent);
      expect(seen()).to.deep.equal({ requests: 2, connections: 1 });
    });
  }

  it('is nothing while all connections are in use', async () => {
    let came = 0;
    const address = await listen(
      createHttpServer(() => {
        came += 1;
      }),
    );
    const agents = agentsOf();
    const first = failureOf(send(`http://${address}`, agents, 1_000));
    expect(await failureOf(send(`http://${address}`, agents, 300))).to.deep.equal(notSent);
    expect(await first).to.deep.equal(maySent);
    expect(came).to.equal(1);
  });

  it('asks for no compression, and gives names in lower case and repeated headers joined', async () => {
    let asked: string | undefined;
    const address = await listen(
      createHttpServer((request, response) => {
        asked = request.headers['accept-encoding'];
        response.writeHead(200, ['X-Repeated', 'a', 'x-repeated', 'b']).end();
      }),
    );
    const { headers } = await send(`http://${address}`);
    expect(asked).to.equal('identity');
    expect([...headers]).to.deep.include(['x-repeated', 'a, b']);
  });

  it('keeps a connection for the next request, until the agents are closed', async () => {
    const connections: Socket[] = [];
    const server = createHttpServer((_request, response) => response.end('ok'));
    server.on('connection', (socket) => connections.push(socket));
    const address = await listen(server);
    const agents = createHttpAgents();
    for (let times = 0; times < 3; times += 1) await send(`http://${address}`, agents, 2_000);
    expect(connections).to.have.length(1);
    const ended = once(connections[0] ?? expect.fail('no connection'), 'close');
    const startedAt = performance.now();
    agents.close();
    await ended;
    expect(performance.now() - startedAt, 'and not by being idle for 4 s').to.be.lessThan(2_000);
  });
});

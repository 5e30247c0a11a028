import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createCapturedLogger, type LogLine } from '../test/captured-logger.ts';
import { createLifecycle, type Lifecycle } from './lifecycle.ts';
import { httpServerOptions, startHttpServer } from './start-http-server.ts';

interface Running {
  readonly lifecycle: Lifecycle;
  readonly server: Server;
  readonly port: number;
  readonly agent: Agent;
  readonly lines: readonly LogLine[];
}

async function withServer(
  options: { handler: RequestListener; drainMs?: number },
  use: (running: Running) => Promise<void>,
): Promise<void> {
  const { logger, lines } = createCapturedLogger();
  const lifecycle = createLifecycle({ logger, drainDeadlineMs: 10_000 });
  const server = createServer(httpServerOptions, options.handler);
  const drainMs = options.drainMs ?? 5_000;
  const { port } = await startHttpServer({ server, port: 0, host: '127.0.0.1', lifecycle, logger, drainMs });
  const agent = new Agent({ keepAlive: true });
  try {
    await use({ lifecycle, server, port, agent, lines });
  } finally {
    await lifecycle.close();
    agent.destroy();
  }
}

async function ask(port: number, agent: Agent): Promise<{ status: number | undefined; connection: unknown }> {
  const request = get({ port, host: '127.0.0.1', agent, path: '/' });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return { status: response.statusCode, connection: response.headers.connection };
}

describe('startHttpServer', () => {
  it('lets a request in flight end when the process drains, and refuses new connections', async () => {
    let answer: () => void = () => undefined;
    const handler: RequestListener = (_req, res) => {
      answer = () => res.writeHead(204).end();
    };
    await withServer({ handler }, async ({ lifecycle, server, port, agent, lines }) => {
      const arrived = once(server, 'request');
      const asked = ask(port, agent);
      await arrived;
      const closed = lifecycle.close();
      await waitFor('the server to stop listening', () => !server.listening);
      const [refused] = await once(connect(port, '127.0.0.1'), 'error');
      expect(refused).to.include({ code: 'ECONNREFUSED' });
      answer();
      expect(await asked).to.include({ status: 204 });
      await closed;
      expect(lines.map((line) => line.event)).not.to.include('http.cut');
    });
  });

  it('closes kept-alive connections at once when they are idle, long before their time-out', async () => {
    const handler: RequestListener = (_req, res) => void res.end('ok');
    await withServer({ handler }, async ({ lifecycle, port, agent }) => {
      expect(await ask(port, agent)).to.deep.equal({ status: 200, connection: 'keep-alive' });
      const startedAt = performance.now();
      await lifecycle.close();
      expect(performance.now() - startedAt).to.be.below(2_000);
    });
  });

  it('closes a kept-alive connection whose request was in flight when the drain began', async () => {
    let answer: () => void = () => undefined;
    const handler: RequestListener = (_req, res) => {
      res.writeHead(200, { 'content-length': 2 }).flushHeaders();
      answer = () => res.end('ok');
    };
    await withServer({ handler }, async ({ lifecycle, server, port, agent, lines }) => {
      const arrived = once(server, 'request');
      const asked = ask(port, agent);
      await arrived;
      const startedAt = performance.now();
      const closed = lifecycle.close();
      answer();
      await asked;
      await closed;
      expect(performance.now() - startedAt).to.be.below(2_000);
      expect(lines.map((line) => line.event)).not.to.include('http.cut');
    });
  });

  it('answers a request that was half sent when the drain began, and says that it was the last', async () => {
    const handler: RequestListener = (_req, res) => void res.end('ok');
    await withServer({ handler }, async ({ lifecycle, server, port }) => {
      const accepted = once(server, 'connection');
      const client = connect(port, '127.0.0.1');
      client.write('GET / HTTP/1.1\r\nHost: localhost\r\n');
      const [socket] = (await accepted) as [Socket];
      await waitFor('the first half', () => socket.bytesRead);
      const closed = lifecycle.close();
      let answer = '';
      client.on('data', (chunk) => {
        answer += chunk;
      });
      client.write('\r\n');
      await Promise.all([once(client, 'close'), closed]);
      expect(answer)
        .to.match(/^HTTP\/1\.1 200 OK/)
        .and.match(/connection: close/i);
    });
  });

  it('cuts what is still open after drainMs', async () => {
    const handler: RequestListener = () => undefined;
    await withServer({ handler, drainMs: 100 }, async ({ lifecycle, server, port, agent, lines }) => {
      const arrived = once(server, 'request');
      const asked = ask(port, agent).catch((error: NodeJS.ErrnoException) => error.code);
      await arrived;
      await lifecycle.close();
      expect(await asked).to.equal('ECONNRESET');
      expect(lines.map((line) => line.event)).to.include('http.cut');
    });
  });
});

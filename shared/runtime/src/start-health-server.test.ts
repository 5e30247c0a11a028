import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createCapturedLogger } from '../test/captured-logger.ts';
import { createLifecycle, type Lifecycle } from './lifecycle.ts';
import { createMetrics } from './metrics.ts';
import { startHealthServer } from './start-health-server.ts';

interface Running {
  readonly lifecycle: Lifecycle;
  readonly port: number;
  ask(path: string, init?: RequestInit): Promise<{ status: number; text: string; type: string | null }>;
}

async function withHealthServer(
  isReady: () => boolean | Promise<boolean>,
  use: (running: Running) => Promise<void>,
  beforeStart: (lifecycle: Lifecycle) => void = () => undefined,
): Promise<void> {
  const { logger } = createCapturedLogger();
  const lifecycle = createLifecycle({ logger, drainDeadlineMs: 5_000 });
  beforeStart(lifecycle);
  const metrics = createMetrics({ service: 'ingress' });
  const options = { port: 0, host: '127.0.0.1', metrics, isReady, lifecycle, logger };
  const { port } = await startHealthServer(options);
  const ask: Running['ask'] = async (path, init) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
    const type = answer.headers.get('content-type');
    return { status: answer.status, text: await answer.text(), type };
  };
  try {
    await use({ lifecycle, port, ask });
  } finally {
    await lifecycle.close();
  }
}

describe('startHealthServer', () => {
  it('answers /healthz without asking whether the process is ready', async () => {
    const isReady = () => {
      throw new Error('must not be asked');
    };
    await withHealthServer(isReady, async ({ ask }) => {
      expect(await ask('/healthz')).to.include({ status: 200, text: 'ok\n' });
    });
  });

  it('answers /readyz by what it is told at that moment', async () => {
    let ready = true;
    await withHealthServer(
      async () => ready,
      async ({ ask }) => {
        expect(await ask('/readyz')).to.include({ status: 200, text: 'ready\n' });
        ready = false;
        expect(await ask('/readyz')).to.include({ status: 503, text: 'not ready\n' });
      },
    );
  });

  it('is not ready when the question fails', async () => {
    await withHealthServer(
      () => Promise.reject(new Error('no')),
      async ({ ask }) => {
        expect((await ask('/readyz')).status).to.equal(503);
      },
    );
  });

  it('is not ready, within about a second, when the question is never answered', async () => {
    const never = new Promise<boolean>(() => undefined);
    await withHealthServer(
      () => never,
      async ({ ask }) => {
        const startedAt = performance.now();
        expect((await ask('/readyz')).status).to.equal(503);
        expect(performance.now() - startedAt).to.be.below(3_000);
      },
    );
  });

  it('says 503 on /readyz and 200 on /healthz until the last resource is released, then stops listening', async () => {
    const seen: number[] = [];
    let look: () => Promise<void> = async () => undefined;
    const registerStore = (lifecycle: Lifecycle) => lifecycle.onRelease('store', () => look());
    const use = async ({ ask, lifecycle, port }: Running) => {
      look = async () => void seen.push((await ask('/readyz')).status, (await ask('/healthz')).status);
      lifecycle.onRelease('worker', look);
      await lifecycle.close();
      expect(seen).to.deep.equal([503, 200, 503, 200]);
      const [error] = await once(connect(port, '127.0.0.1'), 'error');
      expect(error).to.include({ code: 'ECONNREFUSED' });
    };
    await withHealthServer(() => true, use, registerStore);
  });

  it('shows metrics in the text format of Prometheus', async () => {
    await withHealthServer(
      () => true,
      async ({ ask }) => {
        const { status, text, type } = await ask('/metrics');
        expect(status).to.equal(200);
        expect(type).to.match(/^text\/plain; version=0\.0\.4/);
        expect(text).to.include('process_resident_memory_bytes{service="ingress"}');
      },
    );
  });

  const others: readonly [string, string, number][] = [
    ['POST', '/healthz', 405],
    ['HEAD', '/healthz', 200],
    ['GET', '/healthz?verbose', 200],
    ['GET', '/', 404],
    ['GET', '/callbacks/wechat-pay/1900000001', 404],
    ['GET', '/%2e%2e/etc/passwd', 404],
  ];
  for (const [method, path, status] of others) {
    it(`answers ${method} ${path} with ${status}`, async () => {
      await withHealthServer(
        () => true,
        async ({ ask }) => {
          expect((await ask(path, { method })).status).to.equal(status);
        },
      );
    });
  }

  it('does not let connections that say nothing hold up the end', async () => {
    await withHealthServer(
      () => true,
      async ({ port, lifecycle }) => {
        const socket = connect(port, '127.0.0.1');
        socket.on('error', () => undefined);
        await once(socket, 'connect');
        const closed = once(socket, 'close');
        socket.resume();
        const startedAt = performance.now();
        await lifecycle.close();
        await closed;
        expect(performance.now() - startedAt).to.be.below(2_000);
      },
    );
  });

  it('says which address is taken', async () => {
    await withHealthServer(
      () => true,
      async ({ port }) => {
        const { logger } = createCapturedLogger();
        const lifecycle = createLifecycle({ logger });
        const metrics = createMetrics({ service: 'ingress' });
        const options = { port, host: '127.0.0.1', metrics, isReady: () => true, lifecycle, logger };
        const error = await startHealthServer(options).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(error).to.include({ code: 'CONFIG_INVALID' });
        expect(String(error)).to.include(`127.0.0.1:${port} (EADDRINUSE)`);
      },
    );
  });
});

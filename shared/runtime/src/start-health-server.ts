import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Lifecycle } from './lifecycle.ts';
import { listen } from './listen.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

export interface HealthServerOptions {
  /** 0 lets the system choose. */
  readonly port: number;
  readonly host: string;
  readonly metrics: Metrics;
  /** Whether this process can do its work now; asked on each request, and given one second. */
  readonly isReady: () => boolean | Promise<boolean>;
  readonly lifecycle: Lifecycle;
  readonly logger: Logger;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

const answerWithinMs = 1_000;

/**
 * The second port of every process, never public. It answers until the process has drained.
 *
 * | path | answer |
 * |--- |--- |
 * | /healthz | 200 as long as the event loop turns; asks no dependency, for a restart would not mend one |
 * | /readyz | 200 ready, 503 not ready or draining |
 * | /metrics | Prometheus text |
 */
export async function startHealthServer(options: HealthServerOptions): Promise<{ port: number }> {
  const { lifecycle, logger } = options;
  const server = createServer(
    { keepAliveTimeout: 5_000, headersTimeout: 5_000, requestTimeout: 5_000 },
    (req, res) => void respond(req, res, options),
  );
  server.maxConnections = 200;
  const port = await listen(server, options);
  server.on('error', (error) => logger.error({ event: 'health.error', err: error }, 'health.error'));
  lifecycle.onRelease(
    'health server',
    () => {
      server.close();
      server.closeAllConnections();
    },
    { last: true },
  );
  return { port };
}

async function respond(req: IncomingMessage, res: ServerResponse, options: HealthServerOptions) {
  req.resume();
  const answer = await toAnswer(req, options).catch((error: unknown): Answer => {
    options.logger.error({ event: 'health.error', err: error }, 'health.error');
    return { status: 500, body: 'failed\n' };
  });
  res.writeHead(answer.status, {
    'content-type': answer.type ?? 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(answer.body),
    'cache-control': 'no-store',
  });
  res.end(req.method === 'HEAD' ? undefined : answer.body);
}

async function toAnswer(req: IncomingMessage, options: HealthServerOptions): Promise<Answer> {
  if (req.method !== 'GET' && req.method !== 'HEAD') return { status: 405, body: 'method not allowed\n' };
  switch (req.url?.split('?', 1)[0]) {
    case '/healthz':
      return { status: 200, body: 'ok\n' };
    case '/readyz':
      return toReadiness(options);
    case '/metrics':
      return toMetricsText(options.metrics);
    default:
      return { status: 404, body: 'not found\n' };
  }
}

async function toReadiness({ lifecycle, isReady, logger }: HealthServerOptions): Promise<Answer> {
  if (lifecycle.signal.aborted) return { status: 503, body: 'draining\n' };
  const asked = Promise.resolve()
    .then(isReady)
    .catch((error: unknown) => {
      logger.debug({ event: 'readiness.failed', err: error }, 'readiness.failed');
      return false;
    });
  const ready = await within(asked, false);
  return ready ? { status: 200, body: 'ready\n' } : { status: 503, body: 'not ready\n' };
}

async function toMetricsText({ registry }: Metrics): Promise<Answer> {
  const text = await within(registry.metrics(), undefined);
  return text === undefined
    ? { status: 503, body: 'metrics took too long\n' }
    : { status: 200, body: text, type: registry.contentType };
}

async function within<T, U>(work: Promise<T>, otherwise: U): Promise<T | U> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<U>((resolve) => {
    timer = setTimeout(resolve, answerWithinMs, otherwise);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

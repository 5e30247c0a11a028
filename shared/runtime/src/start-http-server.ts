import type { Server } from 'node:http';
import type { Lifecycle } from './lifecycle.ts';
import { listen } from './listen.ts';
import type { Logger } from './logger.ts';

export interface HttpServerOptions {
  readonly server: Server;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly host: string;
  readonly lifecycle: Lifecycle;
  readonly logger: Logger;
  /** How long requests in flight may take to end once draining has begun. */
  readonly drainMs: number;
}

/**
 * For `http.createServer(httpServerOptions, …)`. A proxy that keeps connections open must be the one to close
 * them, or it sends a request into a connection that is just closing: the usual proxies keep theirs for 60 s.
 */
export const httpServerOptions = {
  keepAliveTimeout: 75_000,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
} as const;

/** Listens, and registers how the server drains with the process: see `drainHttpServer`. */
export async function startHttpServer(options: HttpServerOptions): Promise<{ port: number }> {
  const { server, lifecycle, logger, drainMs } = options;
  const port = await listen(server, options);
  server.on('error', (error) => logger.error({ event: 'http.error', err: error }, 'http.error'));
  server.prependListener('request', (_req, res) => {
    if (lifecycle.signal.aborted) res.setHeader('connection', 'close');
  });
  lifecycle.onRelease('http server', () => drainHttpServer(server, drainMs, logger));
  return { port };
}

/**
 * Stops accepting, lets requests in flight end, closes connections as they become idle, and cuts what is left
 * after `drainMs`. A connection whose request began before the drain was told keep-alive and would otherwise
 * stay open for `keepAliveTimeout`.
 */
function drainHttpServer(server: Server, drainMs: number, logger: Logger): Promise<void> {
  return new Promise((resolve) => {
    const idle = setInterval(() => server.closeIdleConnections(), 50);
    const deadline = setTimeout(() => {
      logger.warn({ event: 'http.cut', drainMs }, 'http.cut');
      server.closeAllConnections();
    }, drainMs);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(deadline);
      resolve();
    });
    server.closeIdleConnections();
  });
}

import type { Logger } from './logger.ts';

/** What a process says once it does its work: a log line, and a message to the parent that spawned it. */
export interface ReadyAnnouncement {
  readonly service: string;
  /** The port of its own API, where it has one. */
  readonly port?: number;
  readonly healthPort: number;
}

/** The message on the parent's IPC channel. */
export interface ReadyMessage extends ReadyAnnouncement {
  readonly type: 'ready';
}

/** Logs `service.ready` and, when this process was spawned with an IPC channel, tells the parent. */
export function announceReady(options: ReadyAnnouncement & { readonly logger: Logger }): void {
  const { logger, service, ...ports } = options;
  // The logger names the service on every line already.
  logger.info({ event: 'service.ready', ...ports }, 'service.ready');
  const message: ReadyMessage = { type: 'ready', service, ...ports };
  // The parent may be gone by now; the lifecycle hears of that by itself.
  process.send?.(message, undefined, {}, () => undefined);
}

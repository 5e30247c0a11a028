import { jobCatalogue } from '@huidiao/contracts';
import { createQueueWorker } from '@huidiao/queue';
import { createLogger, createMetrics } from '@huidiao/runtime';

/**
 * A worker that is killed while it holds jobs, each time: run as a process of its own with the URL of Redis, the
 * prefix, the lock in milliseconds and the number of jobs that it must hold before it dies.
 */
const [url = '', prefix = '', lockMs = '', jobs = ''] = process.argv.slice(2);

let held = 0;
const die = (): Promise<never> => {
  held += 1;
  if (held === Number(jobs)) process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
};

createQueueWorker({
  queue: jobCatalogue['send-subscribe-message'].queue,
  handlers: { 'send-subscribe-message': die, 'send-message': die },
  redis: { url },
  prefix,
  concurrency: 5,
  deadLetters: { store: async () => undefined, resolve: async () => undefined },
  logger: createLogger({ service: 'worker-that-dies', level: 'silent' }),
  metrics: createMetrics({ service: 'worker-that-dies' }),
  lockMs: Number(lockMs),
});

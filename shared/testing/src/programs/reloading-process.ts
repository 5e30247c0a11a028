/**
 * A service for reload-on-hang-up.test.ts: `node reloading-process.ts [MERCHANTS_FILE]`, the secrets that the file names in
 * its environment. On standard output it logs, and says after each reload what stands in its metrics.
 */
import { createServer } from 'node:net';
import {
  announceReady,
  createLifecycle,
  createLiveDirectory,
  createLogger,
  createMetrics,
  runService,
} from '@huidiao/runtime';
import { ownEnvironment } from '../run-environment.ts';

const file = process.argv[2];
const env = ownEnvironment();

await runService(
  () => {
    const logger = createLogger({ service: 'reloading', level: 'debug' });
    const metrics = createMetrics({ service: 'reloading' });
    const lifecycle = createLifecycle({ logger });
    const server = createServer().listen(0, '127.0.0.1');
    lifecycle.onRelease('server', () => void server.close());
    if (env.HANG_UP_WHILE_OPENING !== undefined) process.kill(process.pid, 'SIGHUP');
    const config = file === undefined ? {} : { directory: createLiveDirectory({ file, env }) };
    return { logger, metrics, lifecycle, config };
  },
  async ({ logger, metrics, config }) => {
    announceReady({ service: 'reloading', healthPort: 0, logger });
    process.on('message', async () => {
      const text = await metrics.registry.metrics();
      const merchants = 'directory' in config ? [...config.directory.merchants.keys()] : [];
      logger.info({ event: 'test.told', metrics: text.match(/^huidiao_merchants_file.*$/gm), merchants });
    });
    // A listener holds the channel, and with it the process, open.
    process.channel?.unref();
  },
);

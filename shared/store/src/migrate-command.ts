import { toAppError } from '@huidiao/errors';
import { createLogger, createMetrics } from '@huidiao/runtime';
import { loadMigrateConfig } from './config.ts';
import { createStore } from './store.ts';

/*
 * The command `node shared/store/dist/migrate-command.js` with MONGODB_URI set: makes every index that is missing
 * and prints all that are there. Exit code 1 after an error, which is printed with its code; log lines go to stderr.
 */
try {
  const indexes = await migrateAll();
  process.stdout.write(`${['MongoDB is ready. Indexes:', ...indexes].join('\n  ')}\n`);
} catch (error) {
  const { code, message, details } = toAppError(error);
  process.stderr.write(`migrate: ${code}: ${message} ${JSON.stringify(details)}\n`);
  process.exitCode = 1;
}

async function migrateAll(): Promise<string[]> {
  const { mongoUri, logLevel } = loadMigrateConfig();
  const logger = createLogger({ service: 'migrate', level: logLevel }, process.stderr);
  const store = createStore({ uri: mongoUri, logger, metrics: createMetrics({ service: 'migrate' }) });
  try {
    const indexes = await store.migrate();
    await store.assertMigrated();
    return indexes;
  } finally {
    await store.close();
  }
}

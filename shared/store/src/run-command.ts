import { toAppError } from '@huidiao/errors';
import { createLogger, createMetrics } from '@huidiao/runtime';
import { loadCommandConfig } from './config.ts';
import { createStore, type Store } from './store.ts';

/**
 * Runs a command of the operator on the database that MONGODB_URI names, prints what it gives, and sets the exit
 * code: 0, or 1 after an error, which is printed with its code. Log lines go to stderr.
 */
export async function runCommand(name: string, work: (store: Store) => Promise<string>): Promise<void> {
  try {
    process.stdout.write(`${await withStore(name, work)}\n`);
  } catch (error) {
    const { code, message, details } = toAppError(error);
    process.stderr.write(`${name}: ${code}: ${message} ${JSON.stringify(details)}\n`);
    process.exitCode = 1;
  }
}

async function withStore(name: string, work: (store: Store) => Promise<string>): Promise<string> {
  const { mongoUri, logLevel } = loadCommandConfig();
  const logger = createLogger({ service: name, level: logLevel }, process.stderr);
  const store = createStore({ uri: mongoUri, logger, metrics: createMetrics({ service: name }) });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

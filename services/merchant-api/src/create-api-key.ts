import { parseArgs } from 'node:util';
import { AppError, toAppError } from '@huidiao/errors';
import { createLogger, createMetrics } from '@huidiao/runtime';
import { createStore } from '@huidiao/store';
import { type CreateApiKeyConfig, loadCreateApiKeyConfig } from './config.ts';

/*
 * The command `node services/merchant-api/dist/create-api-key.js --merchant MCHID [--label TEXT]`. Only the key
 * is on stdout, so that a script can take it from there; everything for people is on stderr.
 */

const usage = 'usage: create-api-key --merchant MCHID [--label TEXT]';
const longestLabel = 100;

interface Wanted {
  readonly mchId: string;
  readonly label: string;
}

try {
  const wanted = readArguments(process.argv.slice(2));
  const key = await createApiKey(loadCreateApiKeyConfig(), wanted);
  process.stdout.write(`${key}\n`);
  process.stderr.write(
    `API key of merchant ${wanted.mchId} (${wanted.label}). It is shown this once; send it as Authorization: Bearer.\n`,
  );
} catch (error) {
  process.stderr.write(`create-api-key: ${toAppError(error).message}\n`);
  process.exitCode = 1;
}

function readArguments(args: string[]): Wanted {
  const { merchant, label } = parse(args);
  if (merchant === undefined || merchant === '') throw new AppError('CONFIG_INVALID', { message: usage });
  if (label !== undefined && label.length > longestLabel) {
    throw new AppError('CONFIG_INVALID', { message: `the label has more than ${longestLabel} characters` });
  }
  return { mchId: merchant, label: label ?? 'create-api-key' };
}

function parse(args: string[]): { merchant?: string | undefined; label?: string | undefined } {
  try {
    return parseArgs({ args, options: { merchant: { type: 'string' }, label: { type: 'string' } } }).values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new AppError('CONFIG_INVALID', { message: `${message}\n${usage}`, cause: error });
  }
}

/** @throws AppError CONFIG_INVALID for a merchant that is not configured; STORE_UNAVAILABLE. */
async function createApiKey(config: CreateApiKeyConfig, { mchId, label }: Wanted): Promise<string> {
  const known = [...config.directory.merchants.keys()];
  if (!known.includes(mchId)) {
    throw new AppError('CONFIG_INVALID', {
      message: `merchant ${mchId} is not in MERCHANTS_FILE, which names ${known.join(', ')}`,
    });
  }
  const logger = createLogger({ service: 'create-api-key', level: 'warn' }, process.stderr);
  const store = createStore({
    uri: config.mongo.uri,
    logger,
    metrics: createMetrics({ service: 'create-api-key' }),
  });
  try {
    return (await store.apiKeys.create({ mchId, label })).key;
  } finally {
    await store.close();
  }
}

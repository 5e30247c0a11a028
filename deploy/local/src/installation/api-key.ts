import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../processes/run-program.ts';
import { unreachable } from './unreachable.ts';

interface KeyRequest {
  readonly cloneFolder: string;
  readonly dataFolder: string;
  readonly merchantApi: string;
  readonly mchId: string;
  /** With MONGODB_URI and MERCHANTS_FILE. */
  readonly env: NodeJS.ProcessEnv;
}

/** Where the key of an installation is kept. */
export function toApiKeyFile(dataFolder: string): string {
  return join(dataFolder, 'api-key');
}

/** The API key of the local merchant: the one of an earlier run while it is good, else a new one, kept in a file. */
export async function openApiKey(request: KeyRequest): Promise<{ key: string; file: string }> {
  const file = toApiKeyFile(request.dataFolder);
  const kept = existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
  if (kept && (await isAccepted(request.merchantApi, kept))) return { key: kept, file };
  const output = await runProgram({
    command: process.execPath,
    args: [
      join(request.cloneFolder, 'services/merchant-api/dist/create-api-key.js'),
      ...['--merchant', request.mchId, '--label', 'npm start'],
    ],
    env: request.env,
    timeoutMs: 30_000,
  });
  const key = output.trim();
  writeFileSync(file, `${key}\n`, { mode: 0o600 });
  return { key, file };
}

/** An order that does not exist is only looked for on behalf of a merchant who is known. */
async function isAccepted(merchantApi: string, key: string): Promise<boolean> {
  const response = await fetch(`${merchantApi}/v1/orders/no-such-order`, {
    headers: { authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(10_000),
  }).catch((error: Error) => {
    throw unreachable(merchantApi, error);
  });
  await response.arrayBuffer();
  return response.status === 404;
}

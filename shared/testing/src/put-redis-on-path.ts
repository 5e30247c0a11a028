import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerSearch } from '@huidiao/local';
import { programPath, putFirstOnPath } from './run-environment.ts';

/**
 * Tests that kill or freeze a Redis start their own `redis-server`. Where the machine has none under that name, a
 * script of the name goes first on this process's PATH; it becomes the server, so that a signal reaches it.
 */
export async function putRedisOnPath(
  { findProgram, findRedisProgram }: typeof import('@huidiao/local'),
  search: ServerSearch,
): Promise<void> {
  if (findProgram(['redis-server'], programPath())) return;
  const program = await findRedisProgram(search);
  // Those tests will say that there is none.
  if (!program) return;
  const folder = join(search.programsFolder, 'bin');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const settings = Object.entries(program.env ?? {}).map(
    ([name, value]) => `export ${name}=${quote(value)}\n`,
  );
  const script = `#!/bin/sh\n${settings.join('')}exec ${quote(program.command)} "$@"\n`;
  // Another run may be starting this very script.
  const work = join(folder, `redis-server.${process.pid}`);
  writeFileSync(work, script);
  chmodSync(work, 0o755);
  renameSync(work, join(folder, 'redis-server'));
  putFirstOnPath(folder);
}

/** One word of a shell, whatever is in it. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

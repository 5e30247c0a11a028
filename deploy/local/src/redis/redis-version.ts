import { runProgram } from '../processes/run-program.ts';

/** BullMQ asks for it: https://docs.bullmq.io/guide/redis-tm-compatibility */
const oldest = [6, 2] as const;

/** Why a Redis of this version cannot be used, in words; undefined where it can, or tells none. */
export function versionProblem(version: string | undefined): string | undefined {
  const [major, minor = 0] = (version ?? '').split('.').map(Number);
  if (!major || major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return undefined;
  return `is version ${version}, and ${oldest.join('.')} or newer is needed`;
}

/** What `redis-server --version` or `valkey-server --version` says; undefined where it says nothing. */
export async function readProgramVersion(
  command: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const words = await runProgram({ command, args: ['--version'], env, timeoutMs: 5_000 }).catch(() => '');
  return /\bv=(\d[\d.]*)/.exec(words)?.[1];
}

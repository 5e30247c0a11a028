import { spawn } from 'node:child_process';

/** A short command: what to run, and for how long at most. */
export interface ProgramRun {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly timeoutMs: number;
}

/** Its standard output; both outputs interleaved are in the error when it fails. */
export function runProgram(run: ProgramRun): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(run.command, run.args, {
      env: run.env,
      ...(run.cwd !== undefined && { cwd: run.cwd }),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: run.timeoutMs,
      killSignal: 'SIGKILL',
    });
    let out = '';
    let both = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      both += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      both += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(out);
      const how =
        signal === 'SIGKILL' ? `took longer than ${run.timeoutMs / 1_000} s` : `exit code ${code ?? signal}`;
      const words = both.trim().split('\n').slice(-5).join('\n');
      reject(new Error(`${run.command} ${run.args[0] ?? ''}: ${how}${words && `: ${words}`}`));
    });
  });
}

import { spawn } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

export interface MochaRun {
  /** Every test was run and came to its end: `N passed, N failed` was printed. */
  readonly isWhole: boolean;
  readonly failed: number;
  /** Of the first test that failed. */
  readonly firstFailure: string | undefined;
  readonly output: string;
}

/** Runs test files of a tree as `npm test` does, with servers of their own. */
export function runMocha(folder: string, tests: readonly string[], limitMs: number): Promise<MochaRun> {
  const nodeOptions: string[] = JSON.parse(readFileSync(join(folder, '.mocharc.json'), 'utf8'))[
    'node-option'
  ];
  // By its real path: mocha's command does nothing when it is run under another name.
  const mocha = realpathSync(join(folder, 'node_modules/mocha/lib/cli/cli.js'));
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [...nodeOptions.map((option) => `--${option}`), mocha, ...tests],
      // The IPC channel ends the run, and with it its servers, when this process is gone.
      { cwd: folder, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
    );
    let output = '';
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-200_000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const limit = setTimeout(() => child.disconnect(), limitMs);
    child.on('close', () => {
      clearTimeout(limit);
      resolve(toMochaRun(output));
    });
  });
}

function toMochaRun(output: string): MochaRun {
  const counts = /^\d+ passed, (\d+) failed$/m.exec(output);
  const firstFailure = /^ {2}1\) (?<title>[\s\S]*?):\n/m.exec(output)?.groups?.title;
  return {
    isWhole: counts !== null,
    failed: Number(counts?.[1] ?? 0),
    firstFailure: firstFailure?.replaceAll(/\s+/g, ' '),
    output,
  };
}

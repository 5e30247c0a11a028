import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { isRunning } from '@huidiao/local';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { toNodeProgram } from './node-program.ts';
import { ownEnvironment } from './run-environment.ts';
import { waitFor } from './wait-for.ts';

const clone = resolve(import.meta.dirname, '../../..');
let folder = '';
const programOf = (name: string) => toNodeProgram(join(import.meta.dirname, name));

/** A run of mocha over files with these scripts, with this reporter and no servers: its output and exit code. */
const run = async (
  scripts: string | Record<string, string>,
  options: string[] = [],
): Promise<{ output: string; code: number | null }> => {
  const files = Object.entries(typeof scripts === 'string' ? { 'some.spec.cjs': scripts } : scripts);
  for (const [name, script] of files) writeFileSync(join(folder, name), script);
  const { nodeOptions, file: reporter } = programOf('reporter.ts');
  const args = [
    ...nodeOptions,
    'node_modules/mocha/lib/cli/cli.js',
    ...['--no-config', '--reporter', reporter, ...options, ...files.map(([name]) => join(folder, name))],
  ];
  // The whole run may be one of several processes, and that one is not.
  const env = { ...ownEnvironment(), MOCHA_WORKER_ID: undefined, TEST_RUN_FOLDER: folder };
  const child = spawn(process.execPath, args, { cwd: clone, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((end) => child.once('exit', end));
  return { output: await text(child.stdout), code: await ended };
};

describe('the reporter', () => {
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'huidiao-reporter-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('ends with the counts on a line of their own', async () => {
    const { output, code } = await run(`describe('a', () => { it('one', () => {}); it('two', () => {}); });`);
    expect(output).to.match(/\n2 passed, 0 failed\n$/);
    expect(code).to.equal(0);
  });

  it('counts failures, those of hooks too', async () => {
    const { output, code } = await run(`
      describe('a', () => { it('one', () => { throw new Error('wrong'); }); it('two', () => {}); });
      describe('b', () => { after(() => { throw new Error('wrong'); }); it('three', () => {}); });`);
    expect(output).to.match(/\n2 passed, 2 failed\n$/);
    expect(code).to.equal(2);
  });

  it('fails a run that leaves something open, names each thing and its suite, and ends all the same', async () => {
    const { output, code } = await run(
      `const net = require('node:net'); const { spawn } = require('node:child_process');
      describe('clean', () => { it('one', () => {}); });
      describe('timers', () => { it('two', () => { setInterval(() => {}, 60_000); setInterval(() => {}, 60_000); }); });
      describe('servers', () => { it('three', () => { net.createServer().listen(0); }); });
      describe('children', () => { it('four', () => {
        const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
        console.log('child ' + child.pid);
      }); });
      describe('sockets', () => { it('five', (done) => {
        const server = net.createServer().unref();
        server.listen(0, () => net.connect(server.address().port, done));
      }); });
      describe('later', () => { it('six', () => {}); });`,
      ['--reporter-option', 'settleMs=200'],
    );
    expect(output).to.match(/\n {2}2 times a timer, since about the end of "timers"\n/);
    expect(output).to.match(/\n {2}a server: .*"port":\d+.*, since about the end of "servers"\n/);
    expect(output).to.match(/\n {2}a child process: \d+ .*setTimeout.*, since about the end of "children"\n/);
    expect(output).to.match(/\n {2}a socket: \S+ to \S+, since about the end of "sockets"\n/);
    expect(output).to.match(/\n6 passed, 1 failed\n$/);
    expect(code).to.equal(1);
    const child = Number(/child (\d+)/.exec(output)?.[1]);
    await waitFor('the end of the child', () => !isRunning(child));
  });

  it('lets close what closes by itself', async () => {
    const { output, code } = await run(`it('one', () => { setTimeout(() => {}, 200); });`);
    expect(output).to.match(/\n1 passed, 0 failed\n$/);
    expect(code).to.equal(0);
  });

  it('ends a run that hangs, and names the test', async () => {
    const { output, code } = await run(
      `describe('a', () => { it('never ends', () => new Promise(() => { setInterval(() => {}, 1_000); })); });`,
      ['--timeout', '0', '--reporter-option', 'runLimitMs=500'],
    );
    expect(output).to.include('it was at: a never ends');
    expect(output).to.match(/\n0 passed, 1 failed\n$/);
    expect(code).to.equal(1);
  });
});

describe('the reporter of a run of several processes', () => {
  let options: string[] = [];
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'huidiao-reporter-'));
    const hooks = JSON.stringify(pathToFileURL(programOf('worker-hooks.ts').file));
    writeFileSync(
      join(folder, 'hooks.mjs'),
      `import { isWorker, toWorkerHooks } from ${hooks};
      export const mochaHooks = isWorker ? toWorkerHooks({ settleMs: 200 }) : {};`,
    );
    options = ['--parallel', '--jobs', '2', '--require', join(folder, 'hooks.mjs')];
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  describe('where a test fails, a process dies, a file does not load and another leaves something open', () => {
    let output = '';
    let code: number | null = null;
    before(async () => {
      const scripts = {
        'bad.spec.cjs': `describe('bad', () => { it('one', () => {}); it('two', () => { throw new Error('wrong'); }); });`,
        'dies.spec.cjs': `it('dies', () => process.kill(process.pid, 'SIGKILL'));`,
        'broken.spec.cjs': `require('./is-not-there.cjs');`,
        'leaks.spec.cjs': `it('three', () => {
          setInterval(() => {}, 60_000);
          const child = require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
          console.log('child ' + child.pid);
        });`,
        'good.spec.cjs': `describe('good', () => { it('four', () => {}); it('five', () => {}); });`,
        'later.spec.cjs': `it('six', () => {});`,
      };
      ({ output, code } = await run(scripts, options));
    });

    it('adds up what they pass and fail, in one line at the end', () => {
      expect(output.match(/\d+ passed, \d+ failed/g)).to.deep.equal(['5 passed, 4 failed']);
      expect(output)
        .to.match(/\n5 passed, 4 failed\n$/)
        .and.to.match(/bad\s+two:\s+Error: wrong/);
      expect(code).to.equal(4);
    });

    it('names the file of the process that died, and the one that does not load', () => {
      expect(output).to.match(/of \S+dies\.spec\.cjs:[^✔]+SIGKILL/);
      expect(output).to.match(/of \S+broken\.spec\.cjs:[^✔]+is-not-there/);
    });

    it('names the file that left something open, with each thing, and kills what would outlive it', async () => {
      expect(output).to.match(
        /left open after \S+leaks\.spec\.cjs:\s+a child process: \d+ [^✔]+\s+a timer\n/,
      );
      const child = Number(/child (\d+)/.exec(output)?.[1]);
      await waitFor('the end of the child', () => !isRunning(child));
    });
  });

  it('ends one that hangs, and names its test and file', async () => {
    const script = `it('hangs', () => { console.log('process ' + process.pid); for (;;); });`;
    const { output, code } = await run(script, [...options, '--reporter-option', 'runLimitMs=4000']);
    expect(output).to.match(/it was at: hangs \(.*some\.spec\.cjs\)\n/);
    expect(output).to.match(/\n0 passed, 1 failed\n$/);
    expect(code).to.equal(1);
    const hanging = Number(/process (\d+)/.exec(output)?.[1]);
    await waitFor('the end of the process', () => !isRunning(hanging));
  });

  it('fails a whole run when what is asked of the store differs from its conformance suite', async () => {
    const storeUse = JSON.stringify(programOf('store-use.ts').file);
    writeFileSync(
      join(folder, 'uses.cjs'),
      `const { storeUse } = require(${storeUse}); storeUse.problems = ['find $gt']; storeUse.report = 'it is find $gt';`,
    );
    const uses = ['--require', join(folder, 'uses.cjs')];
    const whole = await run(`it('one', () => {});`, [...uses, '--reporter-option', 'wholeRun=true']);
    expect(whole.output).to.match(/\nit is find \$gt\n\n1 passed, 1 failed\n$/);
    expect(whole.code).to.equal(1);
    const part = await run(`it('one', () => {});`, uses);
    expect(part.output)
      .to.match(/\n1 passed, 0 failed\n$/)
      .and.not.to.include('$gt');
    expect(part.code).to.equal(0);
  });
});

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { isRunning } from '@huidiao/local';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { waitFor } from './wait-for.ts';

const clone = resolve(import.meta.dirname, '../../..');
let folder = '';

/** A run of mocha over one file, with this reporter and no servers: its output and exit code. */
const run = async (
  script: string,
  options: string[] = [],
): Promise<{ output: string; code: number | null }> => {
  const file = join(folder, 'some.spec.cjs');
  writeFileSync(file, script);
  const args = [
    ...process.execArgv,
    'node_modules/mocha/lib/cli/cli.js',
    ...['--no-config', '--reporter', join(import.meta.dirname, 'reporter.ts'), ...options, file],
  ];
  const child = spawn(process.execPath, args, { cwd: clone, stdio: ['ignore', 'pipe', 'inherit'] });
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

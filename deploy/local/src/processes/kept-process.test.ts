import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { toNodeProgram, toNodeWords, waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type FakeMachine, useFakeMachines } from '../fake-programs.test.ts';
import { endFormerProcess, isRunning } from './former-process.ts';
import { type KeptServer, startKeptProcess, toPidFile } from './kept-process.ts';

/** A server that knows nothing of parents, and one that does not even end when asked to. */
const server = `setInterval(() => {}, 1_000); note('up');`;
const deafServer = `process.on('SIGTERM', () => {}); ${server}`;

const toKeptServer = (machine: FakeMachine): KeptServer => ({
  name: 'server',
  command: join(machine.folder, 'bin/server'),
  args: [],
  folder: join(realpathSync(machine.folder), 'data'),
  logFile: join(machine.folder, 'server.log'),
  env: machine.search.env,
});

const pidOf = (machine: FakeMachine): Promise<number> =>
  waitFor('the pid file', () => {
    const isUp = machine.notes().includes('up');
    return isUp && Number(readFileSync(toPidFile(toKeptServer(machine).folder, 'server'), 'utf8'));
  });

/** A process that starts the server as we do, to be killed. */
const startParent = (machine: FakeMachine, more: Partial<KeptServer>): ChildProcess => {
  const program = toNodeProgram(join(import.meta.dirname, 'kept-process.ts'));
  const { href } = pathToFileURL(program.file);
  const file = join(machine.folder, 'parent.mjs');
  const order = JSON.stringify({ ...toKeptServer(machine), ...more });
  writeFileSync(
    file,
    `import { startKeptProcess } from ${JSON.stringify(href)};\nstartKeptProcess(${order});`,
  );
  return spawn(process.execPath, toNodeWords({ ...program, file }), { stdio: 'inherit' });
};

/** Linux and macOS alike. */
const parentOf = (pid: number): number =>
  Number(spawnSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }).stdout);

describe('startKeptProcess', () => {
  const createMachine = useFakeMachines();

  it('ends the server when asked to, and its pid file with it', async () => {
    const machine = createMachine();
    machine.put('server', server);
    const kept = startKeptProcess(toKeptServer(machine));
    const pid = await pidOf(machine);
    await kept.stop();
    expect(isRunning(pid)).to.equal(false);
    expect(existsSync(toPidFile(toKeptServer(machine).folder, 'server'))).to.equal(false);
  });

  it('tells when the server ends by itself, and keeps what it wrote', async () => {
    const machine = createMachine();
    machine.put('server', `console.error('out of memory'); process.exit(3);`);
    const kept = startKeptProcess(toKeptServer(machine));
    expect(await kept.ended).to.equal('exit code 3');
    expect(readFileSync(kept.logFile, 'utf8')).to.include('out of memory');
  });

  it('tells when there is no such program', async () => {
    const machine = createMachine();
    const kept = startKeptProcess(toKeptServer(machine));
    expect(await kept.ended).to.equal('exit code 127');
  });

  for (const [kind, script] of Object.entries({
    'a server': server,
    'a server that ignores SIGTERM': deafServer,
  })) {
    it(`lets ${kind} not outlive a parent that was killed`, async () => {
      const machine = createMachine();
      machine.put('server', script);
      const parent = startParent(machine, { removeFolder: true, graceMs: 200 });
      try {
        const pid = await pidOf(machine);
        parent.kill('SIGKILL');
        await once(parent, 'exit');
        await waitFor('the end of the server', () => !isRunning(pid));
        await waitFor('the removal of its folder', () => !existsSync(toKeptServer(machine).folder));
      } finally {
        parent.kill('SIGKILL');
      }
    });
  }
});

describe('endFormerProcess', () => {
  const createMachine = useFakeMachines();

  it('ends a server whose keeper was killed, so that no second one writes in its folder', async () => {
    const machine = createMachine();
    machine.put('server', server);
    const kept = startKeptProcess(toKeptServer(machine));
    const pid = await pidOf(machine);
    process.kill(parentOf(pid), 'SIGKILL');
    await kept.ended;
    expect(isRunning(pid)).to.equal(true);
    await endFormerProcess(toKeptServer(machine).folder, 'server');
    expect(existsSync(toPidFile(toKeptServer(machine).folder, 'server'))).to.equal(false);
  });

  it('leaves a process alone that only has the same process id', async () => {
    const machine = createMachine();
    machine.put('server', server);
    const other = { ...toKeptServer(machine), folder: realpathSync(machine.folder) };
    const kept = startKeptProcess(other);
    try {
      await waitFor('the server', () => machine.notes().includes('up'));
      const pidFile = toPidFile(other.folder, 'server');
      const { folder } = toKeptServer(machine);
      const pid = readFileSync(pidFile, 'utf8');
      writeFileSync(toPidFile(folder, 'server'), pid);
      await endFormerProcess(folder, 'server');
      expect(isRunning(Number(pid))).to.equal(true);
    } finally {
      await kept.stop();
    }
  });
});

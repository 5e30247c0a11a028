import { type ChildProcess, spawn } from 'node:child_process';
import { type DrainingScenario, toNodeWords, toTestProgram, waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { LogLine } from '../test/captured-logger.ts';

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  /** From the wish to stop to the end. */
  readonly tookMs: number;
  readonly events: readonly unknown[];
  readonly lines: readonly LogLine[];
}

/** Runs a process until it is ready, asks it to stop, and tells how it ended. */
async function run(
  scenario: DrainingScenario,
  deadlineMs: number,
  stop: (child: ChildProcess) => void,
): Promise<Ended> {
  const child = spawn(
    process.execPath,
    toNodeWords(toTestProgram('draining-process'), [scenario, String(deadlineMs)]),
    { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
  );
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  try {
    await waitFor('service.ready', () => output.includes('"event":"service.ready"'));
    const startedAt = performance.now();
    stop(child);
    await waitFor('the end of the process', () => child.exitCode !== null || child.signalCode !== null);
    const { exitCode: code, signalCode: signal } = child;
    const lines = output
      .trim()
      .split('\n')
      .map((line): LogLine => JSON.parse(line));
    const tookMs = performance.now() - startedAt;
    return { code, signal, tookMs, lines, events: lines.map((line) => line.event) };
  } finally {
    child.kill('SIGKILL');
  }
}

const sigterm = (child: ChildProcess) => void child.kill('SIGTERM');

describe('a process that is asked to stop', () => {
  it('drains and exits with 0 on SIGTERM, long before its deadline', async () => {
    const ended = await run('quick', 20_000, sigterm);
    expect([ended.code, ended.signal]).to.deep.equal([0, null]);
    expect(ended.tookMs).to.be.below(5_000);
    expect(ended.events).to.include.members(['lifecycle.draining', 'lifecycle.stopped']);
  });

  it('drains on SIGINT, as from Ctrl-C', async () => {
    const ended = await run('quick', 20_000, (child) => void child.kill('SIGINT'));
    expect(ended.code).to.equal(0);
    expect(ended.lines.map((line) => line.reason)).to.include('SIGINT');
  });

  it('drains when its parent is gone, so that no orphan is left', async () => {
    const ended = await run('quick', 20_000, (child) => child.disconnect());
    expect(ended.code).to.equal(0);
    expect(ended.lines.map((line) => line.reason)).to.include('parent gone');
  });

  it('ends at its deadline although a release hangs, having given the others their chance', async () => {
    const ended = await run('hanging release', 1_000, sigterm);
    expect([ended.code, ended.signal]).to.deep.equal([1, null]);
    expect(ended.tookMs).to.be.within(900, 4_000);
    expect(ended.lines.at(-1)).to.deep.include({ event: 'lifecycle.deadline', unfinished: ['hangs'] });
  });

  it('ends at its deadline although something that nobody registered is still open', async () => {
    const ended = await run('leaked handle', 1_000, sigterm);
    expect(ended.code).to.equal(1);
    expect(ended.tookMs).to.be.within(900, 4_000);
    expect(ended.events).to.include('lifecycle.leaked');
  });

  it('logs a failing release and runs the rest', async () => {
    const ended = await run('failing release', 20_000, sigterm);
    expect(ended.code).to.equal(0);
    expect(ended.events).to.include('release.failed');
  });

  it('drains and exits with 1 after an uncaught error', async () => {
    const ended = await run('uncaught error', 20_000, () => undefined);
    expect(ended.code).to.equal(1);
    expect(ended.events).to.include.members(['lifecycle.fatal', 'lifecycle.stopped']);
  });

  it('drains and exits with 1 after an unhandled rejection', async () => {
    const ended = await run('unhandled rejection', 20_000, () => undefined);
    expect(ended.code).to.equal(1);
    expect(ended.events).to.include.members(['lifecycle.fatal', 'lifecycle.stopped']);
  });

  it('drains in time while Redis is away, with a command still waiting for it', async () => {
    const ended = await run('redis away', 20_000, sigterm);
    expect(ended.code).to.equal(0);
    expect(ended.tookMs).to.be.below(5_000);
    expect(JSON.stringify(ended.lines)).not.to.include('hunter22');
  });

  it('ends at its deadline although a release waits for a Redis that is away', async () => {
    const ended = await run('redis away, awaited', 1_000, sigterm);
    expect(ended.tookMs).to.be.below(4_000);
    expect([ended.code, ended.signal]).to.deep.equal([1, null]);
  });
});

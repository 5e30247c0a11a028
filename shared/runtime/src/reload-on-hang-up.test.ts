import { type ChildProcess, spawn } from 'node:child_process';
import { toNodeWords, toTestProgram, waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { LogLine } from '../test/captured-logger.ts';
import {
  createMerchantFiles,
  type MerchantFiles,
  merchantEnv,
  toMerchantEntry,
} from '../test/merchant-files.ts';

const second = { ...toMerchantEntry(), mchid: '1900000002' };

describe('SIGHUP', () => {
  let files: MerchantFiles;
  let child: ChildProcess | undefined;
  let lines: LogLine[];
  beforeEach(() => {
    files = createMerchantFiles();
    lines = [];
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    files.remove();
  });

  const linesOf = (event: string) => lines.filter((line) => line.event === event);
  const untilLine = (event: string, count = 1) =>
    waitFor(event, () => (linesOf(event).length >= count ? linesOf(event).at(-1) : undefined));
  const hangUp = () => child?.kill('SIGHUP');
  async function tell(): Promise<LogLine> {
    const before = linesOf('test.told').length;
    child?.send('tell');
    return untilLine('test.told', before + 1);
  }

  async function start(file: string | undefined, env: NodeJS.ProcessEnv = {}): Promise<void> {
    const command = toNodeWords(toTestProgram('reloading-process'), file === undefined ? [] : [file]);
    const started = spawn(process.execPath, command, {
      env: { PATH: process.env.PATH, ...merchantEnv, ...env },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    child = started;
    let rest = '';
    started.stdout?.on('data', (chunk) => {
      const [last = '', ...whole] = (rest + chunk).split('\n').reverse();
      rest = last;
      lines.push(...whole.reverse().map((line): LogLine => JSON.parse(line)));
    });
    await untilLine('service.ready');
  }

  /** Asks it to stop, and gives its exit code. */
  async function stop(): Promise<number | null> {
    child?.kill('SIGTERM');
    await waitFor('the end', () => child?.exitCode !== null || child?.signalCode !== null);
    return child?.exitCode ?? null;
  }

  it('reloads the merchants file, says what changed by ids alone, and counts when', async () => {
    await start(files.writeMerchants([toMerchantEntry()]));
    const before = await tell();
    files.writeMerchants([second]);
    hangUp();
    expect(await untilLine('directory.reloaded')).to.deep.include({
      merchants: { added: ['1900000002'], changed: [], removed: ['1900000001'] },
      apps: { added: [], changed: [], removed: [] },
    });
    const after = await tell();
    expect(after.merchants).to.deep.equal(['1900000002']);
    const readAt = ({ metrics }: LogLine) =>
      Number(String(metrics).match(/read_timestamp_seconds\{service="reloading"\} ([0-9.e+]+)/)?.[1]);
    expect(readAt(after)).to.be.greaterThan(readAt(before));
    expect(await stop()).to.equal(0);
  });

  it('changes nothing for a file with problems, logs them all, and ends nothing', async () => {
    await start(files.writeMerchants([toMerchantEntry()]));
    files.writeMerchants([{ ...second, appids: [], merchant_serial_no: '?' }]);
    hangUp();
    const line = await untilLine('directory.reload_refused');
    expect(line).to.include({ level: 'error', alarm: 'merchants-file' });
    expect(JSON.stringify(line))
      .to.include('merchants[0].appids')
      .and.include('merchants[0].merchant_serial_no');
    const told = await tell();
    expect(told.merchants).to.deep.equal(['1900000001']);
    expect(String(told.metrics)).to.match(/refusals_total\{service="reloading"\} 1/);
    expect(await stop()).to.equal(0);
  });

  it('says so in a process that has no merchants file, and goes on', async () => {
    await start(undefined);
    hangUp();
    await untilLine('directory.none');
    await tell();
    expect(await stop()).to.equal(0);
  });

  it('is not lost when it comes while the process is being opened', async () => {
    await start(files.writeMerchants([toMerchantEntry()]), { HANG_UP_WHILE_OPENING: 'yes' });
    await untilLine('directory.reloaded');
    expect(await stop()).to.equal(0);
  });
});

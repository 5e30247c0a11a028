import { spawnSync } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { useFakeMachines } from '../fake-programs.test.ts';
import { writeSettingsFile } from './settings-file.ts';

describe('the settings of an installation for a shell', () => {
  const createMachine = useFakeMachines();

  it('reach the commands that the shell then runs, whatever is in them', () => {
    const { folder } = createMachine();
    const settings = { MERCHANTS_FILE: "/it's here/$HOME `x`", REDIS_URL: 'redis://:p\\a"ss@127.0.0.1:1/0' };
    const { file } = writeSettingsFile(folder, settings);
    const print = `JSON.stringify({ MERCHANTS_FILE: process.env.MERCHANTS_FILE, REDIS_URL: process.env.REDIS_URL })`;
    const run = spawnSync('sh', ['-c', `. '${file}'; '${process.execPath}' -p '${print}'`], {
      encoding: 'utf8',
    });
    expect(JSON.parse(run.stdout)).to.deep.equal(settings);
  });

  it('are for their owner alone, also where a file of before was not, and go in the end', () => {
    const { folder } = createMachine();
    writeFileSync(join(folder, 'settings.env'), '', { mode: 0o644 });
    const settings = writeSettingsFile(folder, { REDIS_URL: 'redis://:secret@127.0.0.1' });
    expect(statSync(settings.file).mode & 0o777).to.equal(0o600);
    settings.remove();
    expect(existsSync(settings.file)).to.equal(false);
  });
});

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';

const clone = resolve(import.meta.dirname, '../../..');

describe('a command of an installation', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'huidiao-run-built-'));
    cpSync(join(clone, 'deploy/local/run-built.mjs'), join(folder, 'deploy/local/run-built.mjs'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const run = (...words: string[]) =>
    spawnSync(process.execPath, [join(folder, 'deploy/local/run-built.mjs'), ...words], {
      encoding: 'utf8',
      cwd: tmpdir(),
    });

  it('says how to come by what it runs where nothing is built', () => {
    const { status, stderr } = run('services/merchant-api/dist/doctor/main.js');
    expect(status).to.equal(1);
    expect(stderr).to.include(folder).and.to.include('npm ci && npm run build').and.not.to.include('    at ');
  });

  it('runs what is built as node itself would, with the words that follow', () => {
    mkdirSync(join(folder, 'node_modules'));
    writeFileSync(join(folder, 'told.mjs'), 'console.log(process.argv.slice(2)); process.exitCode = 3;');
    expect(run('told.mjs', '--merchant', '1900000001')).to.include({
      status: 3,
      stdout: "[ '--merchant', '1900000001' ]\n",
    });
  });

  it('is how package.json runs everything that is built', () => {
    const { scripts } = JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8'));
    const direct = Object.entries<string>(scripts).filter(([, words]) => /^node \S*\/dist\//.test(words));
    expect(direct).to.deep.equal([]);
  });
});

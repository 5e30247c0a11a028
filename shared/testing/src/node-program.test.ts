import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toNodeProgram, toNodeWords, toTestProgram } from './node-program.ts';

const clone = resolve(import.meta.dirname, '../../..');

describe('a program that a test starts', () => {
  it('is the source, where nobody said that the build is of these sources', () => {
    const source = join(clone, 'services/ingress/src/main.ts');
    const words = toNodeWords(toNodeProgram(source, false), ['one', 'two']);
    expect(words).to.deep.equal(['--conditions=source', '--import=tsx', source, 'one', 'two']);
  });

  it('is the built one in a run of npm test, without a loader', () => {
    const source = join(clone, 'services/merchant-api/src/callbacks/main.ts');
    expect(toNodeProgram(source, true)).to.deep.equal({
      nodeOptions: [],
      file: join(clone, 'services/merchant-api/dist/callbacks/main.js'),
    });
  });

  it('is found by the last src of its path, and must be a source', () => {
    expect(toNodeProgram('/home/src/p/src/main.ts', true).file).to.equal('/home/src/p/dist/main.js');
    expect(() => toNodeProgram(join(clone, 'services/ingress/dist/main.js'), true)).to.throw(
      'no source file',
    );
  });

  it('is there, as a source and in a run of npm test as a build', () => {
    const names = [
      'draining-process',
      'order-worker-that-dies',
      'reloading-process',
      'worker-that-dies',
    ] as const;
    for (const name of names) expect(existsSync(toTestProgram(name).file), name).to.equal(true);
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { applyMutant } from './apply-mutant.ts';
import type { Mutant } from './mutant.ts';
import { mutants } from './mutants.ts';

const top = join(import.meta.dirname, '../../../..');

describe('the mutants', () => {
  it('find their place in the code as it is now', () => {
    for (const mutant of mutants) {
      const text = readFileSync(join(top, mutant.file), 'utf8');
      expect(applyMutant(text, mutant), mutant.name).not.to.equal(text);
    }
  });

  it('name tests that are there', () => {
    for (const { name, tests } of mutants) {
      for (const path of tests) {
        const named = path.includes('*') ? dirname(path) : path;
        expect(existsSync(join(top, named)), `${name}: ${path}`).to.equal(true);
      }
    }
  });

  it('break every guarantee', () => {
    const broken = new Set(mutants.map(({ guarantee }) => guarantee));
    expect([...broken].sort((one, other) => one - other)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('are refused when their place is not there exactly once', () => {
    const mutant: Mutant = { name: 'm', guarantee: 1, file: 'f', find: 'a', replace: '', tests: [] };
    expect(applyMutant('xay', mutant)).to.equal('xy');
    for (const text of ['xy', 'aa']) expect(() => applyMutant(text, mutant)).to.throw('out of date');
  });
});

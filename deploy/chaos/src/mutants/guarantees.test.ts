import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { mutants } from './mutants.ts';

const documents = join(import.meta.dirname, '../../../docs');
const page = readFileSync(join(documents, 'guarantees.md'), 'utf8');
const rows = page.split('\n').filter((line) => /^\| \d+ \|/.test(line));

describe('the page of guarantees', () => {
  it('names for each of the ten the tests that show it, and they are there', () => {
    const guarantees = rows.filter((row) => row.includes('.test.ts'));
    expect(guarantees.map((row) => Number(row.split('|')[1]))).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const row of guarantees) {
      const named = [...row.matchAll(/“(?<name>[^”]+)” \(\[[^\]]+\]\((?<path>[^)]+)\)\)/g)];
      expect(named, row).not.to.have.length(0);
      for (const { groups: { name = '', path = '' } = {} } of named) {
        expect(readFileSync(join(documents, path), 'utf8'), path).to.include(name);
      }
    }
  });

  it('lists the mutants', () => {
    const listed = rows
      .filter((row) => !row.includes('.test.ts'))
      .map((row) => row.replace(/^\| | \|$/g, ''));
    expect(listed).to.deep.equal(mutants.map(({ guarantee, name }) => `${guarantee} | ${name}`));
  });
});

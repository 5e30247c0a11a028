import { expect } from 'chai';
import { describe, it } from 'mocha';
import { findImports } from './find-imports.ts';

const specifiers = (source: string): string[] => findImports(source).map(({ specifier }) => specifier);

describe('findImports', () => {
  it('finds every way of importing', () => {
    const source = `
      import a from 'a'; import b, { c } from "b"; import * as d from 'd';
      import type { E } from 'e';
      import {
        f, // from 'nowhere'
        type G,
      } from 'f';
      export * from 'h'; export * as i from 'i'; export { j } from 'j'; export type { K } from 'k';
      import 'l';
      const m = await import('m');
      type N = import('n').N;
      const o = require("o");
      import $p, * as q from 'p';
      const r = await import(
        'r'
      );`;
    expect(specifiers(source)).to.deep.equal([...'abdefhijklmnopr']);
  });

  it('finds none in comments and texts', () => {
    const source = `
      // import a from 'a';
      /* import b from 'b';
         export * from 'b'; */
      const c = "import c from 'c'"; const d = 'import("d")';
      const e = \`
        import e from 'e';
      \`;
      const f = list.from('f'); const important = { from: 'g' };`;
    expect(specifiers(source)).to.deep.equal([]);
  });

  it('tells the line', () => {
    expect(findImports(`\n\nimport {\n  a,\n} from 'a';`)).to.deep.equal([{ specifier: 'a', line: 5 }]);
  });
});

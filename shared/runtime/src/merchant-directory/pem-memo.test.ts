import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createPemMemo } from './pem-memo.ts';

describe('what is remembered of PEM files', () => {
  it('is asked once over readings that meet it again, and again after one that did not', () => {
    const asked: string[] = [];
    const check = (pem: string) => {
      asked.push(pem);
      return { pem, holds: asked.length };
    };
    const memo = createPemMemo();
    const read = (...texts: string[]) => {
      memo.begin();
      return texts.map((text) => memo.check(text, check));
    };
    expect(read('a', 'a', 'b')).to.deep.equal([
      { pem: 'a', holds: 1 },
      { pem: 'a', holds: 1 },
      { pem: 'b', holds: 2 },
    ]);
    read('a');
    read('a', 'b');
    expect(asked).to.deep.equal(['a', 'b', 'b']);
  });

  it('is of one check alone: a text that is one thing is not thereby another', () => {
    const memo = createPemMemo();
    expect(memo.check('a', (pem) => ({ pem, holds: 'a key' }))).to.deep.equal({ pem: 'a', holds: 'a key' });
    const refuse = () => ({ problem: 'is no certificate' });
    expect(memo.check('a', refuse)).to.deep.equal({ problem: 'is no certificate' });
  });
});

import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createTurnstile } from './turnstile.ts';

/** Work that ends when the test says so. */
function createWork() {
  const started: number[] = [];
  const ends = new Map<number, () => void>();
  return {
    started,
    make: (number: number) => () => {
      started.push(number);
      return new Promise<number>((resolve) => ends.set(number, () => resolve(number)));
    },
    end: (number: number) => ends.get(number)?.(),
  };
}

describe('a turnstile', () => {
  it('lets so many through at once and the others after them, in their order', async () => {
    const through = createTurnstile(2);
    const work = createWork();
    const all = [1, 2, 3, 4].map((number) => through(work.make(number)));
    expect(work.started).to.deep.equal([1, 2]);
    work.end(2);
    await all[1];
    expect(work.started).to.deep.equal([1, 2, 3]);
    work.end(1);
    await all[0];
    for (const number of [3, 4]) work.end(number);
    expect(await Promise.all(all)).to.deep.equal([1, 2, 3, 4]);
  });

  it('goes on after work that failed', async () => {
    const through = createTurnstile(1);
    const failed = through(() => Promise.reject(new Error('no'))).catch((error: Error) => error.message);
    const next = through(async () => 'yes');
    expect([await failed, await next]).to.deep.equal(['no', 'yes']);
  });
});

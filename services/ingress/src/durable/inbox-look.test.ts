import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createInboxLook } from './inbox-look.ts';

/** A MongoDB that answers a look when the test says so. */
function createRig() {
  const answers: ((ready: boolean) => void)[] = [];
  const look = createInboxLook({ isReady: () => new Promise((resolve) => answers.push(resolve)) });
  return { look, looks: () => answers.length, answer: (ready: boolean) => answers.at(-1)?.(ready) };
}

describe('the look at MongoDB', () => {
  it('is not ready before the first answer, and asks nobody however often it is asked', async () => {
    const { look, looks, answer } = createRig();
    try {
      for (let index = 0; index < 1_000; index += 1) expect(look.isReady()).to.equal(false);
      answer(true);
      await waitFor('the answer', () => look.isReady());
      for (let index = 0; index < 1_000; index += 1) expect(look.isReady()).to.equal(true);
      expect(looks()).to.equal(1);
    } finally {
      look.close();
    }
  });

  it('looks again while MongoDB is away, one look at a time, until it is there', async () => {
    const { look, looks, answer } = createRig();
    try {
      answer(false);
      await waitFor('the second look', () => looks() === 2);
      answer(true);
      await waitFor('the answer', () => look.isReady());
      expect(looks()).to.equal(2);
    } finally {
      look.close();
    }
  });

  it('looks no more once it is closed, and is not ready', async () => {
    const { look, looks, answer } = createRig();
    look.close();
    answer(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect([look.isReady(), looks()]).to.deep.equal([false, 1]);
  });
});

import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createReleaseStack } from './release-stack.ts';

describe('createReleaseStack', () => {
  it('ends the last first, all of them although one fails, and only once', async () => {
    const releases = createReleaseStack();
    const order: string[] = [];
    releases.add(() => void order.push('first'));
    releases.add(() => Promise.reject(new Error('this one fails')));
    releases.add(async () => void order.push('last'));
    await Promise.all([releases.run(), releases.run()]);
    expect(order).to.deep.equal(['last', 'first']);
  });

  it('ends at once what is added afterwards', async () => {
    const releases = createReleaseStack();
    await releases.run();
    let isEnded = false;
    releases.add(() => {
      isEnded = true;
    });
    await releases.run();
    expect(isEnded).to.equal(true);
  });
});

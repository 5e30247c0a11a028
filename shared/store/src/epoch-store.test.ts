import { expect } from 'chai';
import { describe, it } from 'mocha';
import { inParallel, useStore } from './test-store.test.ts';

describe('EpochStore', () => {
  const { epochs } = useStore().store;

  it('knows no epoch at first, and then the one that was recorded last', async () => {
    expect(await epochs.read()).to.equal(undefined);
    await inParallel(8, () => epochs.record('first'));
    expect(await epochs.read()).to.equal('first');
    await epochs.record('second');
    expect(await epochs.read()).to.equal('second');
  });
});

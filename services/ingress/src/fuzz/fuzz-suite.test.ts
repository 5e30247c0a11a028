import { expect } from 'chai';
import { describe, it } from 'mocha';
import { runsInTests } from './fuzz-suite.fixture.test.ts';

describe('the changed callbacks of all kinds', () => {
  it('are at least 20,000, of which each kind sees to it that half come past the proof', () => {
    const runs = Object.values(runsInTests).reduce((sum, one) => sum + one, 0);
    expect(runs).to.be.at.least(20_000);
  });
});

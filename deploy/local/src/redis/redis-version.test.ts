import { expect } from 'chai';
import { describe, it } from 'mocha';
import { versionProblem } from './redis-version.ts';

describe('the version of a Redis', () => {
  for (const version of ['2.8.24', '5.0.14', '6.0.16', '6.1']) {
    it(`${version} is too old, and is named with the one that is needed`, () => {
      expect(versionProblem(version)).to.include(version).and.to.include('6.2');
    });
  }
  for (const version of ['6.2.0', '7.0.15', '8.1', '10.0.0', undefined, 'unstable']) {
    it(`${version ?? 'that is not told'} is no reason against it`, () => {
      expect(versionProblem(version)).to.equal(undefined);
    });
  }
});

import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseArguments, usage } from './parse-arguments.ts';

describe('parseArguments', () => {
  it('knows --once, and nothing', () => {
    expect(parseArguments([])).to.deep.equal({ isOnce: false });
    expect(parseArguments(['--once'])).to.deep.equal({ isOnce: true });
  });

  it('prints the usage when asked to', () => {
    expect(parseArguments(['--once', '--help'])).to.deep.equal({ exitCode: 0, message: usage });
  });

  for (const word of ['--onec', 'once', '--once=true', '']) {
    it(`refuses "${word}" with the usage`, () => {
      const parsed = parseArguments([word]);
      expect(parsed).to.include({ exitCode: 2 });
      expect(parsed).to.have.property('message').that.includes(usage);
    });
  }
});

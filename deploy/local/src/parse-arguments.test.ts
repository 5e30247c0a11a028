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

  it('tells whoever left out the -- that npm kept the option', () => {
    const parsed = parseArguments([], { npm_config_once: 'true' });
    expect(parsed).to.include({ exitCode: 2 });
    expect(parsed).to.have.property('message').that.includes('npm start -- --once');
    expect(parseArguments(['--once'], { npm_config_once: 'true' })).to.deep.equal({ isOnce: true });
  });

  for (const word of ['--onec', 'once', '--once=true', '']) {
    it(`refuses "${word}" with the usage`, () => {
      const parsed = parseArguments([word]);
      expect(parsed).to.include({ exitCode: 2 });
      expect(parsed).to.have.property('message').that.includes(usage);
    });
  }
});

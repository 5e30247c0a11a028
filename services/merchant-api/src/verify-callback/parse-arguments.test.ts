import { expect } from 'chai';
import { describe, it } from 'mocha';
import { WrongUsage } from '../callbacks/wrong-usage.ts';
import { parseArguments } from './parse-arguments.ts';

describe('the arguments of verify-callback', () => {
  it('are a merchant, and otherwise what costs nothing', () => {
    expect(parseArguments(['--merchant', '1900000001'])).to.deep.equal({
      name: 'verify',
      mchId: '1900000001',
      appId: undefined,
      callbackMs: 60_000,
      yes: false,
    });
    expect(
      parseArguments(['--merchant', '1900000001', '--app', 'wx8888888888888888', '--timeout', '5', '--yes']),
    ).to.deep.equal({
      name: 'verify',
      mchId: '1900000001',
      appId: 'wx8888888888888888',
      callbackMs: 5_000,
      yes: true,
    });
  });

  for (const args of [['help'], ['--help'], ['-h'], ['--merchant', '1', '--help']]) {
    it(`are a question for help: ${args.join(' ')}`, () =>
      expect(parseArguments(args)).to.deep.equal({ name: 'help' }));
  }

  const wrong: [args: string[], says: RegExp][] = [
    [[], /give --merchant MCHID/],
    [['--merchant', ''], /give --merchant MCHID/],
    [['--mchid', '1900000001'], /--mchid/],
    [['1900000001'], /1900000001/],
    [['--merchant', '1900000001', '--timeout', '0'], /1 to 3600/],
    [['--merchant', '1900000001', '--timeout', '1.5'], /1 to 3600/],
    [['--merchant', '1900000001', '--timeout', '3601'], /1 to 3600/],
  ];
  for (const [args, says] of wrong) {
    it(`are refused: ${args.join(' ') || 'none'}`, () =>
      expect(() => parseArguments(args)).to.throw(WrongUsage, says));
  }
});

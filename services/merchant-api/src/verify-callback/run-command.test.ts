import { systemClock } from '@huidiao/contracts';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { pause } from './pause.ts';
import { runCommand } from './run-command.ts';

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await runCommand(args, {
    env: {},
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    signal: new AbortController().signal,
    clock: systemClock,
    pause,
  });
  return { code, out, err };
}

describe('what verify-callback says before it does anything', () => {
  it('shows what it can be given, and what it costs', async () => {
    const { code, out, err } = await run('help');
    expect([code, err]).to.deep.equal([0, '']);
    expect(out).to.include('--merchant MCHID').and.include('1 fen').and.include('--yes');
  });

  it('tells wrong usage from a failure by its exit code, and both apart from results', async () => {
    const wrong = await run('--yes');
    expect([wrong.code, wrong.out]).to.deep.equal([2, '']);
    expect(wrong.err).to.include('give --merchant MCHID').and.include('npm run verify-callback -- help');
    const unset = await run('--merchant', '1900000001');
    expect([unset.code, unset.out]).to.deep.equal([1, '']);
    expect(unset.err).to.include('CONFIG_INVALID').and.include('MONGODB_URI');
  });
});

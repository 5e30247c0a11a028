import { AppError } from '@huidiao/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { loadIngressConfig } from './config.ts';

/** A whole environment but for its merchants file, so that it is refused in any case: what matters is why. */
const environment = {
  REDIS_URL: 'redis://127.0.0.1:6379',
  MONGODB_URI: 'mongodb://127.0.0.1:27017/huidiao',
  MERCHANTS_FILE: 'no-such-file.json',
};

function problemsOf(env: Record<string, string>): string {
  try {
    loadIngressConfig({ ...environment, ...env });
  } catch (error) {
    if (error instanceof AppError && error.code === 'CONFIG_INVALID') return error.message;
    throw error;
  }
  throw new Error('it was taken');
}

describe('configuration of the ingress', () => {
  it('reports everything that is missing or malformed at once, by name', () => {
    const problems = problemsOf({ REDIS_URL: '', REDIS_TIMEOUT_MS: 'soon', CALLBACK_BODY_TIMEOUT_MS: '1' });
    for (const variable of ['REDIS_URL', 'REDIS_TIMEOUT_MS', 'CALLBACK_BODY_TIMEOUT_MS']) {
      expect(problems).to.contain(variable);
    }
  });

  describe('keeps WeChat Pay’s deadline: body, Redis and inbox together have 3 s', () => {
    /** Milliseconds for the body, Redis and the inbox; `-` leaves the default: 1,000, 700 and 1,000. */
    type Times = readonly [bodyMs: string, redisMs: string, inboxMs: string];

    const tooLong: Times[] = [
      ['1301', '700', '1000'],
      ['1300', '701', '1000'],
      ['1300', '700', '1001'],
      ['1301', '-', '-'],
      ['-', '1001', '-'],
      ['-', '-', '1301'],
      ['3000', '50', '50'],
    ];
    for (const times of tooLong) {
      it(`refuses ${times.join(' + ')} ms, and names each of them`, () => {
        const problems = problemsOf(toEnv(times));
        for (const variable of ['CALLBACK_BODY_TIMEOUT_MS', 'REDIS_TIMEOUT_MS', 'INBOX_TIMEOUT_MS']) {
          expect(problems).to.contain(variable);
        }
        expect(problems).to.contain('3000 ms');
      });
    }

    const shortEnough: Times[] = [
      ['1300', '700', '1000'],
      ['2900', '50', '50'],
      ['1300', '-', '-'],
      ['-', '1000', '-'],
      ['-', '-', '1300'],
      ['-', '-', '-'],
    ];
    for (const times of shortEnough) {
      it(`takes ${times.join(' + ')} ms`, () => {
        const problems = problemsOf(toEnv(times));
        expect(problems).to.contain('no-such-file.json');
        expect(problems).to.not.contain('TIMEOUT_MS');
      });
    }

    function toEnv(times: Times): Record<string, string> {
      const variables = ['CALLBACK_BODY_TIMEOUT_MS', 'REDIS_TIMEOUT_MS', 'INBOX_TIMEOUT_MS'] as const;
      const named = variables.map((variable, at) => [variable, times[at] ?? '-'] as const);
      return Object.fromEntries(named.filter(([, ms]) => ms !== '-'));
    }
  });
});

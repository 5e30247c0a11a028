import { AppError } from '@huidiao/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { loadReconcilerConfig } from './config.ts';

function problemsOf(env: Record<string, string>): string {
  try {
    loadReconcilerConfig({ MERCHANTS_FILE: 'none.json', ...env });
  } catch (error) {
    if (error instanceof AppError && error.code === 'CONFIG_INVALID') return error.message;
    throw error;
  }
  return '';
}

describe('configuration of the reconciler', () => {
  it('reports everything that is missing or malformed at once, by name', () => {
    const problems = problemsOf({ MERCHANTS_FILE: '', WECHAT_PAY_API_URL: 'somewhere', ROUND_LIMIT: 'many' });
    for (const variable of [
      'REDIS_URL',
      'MONGODB_URI',
      'MERCHANTS_FILE',
      'WECHAT_PAY_API_URL',
      'ROUND_LIMIT',
    ]) {
      expect(problems).to.contain(variable);
    }
  });

  it('refuses a lease in which the calls for one order do not end', () => {
    expect(problemsOf({ QUERY_LEASE_MS: '29999' })).to.contain('QUERY_LEASE_MS');
    expect(problemsOf({ QUERY_LEASE_MS: '30000' })).to.not.contain('QUERY_LEASE_MS');
  });
});

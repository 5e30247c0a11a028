import { AppError } from '@huidiao/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { loadMerchantApiConfig } from './config.ts';

function problemsOf(env: Record<string, string>): string {
  try {
    loadMerchantApiConfig(env);
  } catch (error) {
    if (error instanceof AppError && error.code === 'CONFIG_INVALID') return error.message;
    throw error;
  }
  return '';
}

describe('configuration of merchant-api', () => {
  it('reports everything that is missing at once, by name', () => {
    const problems = problemsOf({ PORT: 'http' });
    for (const variable of ['MONGODB_URI', 'MERCHANTS_FILE', 'CALLBACK_BASE_URL', 'PORT']) {
      expect(problems).to.contain(variable);
    }
  });

  const rows: [what: string, base: string, problem: RegExp][] = [
    ['a query', 'https://pay.example.com?a=1', /CALLBACK_BASE_URL holds a query/],
    ['no protocol', 'pay.example.com', /CALLBACK_BASE_URL is not an http/],
    ['a password', 'https://user:secret@pay.example.com', /CALLBACK_BASE_URL holds a user name/],
    [
      'too many characters',
      `https://pay.example.com/${'x'.repeat(180)}`,
      /CALLBACK_BASE_URL makes a notify_url of more than 255/,
    ],
  ];
  for (const [what, base, problem] of rows) {
    it(`refuses a CALLBACK_BASE_URL with ${what}, without repeating it`, () => {
      const problems = problemsOf({ CALLBACK_BASE_URL: base });
      expect(problems).to.match(problem);
      expect(problems).to.not.contain('secret');
    });
  }

  it('takes the longest CALLBACK_BASE_URL whose notify_url has 255 characters', () => {
    const fixed = 'https://pay.example.com/'.length + '/callbacks/wechat-pay/'.length + 32;
    const base = (extra: number) => `https://pay.example.com/${'x'.repeat(255 - fixed + extra)}`;
    expect(problemsOf({ CALLBACK_BASE_URL: base(0) })).to.not.contain('CALLBACK_BASE_URL');
    expect(problemsOf({ CALLBACK_BASE_URL: base(1) })).to.contain('CALLBACK_BASE_URL');
  });
});

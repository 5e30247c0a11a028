import { jobCatalogue } from '@huidiao/contracts';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { classifyAnswer, parseRetryAfterMs } from './classify-answer.ts';

const now = new Date('2026-11-22T08:00:00Z');

describe('classifyAnswer', () => {
  for (const httpStatus of [200, 201, 202, 204, 299]) {
    it(`takes ${httpStatus} as accepted`, () => {
      expect(classifyAnswer({ httpStatus, retryAfter: undefined }, now)).to.equal(undefined);
    });
  }
  for (const httpStatus of [301, 302, 400, 401, 404, 410, 500, 502]) {
    it(`tries ${httpStatus} again, for a bad deploy must not lose an order`, () => {
      expect(classifyAnswer({ httpStatus, retryAfter: undefined }, now)).to.include({
        code: 'SHOP_REFUSED',
        kind: 'transient',
      });
    });
  }
  for (const httpStatus of [429, 503]) {
    it(`honours Retry-After of ${httpStatus} and uses up no attempt`, () => {
      const error = classifyAnswer({ httpStatus, retryAfter: '7' }, now);
      expect(error).to.include({ code: 'SHOP_BUSY', kind: 'throttled', retryAfterMs: 7_000 });
    });
  }
  it('asks an endpoint that says it is gone seldom, but for as long as any other', () => {
    const { attempts, giveUpAfterMs } = jobCatalogue['fulfil-order'].retry;
    const gone = classifyAnswer({ httpStatus: 410, retryAfter: undefined }, now);
    expect(gone?.retryAfterMs).to.equal(900_000);
    expect(Number(gone?.retryAfterMs) * (attempts - 1)).to.be.greaterThan(giveUpAfterMs);
  });
});

describe('parseRetryAfterMs', () => {
  const rows: [string | undefined, number | undefined][] = [
    [undefined, undefined],
    ['', undefined],
    ['soon', undefined],
    ['-5', undefined],
    ['0', 0],
    ['120', 120_000],
    ['999999999', 3_600_000],
    ['Sun, 22 Nov 2026 08:00:30 GMT', 30_000],
    ['Sun, 22 Nov 2026 07:00:00 GMT', 0],
  ];
  for (const [value, expected] of rows) {
    it(`reads ${JSON.stringify(value)} as ${expected}`, () => {
      expect(parseRetryAfterMs(value, now)).to.equal(expected);
    });
  }
});

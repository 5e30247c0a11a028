import { AppError } from '@huidiao/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toPauseMs } from './to-pause-ms.ts';

describe('how long no order of a merchant is asked about', () => {
  const rows: [what: string, error: AppError, pauseMs: number][] = [
    ['after a time-out', new AppError('WECHAT_UNREACHABLE'), 0],
    ['after a signature probe', new AppError('WECHAT_RESPONSE_NOT_AUTHENTIC'), 0],
    ['after a 500', new AppError('WECHAT_SYSTEM_ERROR'), 0],
    ['after a 429', new AppError('WECHAT_BUSY'), 10_000],
    ['after a 429 with Retry-After', new AppError('WECHAT_BUSY', { retryAfterMs: 7_000 }), 7_000],
    ['after an absurd Retry-After', new AppError('WECHAT_BUSY', { retryAfterMs: 86_400_000 }), 600_000],
    [
      'while one buyer is paying',
      new AppError('WECHAT_BUSY', { retryAfterMs: 5_000, details: { queryFirst: true } }),
      0,
    ],
    ['while the breaker is open', new AppError('WECHAT_BREAKER_OPEN', { retryAfterMs: 4_000 }), 4_000],
    ['while our keys are refused', new AppError('WECHAT_CREDENTIALS_REFUSED'), 60_000],
    ['while Redis is away', new AppError('QUEUE_UNAVAILABLE'), 0],
    ['while MongoDB is away', new AppError('STORE_UNAVAILABLE'), 0],
  ];
  for (const [what, error, pauseMs] of rows) {
    it(`${what}: ${pauseMs} ms`, () => expect(toPauseMs(error)).to.equal(pauseMs));
  }
});

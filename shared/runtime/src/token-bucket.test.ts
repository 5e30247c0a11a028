import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type TokenBucket, takeToken } from './token-bucket.ts';

describe('takeToken', () => {
  const rate = { perSecond: 10, burst: 5 };
  const now = 1_000_000;

  const rows: [what: string, bucket: TokenBucket | undefined, granted: boolean, left: number][] = [
    ['begins full', undefined, true, 4],
    ['takes the last one', { tokens: 1, at: now }, true, 0],
    ['refuses when none is left', { tokens: 0, at: now }, false, 0],
    ['refuses while less than one is there, and keeps it', { tokens: 0, at: now - 50 }, false, 0.5],
    ['has one again after a tenth of a second', { tokens: 0, at: now - 100 }, true, 0],
    ['fills by the rate', { tokens: 0, at: now - 350 }, true, 2.5],
    ['adds to what is left', { tokens: 1.5, at: now - 100 }, true, 1.5],
    ['holds no more than the burst, however long nothing came', { tokens: 0, at: 0 }, true, 4],
    ['gains nothing by a clock that was set back', { tokens: 0, at: now + 60_000 }, false, 0],
    ['loses nothing by it either', { tokens: 3, at: now + 60_000 }, true, 2],
    ['follows a burst that was lowered', { tokens: 100, at: now }, true, 4],
  ];
  for (const [what, bucket, granted, left] of rows) {
    it(what, () => {
      expect(takeToken(bucket, rate, now)).to.deep.equal({ granted, bucket: { tokens: left, at: now } });
    });
  }

  it('lets through the burst and then the rate, over ten seconds of a steady flood', () => {
    let bucket: TokenBucket | undefined;
    let granted = 0;
    for (let at = 0; at < 10_000; at += 1) {
      const taken = takeToken(bucket, rate, at);
      bucket = taken.bucket;
      granted += taken.granted ? 1 : 0;
    }
    expect(granted).to.be.within(rate.burst + 98, rate.burst + 100);
  });
});

import { expect } from 'chai';
import { describe, it } from 'mocha';
import { inParallel, useStore } from './test-store.test.ts';

const now = new Date('2026-11-22T10:00:00Z');
const after = (ms: number) => new Date(now.getTime() + ms);

describe('TurnStore', () => {
  const { turns } = useStore().store;
  let buckets = 0;

  function newBucket(perSecond: number, burst: number) {
    buckets += 1;
    const key = `bucket-${buckets}`;
    return (want: number, at = now) => turns.take({ key, want, perSecond, burst, now: at });
  }

  it('grants the burst at first, and then nothing until time has passed', async () => {
    const take = newBucket(10, 5);
    expect(await take(3)).to.equal(3);
    expect(await take(3)).to.equal(2);
    expect(await take(3)).to.equal(0);
    expect(await take(3, after(99))).to.equal(0);
    expect(await take(3, after(100))).to.equal(1);
  });

  it('never holds more than the burst', async () => {
    const take = newBucket(10, 5);
    expect(await take(100)).to.equal(5);
    expect(await take(100, after(3_600_000))).to.equal(5);
  });

  it('loses no fraction of a turn, however often it is asked', async () => {
    const take = newBucket(3, 1);
    expect(await take(1)).to.equal(1);
    let granted = 0;
    for (let ms = 50; ms <= 2_000; ms += 50) granted += await take(1, after(ms));
    expect(granted).to.equal(5);
  });

  it('gives nothing for a clock that runs behind, nor takes anything back', async () => {
    const take = newBucket(1, 2);
    expect(await take(2, after(1_000))).to.equal(2);
    expect(await take(2)).to.equal(0);
    expect(await take(2, after(2_000))).to.equal(1);
  });

  it('follows a limit that was lowered', async () => {
    const [high, low] = [
      { perSecond: 10, burst: 100 },
      { perSecond: 1, burst: 2 },
    ];
    expect(await turns.take({ key: 'lowered', want: 10, ...high, now })).to.equal(10);
    expect(await turns.take({ key: 'lowered', want: 10, ...low, now })).to.equal(2);
  });

  it('keeps buckets apart', async () => {
    expect(await newBucket(1, 1)(1)).to.equal(1);
    expect(await newBucket(1, 1)(1)).to.equal(1);
  });

  it('grants nothing to who wants nothing', async () => {
    const take = newBucket(1, 1);
    expect(await take(0)).to.equal(0);
    expect(await take(-5)).to.equal(0);
    expect(await take(1)).to.equal(1);
  });

  it('grants all that there is when a few ask at once', async () => {
    const take = newBucket(0, 12);
    const granted = await inParallel(4, () => take(3));
    expect(granted.reduce((sum, one) => sum + one, 0)).to.equal(12);
  });
});

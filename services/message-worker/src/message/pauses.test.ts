import { AppError } from '@huidiao/errors';
import { expect } from 'chai';
import { beforeEach, describe, it } from 'mocha';
import { createPauses, type Pauses } from './pauses.ts';

describe('pauses', () => {
  let now = 0;
  let pauses: Pauses;
  beforeEach(() => {
    now = 0;
    pauses = createPauses({ now: () => new Date(now) }, 3);
  });
  const error = new AppError('MESSAGE_REFUSED');
  const pause = (key: string, forMs: number) => pauses.set(key, { until: now + forMs, error });
  const kept = () => ['a', 'b', 'c', 'd'].filter((key) => pauses.find(key) !== undefined);

  it('last as long as they are to, and are forgotten then', () => {
    pause('a', 60);
    now = 59;
    expect(pauses.find('a')).to.deep.equal({ error, leftMs: 1 });
    now = 60;
    expect([pauses.find('a'), pauses.size]).to.deep.equal([undefined, 0]);
  });

  it('are forgotten when they are over though nobody asks for them, once there are many', () => {
    for (const key of ['a', 'b', 'c']) pause(key, 60);
    now = 60;
    pause('d', 60);
    expect(pauses.size).to.equal(1);
    expect(kept()).to.deep.equal(['d']);
  });

  it('never are more than so many: the oldest goes, and one that is set again is the youngest', () => {
    for (const key of ['a', 'b', 'c', 'a', 'd']) pause(key, 60);
    expect(kept()).to.deep.equal(['a', 'c', 'd']);
  });
});

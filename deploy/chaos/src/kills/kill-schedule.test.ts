import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toKillSchedule } from './kill-schedule.ts';

const victims = ['ingress', 'order-worker', 'message-worker', 'reconciler', 'merchant-api', 'redis', 'store'];
const options = { seed: 7, durationMs: 60_000, victims, losesDataOnce: 'redis' };

describe('the schedule of kills', () => {
  it('kills each kind of process at least once', () => {
    for (const seed of [1, 2, 3]) {
      const killed = toKillSchedule({ ...options, seed }).map(({ victim }) => victim);
      expect(killed).to.include.members(victims);
    }
  });

  it('is the same for the same seed, and another for another', () => {
    expect(toKillSchedule(options)).to.deep.equal(toKillSchedule(options));
    expect(toKillSchedule(options)).not.to.deep.equal(toKillSchedule({ ...options, seed: 8 }));
  });

  it('spreads the kills in their order over the run, but for its very ends', () => {
    const moments = toKillSchedule(options).map(({ atMs }) => atMs);
    expect(moments).to.deep.equal([...moments].sort((one, other) => one - other));
    expect(moments.at(0)).to.be.at.least(2_000);
    expect(moments.at(-1)).to.be.within(50_000, 58_000);
  });

  it('lets Redis lose its data once', () => {
    const losing = toKillSchedule(options).filter(({ losesData }) => losesData);
    expect(losing.map(({ victim }) => victim)).to.deep.equal(['redis']);
    const never = toKillSchedule({ ...options, losesDataOnce: undefined });
    expect(never.some(({ losesData }) => losesData)).to.equal(false);
  });
});

import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createSimulatedClock, type SimulatedClock } from './clock.ts';

describe('wechat-simulator: the simulated clock', () => {
  let clock: SimulatedClock;
  beforeEach(() => {
    clock = createSimulatedClock(1);
  });
  afterEach(() => clock.close());

  it('starts at the wall clock and moves on when told to', async () => {
    expect(clock.now()).to.be.closeTo(Date.now(), 1_000);
    await clock.advance(86_400_000);
    expect(clock.now()).to.be.closeTo(Date.now() + 86_400_000, 1_000);
  });

  it('runs what is due in order, also what is scheduled on the way', async () => {
    const seen: string[] = [];
    const start = clock.now();
    clock.schedule(start + 3_000, () => void seen.push('third'));
    clock.schedule(start + 1_000, async () => {
      seen.push('first');
      clock.schedule(start + 2_000, () => void seen.push('second'));
    });
    clock.schedule(start + 5_000, () => void seen.push('beyond'));
    await clock.advance(4_000);
    expect(seen).to.deep.equal(['first', 'second', 'third']);
  });

  it('time stands at what is due when it runs', async () => {
    const start = clock.now();
    let seen = 0;
    clock.schedule(start + 3_600_000, () => {
      seen = clock.now();
    });
    await clock.advance(7_200_000);
    expect(seen).to.be.closeTo(start + 3_600_000, 1_000);
  });

  it('a fast clock reaches tomorrow within moments', async () => {
    let done = false;
    clock.schedule(clock.now() + 86_400_000, () => {
      done = true;
    });
    clock.setSpeed(1_000_000);
    await waitFor('tomorrow', () => done, { timeoutMs: 5_000 });
  });

  it('slowing down keeps the time that was reached', async () => {
    await clock.advance(3_600_000);
    const reached = clock.now();
    clock.setSpeed(0.001);
    expect(clock.now()).to.be.closeTo(reached, 60_000);
  });

  it('what is called off does not run', async () => {
    let done = false;
    const callOff = clock.schedule(clock.now() + 1_000, () => {
      done = true;
    });
    callOff();
    await clock.advance(2_000);
    expect(done).to.equal(false);
  });

  it('two who move it on at once take turns', async () => {
    const start = clock.now();
    await Promise.all([clock.advance(1_000), clock.advance(1_000)]);
    expect(clock.now()).to.be.at.least(start + 2_000);
  });

  it('what works longer than a moment can sleep on it while it is moved on', async () => {
    const start = clock.now();
    let done = false;
    clock.schedule(start + 1_000, async () => {
      await clock.sleep(20);
      done = true;
    });
    await clock.advance(1_000);
    expect(done).to.equal(true);
  });

  it('closing it wakes sleepers and drops what is scheduled', async () => {
    let ran = false;
    clock.schedule(clock.now() + 50, () => {
      ran = true;
    });
    const sleeping = clock.sleep(86_400_000);
    await clock.close();
    await sleeping;
    await clock.sleep(1);
    await clock.advance(100);
    expect(ran).to.equal(false);
  });
});

import { expect } from 'chai';
import { Redis } from 'ioredis';
import { describe, it } from 'mocha';
import { createCapturedLogger } from '../test/captured-logger.ts';
import { reportOutages } from './report-outages.ts';

/** A connection that never connects, whose events the test makes, and a clock that the test sets. */
function createRig(url = 'redis://:p%40ss%2Fw0rd@redis.example:6379/2') {
  const { logger, lines } = createCapturedLogger();
  const redis = new Redis({ lazyConnect: true });
  let atMs = 0;
  reportOutages(redis, { url, name: 'worker' }, logger, () => atMs);
  const fail = (message = 'connect ECONNREFUSED') => redis.emit('error', new Error(message));
  const advance = (ms: number) => {
    atMs += ms;
  };
  const events = () => lines.map((line) => line.event);
  return { lines, events, advance, fail, recover: () => redis.emit('ready') };
}

describe('reportOutages', () => {
  it('writes one line per outage, however many errors it brings, and one at its end', () => {
    const { events, advance, fail, recover } = createRig();
    for (let error = 0; error < 100; error += 1) {
      fail();
      advance(1_000);
    }
    recover();
    expect(events()).to.deep.equal(['redis.away', 'redis.back']);
    fail();
    expect(events()).to.deep.equal(['redis.away', 'redis.back', 'redis.away']);
  });

  it('stays quiet about a connection that comes and goes within seconds', () => {
    const { events, advance, fail, recover } = createRig();
    for (let turn = 0; turn < 9; turn += 1) {
      fail();
      recover();
      advance(1_000);
    }
    expect(events()).to.deep.equal(['redis.away', 'redis.back']);
  });

  it('names the host and neither form of the password', () => {
    const { lines, fail } = createRig();
    fail('refused p%40ss%2Fw0rd and p@ss/w0rd');
    expect(lines[0]).to.include({
      connection: 'worker',
      redis: 'redis.example:6379',
      reason: 'refused *** and ***',
    });
  });
});

import { createMetrics } from '@huidiao/runtime';
import { createStore, dropTestDatabase, type Store } from '@huidiao/store';
import { testMongoUri } from '@huidiao/testing';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { silentLogger as logger } from '../reconciler.fixture.test.ts';
import { planDays, toCheckAt } from './plan-days.ts';

describe('the days whose bill is checked', () => {
  let store: Store;
  let uri: string;
  let now = new Date('2026-11-22T01:00:00Z');
  const clock = { now: () => now };
  before(async () => {
    uri = testMongoUri();
    store = createStore({ uri, logger, metrics: createMetrics({ service: 'test' }), clock });
    await store.migrate();
  });
  after(async () => {
    await store?.close();
    await dropTestDatabase(uri);
  });

  const all = Array.from({ length: 30 }, (_, day) => `2026-11-${String(day + 1).padStart(2, '0')}`);
  const daysOf = async (mchId: string) =>
    (await store.billDays.findMany(mchId, all)).map(({ billDate }) => billDate).sort();

  it('begin with yesterday, at its time of the half hour after 10:00 in Beijing, which differs by merchant', async () => {
    now = new Date('2026-11-22T01:00:00Z');
    const mchId = '1900000001';
    await planDays(store, { mchId }, clock);
    expect(await daysOf(mchId)).to.deep.equal(['2026-11-21']);
    const day = await store.billDays.find(mchId, '2026-11-21');
    expect(day).to.include({ state: 'waiting', runs: 0 });
    expect(day?.dueAt).to.deep.equal(toCheckAt(mchId, '2026-11-21'));
    expect(await store.billDays.claimDue(mchId, 1_000), 'at 9:00').to.equal(undefined);
    const times = Array.from({ length: 50 }, (_, at) => toCheckAt(String(1_900_000_001 + at), '2026-11-21'));
    const earliest = Date.parse('2026-11-22T02:00:00Z');
    for (const time of times) expect(time.getTime() - earliest).to.be.within(0, 30 * 60_000);
    expect(new Set(times.map(Number)).size).to.be.greaterThan(40);
  });

  it('make up for days that were missed, a week at most, and leave alone what is known', async () => {
    const mchId = '1900000002';
    now = new Date('2026-11-10T04:00:00Z');
    await planDays(store, { mchId }, clock);
    const claimed = await store.billDays.claimDue(mchId, 1_000);
    if (claimed === undefined) throw new Error('nothing was due');
    await store.billDays.finish(claimed, { state: 'done' });
    now = new Date('2026-11-13T04:00:00Z');
    await planDays(store, { mchId }, clock);
    await planDays(store, { mchId }, clock);
    expect(await daysOf(mchId)).to.deep.equal(['2026-11-09', '2026-11-10', '2026-11-11', '2026-11-12']);
    expect(await store.billDays.find(mchId, '2026-11-09')).to.include({ state: 'done' });
    expect((await store.billDays.claimDue(mchId, 1_000))?.billDate, 'the oldest first').to.equal(
      '2026-11-10',
    );
    now = new Date('2026-11-29T04:00:00Z');
    await planDays(store, { mchId }, clock);
    expect(await daysOf(mchId), 'too long away')
      .to.include('2026-11-28')
      .and.not.include('2026-11-27');
  });

  it('are kept while the lease is prolonged, and never ended by whoever lost them', async () => {
    const mchId = '1900000003';
    now = new Date('2026-11-22T04:00:00Z');
    await store.billDays.request(mchId, '2026-11-21');
    const first = await store.billDays.claimDue(mchId, 60_000);
    if (first === undefined) throw new Error('nothing was due');
    now = new Date(now.getTime() + 50_000);
    expect(await store.billDays.renew(first, 60_000)).to.equal(true);
    now = new Date(now.getTime() + 50_000);
    expect(await store.billDays.claimDue(mchId, 60_000)).to.equal(undefined);
    now = new Date(now.getTime() + 10_000);
    const second = await store.billDays.claimDue(mchId, 60_000);
    expect(second).to.include({ runs: 2 });
    expect(await store.billDays.renew(first, 60_000)).to.equal(false);
    expect(await store.billDays.finish(first, { state: 'done' })).to.equal(undefined);
    expect(await store.billDays.find(mchId, '2026-11-21')).to.include({ state: 'running', runs: 2 });
  });
});

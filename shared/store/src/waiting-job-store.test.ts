import { toCountedJobId } from '@huidiao/contracts';
import { expect } from 'chai';
import { beforeEach, describe, it } from 'mocha';
import { inParallel, useStore } from './test-store.test.ts';

const minuteMs = 60_000;
let now = new Date('2026-11-22T10:00:00Z');
const clock = { now: () => now };

describe('WaitingJobStore', () => {
  const { waitingJobs } = useStore({ clock }).store;
  let jobs = 0;

  const later = (minutes: number) => new Date(now.getTime() + minutes * minuteMs);
  const idsOf = async (at: Date) =>
    (await waitingJobs.claim({ now: at, limit: 100 })).map(({ id }) => id).toSorted();

  function newJob(data: unknown = { outTradeNo: 'order-1' }) {
    jobs += 1;
    const order = { mchId: '1900000001', outTradeNo: `order-${jobs}` };
    return { id: `apply-payment_${jobs}`, name: 'apply-payment', data, lane: 'bulk', order } as const;
  }

  /** Nothing waits when a test begins. */
  beforeEach(async () => {
    now = later(7 * 24 * 60);
    for (const id of await idsOf(now)) await waitingJobs.remove(id);
  });

  it('gives a job back as it was kept, in its lane, keys that no MongoDB takes included', async () => {
    const job = newJob({ $where: '1', 'a.b': [{ '': null }], text: '信\ud800' });
    await waitingJobs.keep(job);
    const rows = await waitingJobs.claim({ now: later(15), limit: 100 });
    const { order: _order, ...given } = job;
    expect(rows).to.deep.equal([{ ...given, receivedAt: now, claims: 1 }]);
  });

  it('finds those that wait for an order, no more than asked for, and leaves them as they are', async () => {
    const [payment, refund, other] = [newJob(), newJob(), newJob()];
    const { order } = payment;
    for (const job of [payment, { ...refund, order }, other]) await waitingJobs.keep(job);
    const find = async (limit = 10) => {
      const found = await waitingJobs.findWaiting([order, { ...order, mchId: '1900000002' }], { limit });
      return found.map(({ id }) => id).toSorted();
    };
    expect(await find()).to.deep.equal([payment.id, refund.id].toSorted());
    expect(await find(1)).to.have.length(1);
    await waitingJobs.remove(payment.id);
    expect(await find()).to.deep.equal([refund.id]);
    const { data, lane, name } = refund;
    expect(await waitingJobs.findWaiting([order], { limit: 10 })).to.deep.equal([
      { id: refund.id, name, data, lane, receivedAt: now, claims: 0 },
    ]);
    expect(await idsOf(later(15))).to.deep.equal([refund.id, other.id].toSorted());
  });

  it('lets it be for 15 minutes, and for as long again each time that it was given', async () => {
    const job = newJob();
    await waitingJobs.keep(job);
    expect(await idsOf(later(14))).to.deep.equal([]);
    expect(await idsOf(later(15))).to.deep.equal([job.id]);
    expect(await idsOf(later(29))).to.deep.equal([]);
    expect(await idsOf(later(30))).to.deep.equal([job.id]);
  });

  it('gives it to one of eight, and no more than asked for', async () => {
    await inParallel(10, () => waitingJobs.keep(newJob()));
    const claim = () => waitingJobs.claim({ now: later(24 * 60), limit: 3 });
    const claimed = (await inParallel(8, claim)).flat().map(({ id }) => id);
    expect(new Set(claimed).size).to.equal(claimed.length);
    expect(await waitingJobs.claim({ now: later(48 * 60), limit: 3 })).to.have.length(3);
  });

  it('gives it no more once it has a result, under whatever count that has; and again when it waits anew', async () => {
    const job = newJob();
    await waitingJobs.keep(job);
    await waitingJobs.remove(toCountedJobId(job.id, 'heal', 1));
    expect(await idsOf(later(60))).to.deep.equal([]);
    const replay = { ...job, id: toCountedJobId(job.id, 'replay', 1) };
    await waitingJobs.keep(job);
    await waitingJobs.keep(replay);
    expect(await idsOf(later(60))).to.deep.equal([replay.id]);
  });

  it('counts those that wait, up to a number, and none that has a result', async () => {
    const jobs = [newJob(), newJob(), newJob()];
    for (const job of jobs) await waitingJobs.keep(job);
    expect(await waitingJobs.count({ limit: 10 })).to.equal(3);
    expect(await waitingJobs.count({ limit: 2 })).to.equal(2);
    for (const { id } of jobs) await waitingJobs.remove(id);
    expect(await waitingJobs.count({ limit: 10 })).to.equal(0);
  });

  it('has nothing against a job that never waited', async () => {
    const { id } = newJob();
    await waitingJobs.remove(id);
    expect(await idsOf(later(60))).to.deep.equal([]);
  });
});

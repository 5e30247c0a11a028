import { largestJobBytes } from '@huidiao/contracts';
import { dropTestDatabase } from '@huidiao/store';
import { testMongoUri, waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createMongoProxy } from './mongo-proxy.test.ts';
import { createStore } from './store.ts';
import { codeOf, inParallel, quietOptions, useStore } from './test-store.test.ts';

let now = new Date('2026-11-22T10:00:00Z');
const clock = { now: () => now };
const leaseMs = 60_000;
const farAhead = new Date('2036-01-01T00:00:00Z');

describe('InboxStore', () => {
  const { store, uri } = useStore({ clock });
  const { inbox } = store;
  let jobs = 0;

  const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
  const claim = (at = now, limit = 100) => inbox.claim({ now: at, leaseMs, limit });

  function newJob(data: unknown = { outTradeNo: 'order-1' }) {
    jobs += 1;
    return { id: `apply-payment_${jobs}`, name: 'apply-payment' as const, data };
  }

  /** Nothing waits when a test begins. */
  async function empty() {
    while ((await inbox.oldest()) !== undefined)
      for (const row of await claim(new Date('2100-01-01'), 1_000)) await inbox.remove(row);
  }

  it('gives a job back as it was put, keys that no MongoDB takes included', async () => {
    await empty();
    const job = newJob({ $where: '1', 'a.b': [{ '': null }], text: '信\ud800' });
    await inbox.put(job);
    const [row] = await claim();
    expect(row).to.deep.include({ ...job, receivedAt: now, dueAt: later(60), claims: 1, puts: 1 });
  });

  it('keeps one row of a callback that WeChat sends again', async () => {
    await empty();
    const job = newJob();
    for (let times = 0; times < 3; times += 1) await inbox.put(job);
    const rows = await claim();
    expect(rows.map(({ id, puts }) => ({ id, puts }))).to.deep.equal([{ id: job.id, puts: 3 }]);
  });

  it('gives nothing twice before the lease is over, and everything again after it', async () => {
    await empty();
    const job = newJob();
    await inbox.put(job);
    expect(await claim()).to.have.length(1);
    expect(await claim(later(59))).to.deep.equal([]);
    expect((await claim(later(60)))[0]).to.include({ id: job.id, claims: 2 });
  });

  it('gives what has waited longest first, and no more than asked for', async () => {
    await empty();
    const ids: string[] = [];
    for (let minute = 0; minute < 3; minute += 1) {
      const job = newJob();
      ids.unshift(job.id);
      await inbox.put(job);
      now = later(-60);
    }
    expect((await claim(farAhead, 2)).map(({ id }) => id)).to.deep.equal(ids.slice(0, 2));
  });

  it('gives no row to two of eight claimers, and every row to one', async () => {
    await empty();
    const put = await inParallel(40, async () => {
      const job = newJob();
      await inbox.put(job);
      return job.id;
    });
    const claims = (await inParallel(8, () => claim())).flat().map(({ id }) => id);
    expect(claims.toSorted()).to.deep.equal(put.toSorted());
  });

  it('is empty when everything was taken out, and says how much waits and since when until then', async () => {
    await empty();
    const receivedAt = now;
    await inParallel(5, () => inbox.put(newJob()));
    const rows = await claim();
    expect(await inbox.oldest()).to.deep.equal(receivedAt);
    expect(await inbox.count({ limit: 100 })).to.equal(5);
    expect(await inbox.count({ limit: 3 })).to.equal(3);
    for (const row of rows) await inbox.remove(row);
    expect(await inbox.oldest()).to.equal(undefined);
    expect(await inbox.count({ limit: 100 })).to.equal(0);
    expect(await claim(farAhead)).to.deep.equal([]);
  });

  it('takes a job again that was taken out before: it may have died since', async () => {
    await empty();
    const job = newJob({ attempt: 1 });
    await inbox.put(job);
    for (const row of await claim()) await inbox.remove(row);
    now = later(30);
    await inbox.put({ ...job, data: { attempt: 2 } });
    const [row] = await claim();
    expect(row).to.deep.include({ id: job.id, data: { attempt: 2 }, receivedAt: now });
  });

  it('keeps a row that was put again while its job was being added', async () => {
    await empty();
    const job = newJob();
    await inbox.put(job);
    const [claimed] = await claim();
    await inbox.put(job);
    if (claimed !== undefined) await inbox.remove(claimed);
    expect((await claim(later(60))).map(({ id }) => id)).to.deep.equal([job.id]);
  });

  it('keeps the largest job that a queue takes, and refuses a larger one', async () => {
    await empty();
    const largest = newJob('x'.repeat(largestJobBytes - 2));
    await inbox.put(largest);
    expect(await codeOf(inbox.put(newJob('x'.repeat(largestJobBytes - 1))))).to.equal('JOB_INVALID');
    expect(await codeOf(inbox.put(newJob('信'.repeat(largestJobBytes / 3 + 1))))).to.equal('JOB_INVALID');
    const [row] = await claim();
    expect(row?.data).to.have.length(largestJobBytes - 2);
    if (row !== undefined) await inbox.remove(row);
  });

  it('acknowledges a job once a majority has it in its journal, and a job that MongoDB had once is still there', async () => {
    await empty();
    const proxy = await createMongoProxy(uri, 'through');
    const limits = { selectionTimeoutMs: 400, socketTimeoutMs: 400 };
    const ingress = createStore({ ...quietOptions(), ...limits, clock, uri: proxy.uri });
    try {
      const job = newJob();
      await ingress.inbox.put(job);
      const put = proxy.commands.find((command) => 'findAndModify' in command);
      expect(put?.writeConcern).to.deep.equal({ w: 'majority', wtimeout: 400, j: true });
      proxy.setMode('away');
      expect(await codeOf(ingress.inbox.put(newJob()))).to.equal('STORE_UNAVAILABLE');
      expect((await claim()).map(({ id }) => id)).to.deep.equal([job.id]);
      proxy.setMode('through');
      await waitFor('the inbox to take jobs again', () => ingress.isReady());
      await ingress.inbox.put(newJob());
    } finally {
      await ingress.close();
      await proxy.close();
    }
  });

  it('reads no more at once than one reply of MongoDB holds, and lets it delete what was taken out', async () => {
    const other = testMongoUri();
    const proxy = await createMongoProxy(other, 'through');
    const own = createStore({ ...quietOptions(), uri: proxy.uri, clock });
    try {
      const job = newJob();
      await own.inbox.put(job);
      for (const row of await own.inbox.claim({ now, leaseMs, limit: 1 })) await own.inbox.remove(row);
      const reading = proxy.commands.find((command) => 'find' in command);
      expect(reading).to.include({ limit: 1, singleBatch: true });
      const removal = proxy.commands.findLast((command) => 'findAndModify' in command);
      expect(removal?.update).to.deep.equal({
        $set: { expiresAt: now },
        $unset: { dueAt: 1, dataJson: 1, receivedAt: 1 },
      });
      await own.inbox.put(job);
      const putBack = proxy.commands.findLast((command) => 'findAndModify' in command);
      expect(putBack?.update).to.deep.include({ $unset: { expiresAt: 1 } });
    } finally {
      await own.close();
      await proxy.close();
      await dropTestDatabase(other);
    }
  });
});

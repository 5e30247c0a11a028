import type { DeadLetter } from '@huidiao/contracts';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { DeadLetterListOptions, StoredDeadLetter } from './dead-letter.ts';
import { codeOf, inParallel, useStore } from './test-store.test.ts';

const noon = new Date('2026-11-22T12:00:00Z');
const at = (minutes: number) => new Date(noon.getTime() + minutes * 60_000);

describe('a list of dead letters', () => {
  const { deadLetters } = useStore().store;
  let jobs = 0;

  async function die(changes: Partial<DeadLetter> = {}): Promise<DeadLetter> {
    jobs += 1;
    const deadLetter = {
      queue: 'payment-event',
      jobId: `apply-payment_${jobs}`,
      jobName: 'apply-payment',
      payload: { payment: { mchId: '1900000001', outTradeNo: `order-${jobs}`, amountFen: 100 } },
      errorCode: 'ORDER_AMOUNT_DIFFERS',
      reason: 'The amount paid is not that of the order.',
      details: {},
      attempts: 1,
      firstAttemptAt: noon,
      failedAt: noon,
      ...changes,
    };
    await deadLetters.store(deadLetter);
    return deadLetter;
  }

  /** Reads page after page to the end. */
  async function listAll(options: DeadLetterListOptions): Promise<StoredDeadLetter[][]> {
    const pages: StoredDeadLetter[][] = [];
    let after: string | undefined;
    do {
      const page = await deadLetters.list({ ...options, after });
      pages.push([...page.deadLetters]);
      after = page.next;
    } while (after !== undefined);
    return pages;
  }

  const idsOf = (rows: readonly { jobId: string }[]) => rows.map(({ jobId }) => jobId);

  it('has the latest first, one state only, at most as many as asked for', async () => {
    const queue = 'first';
    const made = [await die({ queue, failedAt: at(1) }), await die({ queue, failedAt: at(3) })];
    made.push(await die({ queue, failedAt: at(2) }));
    const list = async () => idsOf((await deadLetters.list({ queue, state: 'open', limit: 2 })).deadLetters);
    expect(await list()).to.deep.equal([made[1]?.jobId, made[2]?.jobId]);
    await deadLetters.resolve(queue, String(made[1]?.jobId));
    expect(await list()).to.deep.equal([made[2]?.jobId, made[0]?.jobId]);
  });

  it('comes page by page, each dead letter once, those of one millisecond too', async () => {
    const queue = 'pages';
    const made = await inParallel(20, (index) => die({ queue, failedAt: at(Math.floor(index / 8)) }));
    const pages = await listAll({ queue, limit: 3 });
    expect(pages.map((page) => page.length)).to.deep.equal([3, 3, 3, 3, 3, 3, 2]);
    const rows = pages.flat();
    expect(idsOf(rows).toSorted()).to.deep.equal(idsOf(made).toSorted());
    const times = rows.map(({ failedAt }) => failedAt.getTime());
    expect(times).to.deep.equal(times.toSorted((a, b) => b - a));
  });

  it('ends with the page that has the last one', async () => {
    const queue = 'exact';
    await inParallel(4, () => die({ queue }));
    expect((await listAll({ queue, limit: 2 })).map((page) => page.length)).to.deep.equal([2, 2]);
    expect((await listAll({ queue: 'none', limit: 2 })).flat()).to.deep.equal([]);
  });

  it('is not confused by what changes while one pages through it', async () => {
    const queue = 'moving';
    const made = await inParallel(5, (index) => die({ queue, failedAt: at(index) }));
    const { next } = await deadLetters.list({ queue, limit: 2 });
    const last = made[3];
    if (last !== undefined) await deadLetters.store({ ...last, failedAt: at(99) });
    const rest = await deadLetters.list({ queue, limit: 10, after: next });
    expect(idsOf(rest.deadLetters)).to.deep.equal(idsOf([2, 1, 0].map((index) => made[index] as DeadLetter)));
  });

  it('can be narrowed by everything that one might ask for', async () => {
    const queue = 'narrow';
    const payload = { payment: { mchId: '1900000002', outTradeNo: 'order-narrow', amountFen: 1 } };
    const wanted = await die({
      queue,
      payload,
      jobName: 'fulfil-order',
      errorCode: 'SHOP_GONE',
      failedAt: at(5),
    });
    await die({ queue, failedAt: at(4) });
    await die({ queue, failedAt: at(6) });
    const { fingerprint = '' } = (await deadLetters.find(queue, wanted.jobId)) ?? {};
    const filters: Omit<DeadLetterListOptions, 'limit'>[] = [
      { jobName: 'fulfil-order' },
      { errorCode: 'SHOP_GONE' },
      { fingerprint },
      { mchId: '1900000002' },
      { outTradeNo: 'order-narrow' },
      { since: at(5), until: at(5) },
      { since: at(5), until: at(5), mchId: '1900000002', state: 'open' },
    ];
    for (const filter of filters) {
      const { deadLetters: rows } = await deadLetters.list({ queue, ...filter, limit: 10 });
      expect(idsOf(rows), JSON.stringify(filter)).to.deep.equal([wanted.jobId]);
    }
    expect((await listAll({ queue, since: at(5), limit: 1 })).flat()).to.have.length(2);
    expect((await listAll({ queue, until: at(5), limit: 1 })).flat()).to.have.length(2);
    expect((await deadLetters.list({ queue, state: 'discarded', limit: 10 })).deadLetters).to.deep.equal([]);
  });

  it('leaves out none of one millisecond that are too large for one reply', async () => {
    const queue = 'large';
    const made = await inParallel(3, () => die({ queue, payload: { body: 'x'.repeat(600_000) } }));
    const pages = await listAll({ queue, limit: 100 });
    expect(idsOf(pages.flat()).toSorted()).to.deep.equal(idsOf(made).toSorted());
  });

  it('refuses to begin after something that is no end of a page', async () => {
    for (const after of [
      '',
      'nonsense',
      'W10',
      'WyJhIiwxXQ',
      Buffer.from('[1e99,"a"]').toString('base64url'),
    ])
      expect(await codeOf(deadLetters.list({ limit: 1, after }))).to.equal('REQUEST_INVALID');
  });

  describe('in groups of one probable cause', () => {
    it('counts them, sums their amounts, and names the times and the latest as an example', async () => {
      const queue = 'groups';
      await die({ queue, failedAt: at(1) });
      const last = await die({ queue, failedAt: at(3) });
      await die({ queue, failedAt: at(2), payload: {} });
      const other = await die({ queue, errorCode: 'ORDER_UNKNOWN' });
      const { groups, isComplete } = await deadLetters.groups({ queue });
      expect(isComplete).to.equal(true);
      expect(groups.map(({ fingerprint: _fingerprint, ...group }) => group)).to.deep.equal([
        {
          queue,
          jobName: 'apply-payment',
          errorCode: 'ORDER_AMOUNT_DIFFERS',
          count: 3,
          firstFailedAt: at(1),
          lastFailedAt: at(3),
          exampleId: `${queue}/${last.jobId}`,
          amountFen: 200,
        },
        {
          queue,
          jobName: 'apply-payment',
          errorCode: 'ORDER_UNKNOWN',
          count: 1,
          firstFailedAt: noon,
          lastFailedAt: noon,
          exampleId: `${queue}/${other.jobId}`,
          amountFen: 100,
        },
      ]);
    });

    it('counts only what fits the filter', async () => {
      const queue = 'filtered';
      const gone = await die({ queue });
      await die({ queue });
      await deadLetters.discard(`${queue}/${gone.jobId}`, { reason: 'no use', by: 'operator-1' });
      const { groups } = await deadLetters.groups({ queue, state: 'open' });
      expect(groups.map(({ count }) => count)).to.deep.equal([1]);
    });
  });
});

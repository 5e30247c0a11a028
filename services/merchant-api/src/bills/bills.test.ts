import { MerchantApiProblem } from '@huidiao/client';
import { type BillDay, type BillFate, type BillTally, billFates } from '@huidiao/store';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { mchId, type RunningApi, startMerchantApi } from '../merchant-api.fixture.test.ts';

const billDate = '2026-11-21';
const beforeTen = new Date('2026-11-22T01:59:00Z');
const afterTen = new Date('2026-11-22T02:00:00Z');

describe('bills over HTTP', () => {
  let api: RunningApi;
  let now = beforeTen;
  before(async () => {
    api = await startMerchantApi({ clock: { now: () => now } });
  });
  after(() => api?.close());

  const at = (date: string) => ({ params: { bill_date: date } });
  const problemOf = (answer: Promise<unknown>): Promise<MerchantApiProblem> =>
    answer.then(
      () => expect.fail('it was answered'),
      (error: unknown) => (error instanceof MerchantApiProblem ? error : expect.fail(String(error))),
    );

  /** As a reconciler does; other days that are due are given up. */
  async function claim(day: string): Promise<BillDay> {
    const { billDays } = api.context.store;
    for (;;) {
      const claimed = await billDays.claimDue(mchId, 60_000);
      if (claimed === undefined) throw new Error('nothing is due');
      if (claimed.billDate === day) return claimed;
      await billDays.finish(claimed, { state: 'failed', errorCode: 'BILL_NOT_UNDERSTOOD' });
    }
  }

  it('cannot be checked before ten, and the answer says when', async () => {
    now = beforeTen;
    const problem = await problemOf(api.client.checkBill(at(billDate)));
    expect(problem).to.include({ status: 409, code: 'BILL_NOT_READY', retryAfterSeconds: 60 });
    expect(String(problem)).to.include('2026-11-22T02:00:00.000Z');
    expect(await api.context.store.billDays.find(mchId, billDate)).to.equal(undefined);
  });

  it('cannot be checked for a day that is not over, or long ago, or none', async () => {
    now = afterTen;
    for (const date of ['2026-11-22', '2026-12-01', '2026-08-23']) {
      expect(await problemOf(api.client.checkBill(at(date))), date).to.include({
        status: 409,
        code: 'BILL_DATE_NOT_POSSIBLE',
      });
    }
    for (const date of ['2026-02-30', '20261121', 'today']) {
      const asked = await problemOf(api.client.checkBill(at(date)));
      expect(asked, date).to.include({ status: 400, code: 'REQUEST_INVALID' });
      expect(asked.problem.errors?.map(({ field }) => field)).to.deep.equal(['bill_date']);
      const read = problemOf(api.client.readBillProof(at(date)));
      expect(await read, date).to.include({ status: 404, code: 'BILL_NOT_CHECKED' });
    }
    expect((await api.client.checkBill(at('2026-08-24'))).status).to.equal(202);
  });

  it('are checked when somebody asks, once for any number of requests, and only for the one who asked', async () => {
    now = afterTen;
    expect(await problemOf(api.client.readBillProof(at(billDate)))).to.include({ code: 'BILL_NOT_CHECKED' });
    const answers = await Promise.all([1, 2, 3].map(() => api.client.checkBill(at(billDate))));
    for (const { status, body } of answers) {
      expect(status).to.equal(202);
      const due = { due_at: afterTen.toISOString(), requested_at: afterTen.toISOString() };
      expect(body).to.deep.equal({ mchid: mchId, bill_date: billDate, state: 'waiting', ...due });
    }
    expect(await claim(billDate)).to.include({ runs: 1 });
    expect((await api.client.readBillProof(at(billDate))).body).to.include({ state: 'running' });
    const other = problemOf(api.clientOf(api.otherKey).readBillProof(at(billDate)));
    expect(await other).to.include({ code: 'BILL_NOT_CHECKED' });
  });

  it('are proved in count, fen and yuan', async () => {
    now = afterTen;
    const day = '2026-11-19';
    const { billDays } = api.context.store;
    await billDays.request(mchId, day);
    const claimed = await claim(day);
    const tally = (sums: Partial<Record<BillFate, { count: number; fen: number }>>) =>
      Object.fromEntries(billFates.map((fate) => [fate, sums[fate] ?? { count: 0, fen: 0 }])) as BillTally;
    const payments = tally({
      received: { count: 2, fen: 1_776 },
      lacking: { count: 1, fen: 5 },
      notOurs: { count: 9, fen: 99_999 },
    });
    const refunds = tally({ healedByBill: { count: 1, fen: 100 } });
    await billDays.finish(claimed, { state: 'done', proof: { rows: 12, payments, refunds, others: 1 } });

    const { body } = await api.client.readBillProof(at(day));
    expect(body).to.include({ state: 'done', checked_at: afterTen.toISOString() });
    expect(body).to.not.have.property('due_at');
    const { proof } = body;
    expect(proof).to.include({ rows: 12, others: 1 });
    const zero = { count: 0, total: 0, yuan: '0.00' };
    expect(proof?.payments).to.deep.equal({
      expected: { count: 3, total: 1_781, yuan: '17.81' },
      received: { count: 2, total: 1_776, yuan: '17.76' },
      healed_by_query: zero,
      healed_by_bill: zero,
      known: zero,
      open: zero,
      unregistered: zero,
      differing: zero,
      lacking: { count: 1, total: 5, yuan: '0.05' },
      not_ours: { count: 9, total: 99_999, yuan: '999.99' },
    });
    expect(proof?.refunds.healed_by_bill).to.deep.equal({ count: 1, total: 100, yuan: '1.00' });
  });
});

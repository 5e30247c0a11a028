import { toCountedJobId } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { newOrder, newOutTradeNo } from '../reconciler.fixture.test.ts';
import {
  type DeadLetterBench,
  newPaymentJob,
  openDeadLetterBench,
  toReplayId,
} from './dead-letters.fixture.test.ts';

const succeeds = () => ({ outcome: 'paid' });

describe('the command dead-letters replay', () => {
  let bench: DeadLetterBench;
  before(async () => {
    bench = await openDeadLetterBench();
  });
  after(() => bench.close());

  /** Redis' job of a replay of a dead letter. */
  const findReplay = (id: string, count: number) =>
    bench.reader.find('payment-event', toReplayId(id, count), 'bulk');

  it('resolves the dead letter of a payment whose order was registered since', async () => {
    const { store, state } = bench;
    const outTradeNo = newOutTradeNo();
    const job = newPaymentJob(outTradeNo);
    const [id = ''] = await bench.letDie(1, 'ORDER_UNKNOWN', [job]);
    state.handler = async ({ payment }, attempt) => {
      const order = await store.orders.find(payment.mchId, payment.outTradeNo);
      if (order === undefined) throw new AppError('ORDER_UNKNOWN');
      await store.orders.pay(order, payment, { eventKey: attempt.jobId, effects: [], late: false });
      return { outcome: 'paid' };
    };
    const early = await bench.run(['replay', id]);
    expect(early).to.include({ code: 1 });
    expect(early.out).to.match(/^replayed 1, resolved so far 0, died again 1,/);
    expect(early.err).to.match(/stopped: the first one died again/);

    await store.orders.register(newOrder({ outTradeNo }));
    const { code, out, err } = await bench.run(['replay', '--order', outTradeNo, '--by', 'operator-1']);
    expect(code, err).to.equal(0);
    expect(out).to.equal(
      'replayed 1, resolved so far 1, died again 0, not settled yet 0, skipped 0, refused 0\n',
    );
    const row = await bench.row(id);
    expect(row).to.include({ state: 'resolved', times: 2, replays: 2 });
    expect(row.history.at(-1)).to.include({ action: 'replayed', by: 'operator-1' });
    expect((await store.orders.find(job.data.payment.mchId, outTradeNo))?.status).to.equal('paid');
    expect(state.runs).to.deep.equal([1, 2].map((count) => toCountedJobId(job.id, 'replay', count)));
  });

  it('adds to the bulk lane', async () => {
    const lanes: string[] = [];
    const [id = ''] = await bench.letDie(1);
    bench.state.handler = (_data, { lane }) => {
      lanes.push(lane);
      return { outcome: 'paid' };
    };
    expect(await bench.run(['replay', id])).to.include({ code: 0 });
    expect(lanes).to.deep.equal(['bulk']);
  });

  it('leaves all others alone when the first one dies again', async () => {
    const ids = await bench.letDie(3);
    const { code, out, err } = await bench.run(['replay', ...ids, '--json']);
    expect(code).to.equal(1);
    expect(JSON.parse(out)).to.include({
      replayed: 1,
      diedAgain: 1,
      untouched: 2,
      stopped: 'first_died_again',
    });
    expect(err).to.match(/mend the cause first/);
    expect(bench.state.runs).to.have.length(1);
    expect((await Promise.all(ids.map(bench.row))).map(({ replays }) => replays)).to.deep.equal([1, 0, 0]);
  });

  it('replays each once when two people replay the same at once, and nothing when it is run again', async () => {
    const ids = await bench.letDie(8);
    bench.state.handler = succeeds;
    const [one, two] = await Promise.all([bench.run(['replay', ...ids]), bench.run(['replay', ...ids])]);
    expect([one.code, two.code], one.err + two.err).to.deep.equal([0, 0]);
    expect(bench.state.runs.toSorted()).to.deep.equal(ids.map((id) => toReplayId(id, 1)).toSorted());
    expect(new Set(await bench.statesOf(ids))).to.deep.equal(new Set(['resolved']));
    const again = await bench.run(['replay', ...ids]);
    expect(again).to.include({ code: 0 });
    expect(again.out).to.match(/^replayed 0, .* skipped 8,/);
    expect(bench.state.runs).to.have.length(8);
  });

  it('refuses a job that its schema refuses by now, in words, and leaves it open', async () => {
    const { id } = await bench.put({ payload: { payment: { mchId: 'x' } } });
    const { code, err } = await bench.run(['replay', id]);
    expect(code).to.equal(1);
    expect(err).to.match(/^refused payment-event.*: JOB_INVALID: .*payment\.appId/);
    expect(await bench.row(id)).to.include({ state: 'open', replays: 0 });
    const unknown = await bench.put({ jobName: 'apply-magic' });
    expect((await bench.run(['replay', unknown.id])).err).to.match(/JOB_INVALID: .*no job of this name/);
  });

  it('refuses what was discarded and what is not there', async () => {
    const { id } = await bench.put();
    await bench.store.deadLetters.discard(id, { reason: 'tested', by: 'operator-1' });
    const { code, err } = await bench.run(['replay', id, 'payment-event/nobodys']);
    expect(code).to.equal(1);
    expect(err)
      .to.match(/refused .*: it was discarded/)
      .and.match(/nobodys: no dead letter has this ID/);
    expect(await bench.row(id)).to.include({ state: 'discarded', replays: 0 });
    expect(await findReplay(id, 0)).to.equal(undefined);
  });

  it('delivers no refunded payment that nobody decided on', async () => {
    const [refunded = ''] = await bench.letDie(1, 'ORDER_REFUND_SEEN');
    bench.state.handler = succeeds;
    const swept = await bench.run(['replay', '--since', '1h', '--job', 'apply-payment']);
    expect(swept.err).to.match(/left out 1 of ORDER_REFUND_SEEN/);
    expect(await bench.row(refunded)).to.include({ state: 'open', replays: 0 });
    expect(await bench.run(['replay', '--code', 'ORDER_REFUND_SEEN'])).to.include({ code: 0 });
    expect(await bench.row(refunded)).to.include({ state: 'resolved' });
  });

  it('only counts in a dry run, and needs no Redis for it', async () => {
    const rows = await Promise.all([bench.put(), bench.put({ payload: { mchId: '1900000001' } })]);
    const ids = rows.map(({ id }) => id);
    const { REDIS_URL: _url, ...env } = bench.env;
    const dry = await bench.run(['replay', ...ids, '--dry-run'], { env });
    expect(dry).to.deep.equal({
      code: 0,
      out: 'would replay 2: ¥8.88 (1 of them name no amount); nothing was changed\n',
      err: '',
    });
    expect(await Promise.all(ids.map(bench.row))).to.deep.equal(rows);
    expect(await findReplay(ids[0] ?? '', 1)).to.equal(undefined);
    const json = await bench.run([
      'discard',
      '--limit',
      '1',
      '--state',
      'open',
      '--reason',
      'x',
      '--dry-run',
      '--json',
    ]);
    expect(JSON.parse(json.out)).to.include({ count: 1, hasMore: true });
    expect(await bench.statesOf(ids)).to.deep.equal(['open', 'open']);
  });

  it('takes no more than the limit, the latest first', async () => {
    const [early = '', late = ''] = [...(await bench.letDie(1)), ...(await bench.letDie(1))];
    bench.state.handler = succeeds;
    const { code, err } = await bench.run([
      'replay',
      '--since',
      '1h',
      '--job',
      'apply-payment',
      '--limit',
      '1',
    ]);
    expect(code, err).to.equal(0);
    expect(err).to.match(/more fit; these are the latest 1/);
    expect(await bench.statesOf([early, late])).to.deep.equal(['open', 'resolved']);
  });
});

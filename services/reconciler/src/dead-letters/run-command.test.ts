import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { newOutTradeNo } from '../reconciler.fixture.test.ts';
import {
  type DeadLetterBench,
  newPaymentJob,
  openDeadLetterBench,
  openId,
  run,
} from './dead-letters.fixture.test.ts';

describe('the command dead-letters', () => {
  let bench: DeadLetterBench;
  before(async () => {
    bench = await openDeadLetterBench();
    await bench.stopWorker();
  });
  after(() => bench.close());

  describe('discard', () => {
    it('keeps why and by whom, and takes only what fits', async () => {
      const outTradeNo = newOutTradeNo();
      const job = newPaymentJob(outTradeNo);
      const wanted = await bench.put({ jobId: job.id, payload: job.data });
      const other = await bench.put();
      const line = ['discard', '--order', outTradeNo, '--reason', 'refunded by hand', '--by', 'operator-1'];
      expect(await bench.run(line)).to.deep.equal({ code: 0, out: 'discarded 1, refused 0\n', err: '' });
      const { state, history } = await bench.row(wanted.id);
      expect(state).to.equal('discarded');
      expect(history[0]).to.include({ action: 'discarded', by: 'operator-1', reason: 'refunded by hand' });
      expect(await bench.statesOf([other.id])).to.deep.equal(['open']);
      expect(await bench.run(['discard', wanted.id, '--reason', 'again'])).to.include({ code: 1 });
    });

    it('names the login name unless it is told another', async () => {
      const { id } = await bench.put();
      await bench.run(['discard', id, '--reason', 'tested']);
      expect((await bench.row(id)).history[0]?.by).to.match(/^\S+$/);
    });

    it('does nothing without a reason', async () => {
      const { id } = await bench.put();
      expect(await bench.run(['discard', id])).to.include({ code: 2, out: '' });
      expect(await bench.statesOf([id])).to.deep.equal(['open']);
    });
  });

  describe('list, show and groups', () => {
    it('find by each filter what fits it, and nothing else', async () => {
      const jobs = [newPaymentJob(), newPaymentJob()] as const;
      const [one] = jobs;
      const wanted = await bench.put({ jobId: one.id, payload: one.data, errorCode: 'ORDER_PAID_TWICE' });
      const { mchId: _mchId, ...payment } = jobs[1].data.payment;
      const failedAt = new Date('2026-01-04T10:00:00Z');
      const other = await bench.put({
        jobId: 'x',
        queue: 'order-fulfilment',
        jobName: 'fulfil-order',
        payload: { ...jobs[1].data, payment: { ...payment, mchId: '1900000002' } },
        failedAt,
      });
      const filters: string[][] = [
        ['--code', 'ORDER_PAID_TWICE'],
        ['--queue', 'payment-event'],
        ['--job', 'apply-payment'],
        ['--merchant', '1900000001'],
        ['--order', one.data.payment.outTradeNo],
        ['--group', wanted.fingerprint],
        ['--fingerprint', wanted.fingerprint],
        ['--since', '2026-01-05T10:10:00Z', '--until', '2026-01-05T10:10:00Z'],
      ];
      for (const filter of filters) {
        const { out } = await bench.run(['list', ...filter, '--limit', '1000', '--json']);
        const { deadLetters } = JSON.parse(out) as { deadLetters: { id: string }[] };
        const ids = deadLetters.map(({ id }) => id);
        expect(ids, filter.join(' ')).to.include(wanted.id).and.not.include(other.id);
      }
    });

    it('list what is open unless told otherwise', async () => {
      const { id } = await bench.put();
      const lists = async (...args: string[]) =>
        (await bench.run(['list', '--limit', '1000', ...args])).out.includes(id);
      expect([await lists(), await lists('--state', 'replayed')]).to.deep.equal([true, false]);
      await bench.store.deadLetters.takeForReplay(id);
      expect([await lists(), await lists('--state', 'replayed')]).to.deep.equal([false, true]);
      expect(await lists('--state', 'all')).to.equal(true);
    });

    it('show one by its ID or by that of a repetition, without saying who paid', async () => {
      const { id } = await bench.put();
      const { code, out } = await bench.run(['show', `${id}~replay-3`]);
      expect(code).to.equal(0);
      expect(out)
        .to.match(/what to do/)
        .and.include('****eS6o')
        .and.not.include(openId);
      const missing = await bench.run(['show', 'payment-event/nobodys']);
      expect(missing).to.include({ code: 1, out: '' });
      expect(missing.err).to.match(/no dead letter has the ID payment-event\/nobodys/);
    });

    it('group what probably has one cause, with count, yuan and an example', async () => {
      const rows = await Promise.all([
        bench.put({ errorCode: 'ORDER_IDS_DIFFER' }),
        bench.put({ errorCode: 'ORDER_IDS_DIFFER' }),
      ]);
      const { out } = await bench.run(['groups', '--code', 'ORDER_IDS_DIFFER']);
      expect(out).to.match(/^2 x ORDER_IDS_DIFFER {2}¥17\.76 {2}payment-event\/apply-payment {2}since 2026/);
      expect(out)
        .to.include(rows[0].fingerprint)
        .and.match(/example payment-event\//);
      const json = await bench.run(['groups', '--code', 'ORDER_IDS_DIFFER', '--json']);
      expect(JSON.parse(json.out)).to.have.nested.property('groups[0].count', 2);
    });
  });

  describe('what is wrong is said', () => {
    it('of the usage, with exit code 2', async () => {
      const { code, out, err } = await run(['replay']);
      expect({ code, out }).to.deep.equal({ code: 2, out: '' });
      expect(err).to.match(/^dead-letters: it is not said which.*\n.* -- help` shows all\n$/);
    });

    it('of the environment, with the names of the variables', async () => {
      expect((await run(['list'])).err)
        .to.match(/CONFIG_INVALID[\s\S]*MONGODB_URI/)
        .and.not.match(/REDIS/);
      const { code, err } = await run(['replay', 'payment-event/1']);
      expect(code).to.equal(1);
      expect(err)
        .to.match(/MONGODB_URI/)
        .and.match(/REDIS_URL/);
    });
  });
});

import type { DeadLetter } from '@huidiao/contracts';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { inParallel, useStore } from './test-store.test.ts';

describe('DeadLetterStore', () => {
  const { deadLetters } = useStore().store;
  let jobs = 0;

  function newDeadLetter(changes: Partial<DeadLetter> = {}): DeadLetter {
    jobs += 1;
    return {
      queue: 'payment-event',
      jobId: `apply-payment_${jobs}`,
      jobName: 'apply-payment',
      payload: { outTradeNo: `order-${jobs}` },
      errorCode: 'ORDER_AMOUNT_DIFFERS',
      reason: 'The amount paid is not that of the order.',
      details: { orderAmountFen: 888, paidAmountFen: 1 },
      attempts: 1,
      firstAttemptAt: new Date('2026-11-22T10:00:00Z'),
      failedAt: new Date('2026-11-22T10:01:00Z'),
      ...changes,
    };
  }

  it('keeps everything that a person needs to judge it', async () => {
    const deadLetter = newDeadLetter();
    await deadLetters.store(deadLetter);
    const stored = await deadLetters.find(deadLetter.queue, deadLetter.jobId);
    expect(stored).to.deep.include({ ...deadLetter, state: 'open', times: 1 });
    expect(stored?.id).to.equal(`payment-event/${deadLetter.jobId}`);
    expect(stored?.fingerprint).to.match(/^[0-9a-f]{64}$/);
  });

  it('updates the one row when the job dies again, and counts', async () => {
    const first = newDeadLetter();
    await deadLetters.store(first);
    const again = {
      ...first,
      errorCode: 'STORE_UNAVAILABLE',
      attempts: 4,
      firstAttemptAt: new Date('2026-11-22T11:00:00Z'),
      failedAt: new Date('2026-11-22T11:01:00Z'),
    };
    await deadLetters.store(again);
    const stored = await deadLetters.find(first.queue, first.jobId);
    expect(stored).to.include({ errorCode: 'STORE_UNAVAILABLE', attempts: 4, times: 2, state: 'open' });
    expect(stored?.firstAttemptAt).to.deep.equal(first.firstAttemptAt);
    expect(stored?.failedAt).to.deep.equal(again.failedAt);
  });

  it('makes one row of 16 that are stored at once', async () => {
    const deadLetter = newDeadLetter();
    await inParallel(16, () => deadLetters.store(deadLetter));
    expect(await deadLetters.find(deadLetter.queue, deadLetter.jobId)).to.include({ times: 16 });
  });

  it('is resolved by a later success and reopened by a later death', async () => {
    const deadLetter = newDeadLetter();
    const { queue, jobId } = deadLetter;
    await deadLetters.store(deadLetter);
    await deadLetters.resolve(queue, jobId);
    const resolved = await deadLetters.find(queue, jobId);
    expect(resolved?.state).to.equal('resolved');
    expect(resolved?.resolvedAt).to.be.instanceOf(Date);
    await deadLetters.store(deadLetter);
    const reopened = await deadLetters.find(queue, jobId);
    expect(reopened).to.include({ state: 'open', times: 2 });
    expect(reopened?.resolvedAt).to.equal(undefined);
  });

  it('resolves nothing for a job that never died', async () => {
    await deadLetters.resolve('payment-event', 'lived');
    expect(await deadLetters.find('payment-event', 'lived')).to.equal(undefined);
  });

  it('gives dead letters of one probable cause one fingerprint', async () => {
    const [one, two, other] = [
      newDeadLetter(),
      newDeadLetter(),
      newDeadLetter({ errorCode: 'ORDER_UNKNOWN' }),
    ];
    const prints = await Promise.all(
      [one, two, other].map(async (deadLetter) => {
        await deadLetters.store(deadLetter);
        return (await deadLetters.find(deadLetter.queue, deadLetter.jobId))?.fingerprint;
      }),
    );
    expect(prints[0]).to.equal(prints[1]);
    expect(prints[0]).not.to.equal(prints[2]);
  });

  it('keeps payloads that no MongoDB takes as they are', async () => {
    const payload = {
      $where: '1',
      'a.b': { '': null, $set: { __proto__: 1 } },
      empty: {},
      lone: '\ud800',
      list: [[]],
    };
    const deadLetter = newDeadLetter({ payload, details: { 'amount.total': 1, $x: [] } });
    await deadLetters.store(deadLetter);
    const stored = await deadLetters.find(deadLetter.queue, deadLetter.jobId);
    expect(stored?.payload).to.deep.equal(payload);
    expect(stored?.details).to.deep.equal(deadLetter.details);
  });

  it('keeps a payload of nothing, and one of 1.5 MB', async () => {
    const nothing = newDeadLetter({ payload: undefined });
    const much = newDeadLetter({ payload: { body: '信'.repeat(500_000) } });
    for (const deadLetter of [nothing, much]) await deadLetters.store(deadLetter);
    expect((await deadLetters.find(nothing.queue, nothing.jobId))?.payload).to.equal(null);
    expect((await deadLetters.find(much.queue, much.jobId))?.payload).to.deep.equal(much.payload);
  });

  describe('what people do with one', () => {
    async function stored(): Promise<string> {
      const deadLetter = newDeadLetter();
      const { queue, jobId } = deadLetter;
      await deadLetters.store(deadLetter);
      return `${queue}/${jobId}`;
    }

    const actionsOf = async (id: string) =>
      (await deadLetters.findById(id))?.history.map(({ at: _at, ...action }) => action);

    it('numbers the replays, so that each has a job id of its own', async () => {
      const id = await stored();
      expect(await deadLetters.findById(id)).to.deep.include({ replays: 0, history: [] });
      const taken = await deadLetters.takeForReplay(id, { by: 'operator-1' });
      expect(taken).to.include({ id, state: 'replayed', replays: 1 });
      const again = await deadLetters.takeForReplay(id);
      expect(again).to.include({ state: 'replayed', replays: 2 });
      expect(await actionsOf(id)).to.deep.equal([
        { action: 'replayed', by: 'operator-1' },
        { action: 'replayed' },
      ]);
    });

    it('gives 16 simultaneous replays 16 numbers', async () => {
      const id = await stored();
      const taken = await inParallel(16, () => deadLetters.takeForReplay(id));
      const numbers = taken.map((one) => one?.replays ?? 0).toSorted((a, b) => a - b);
      expect(numbers).to.deep.equal(Array.from({ length: 16 }, (_, index) => index + 1));
    });

    it('hears one of 16 who decide at the same moment', async () => {
      const id = await stored();
      const decisions = await inParallel(16, (index) =>
        deadLetters.decide(id, { kind: `kind-${index}`, by: 'b', note: 'n' }, { times: 1, to: 'replayed' }),
      );
      const heard = decisions.filter((one) => one !== undefined);
      expect(heard).to.have.length(1);
      const kept = await deadLetters.findById(id);
      expect(kept).to.deep.include({ state: 'replayed', replays: 1, decision: heard[0]?.decision });
      expect(kept?.history).to.have.length(1);
    });

    it('hears nobody who looked at an earlier death of it', async () => {
      const deadLetter = newDeadLetter();
      await deadLetters.store(deadLetter);
      await deadLetters.store(deadLetter);
      const id = `${deadLetter.queue}/${deadLetter.jobId}`;
      const decision = { kind: 'deliver', by: 'b', note: 'n' };
      expect(await deadLetters.decide(id, decision, { times: 1, to: 'replayed' })).to.equal(undefined);
      expect(await deadLetters.decide(id, decision, { times: 2, to: 'replayed' })).to.include({ replays: 1 });
    });

    it('forgets a decision, and that it is held, when its job dies again', async () => {
      const deadLetter = newDeadLetter();
      await deadLetters.store(deadLetter);
      const id = `${deadLetter.queue}/${deadLetter.jobId}`;
      await deadLetters.decide(id, { kind: 'hold', by: 'b', note: 'n' }, { times: 1, to: 'open' });
      const mchId = '1900000001';
      expect((await deadLetters.findById(id))?.heldAt).to.be.a('date');
      await deadLetters.decide(id, { kind: 'deliver', by: 'b', note: 'n' }, { times: 1, to: 'replayed' });
      await deadLetters.store({ ...deadLetter, payload: { mchId } });
      const again = await deadLetters.findById(id);
      expect(again).to.include({ state: 'open', times: 2 });
      expect(again).to.not.have.any.keys('decision', 'heldAt');
      expect(await actionsOf(id)).to.deep.equal([
        { action: 'decided', decision: 'hold', by: 'b', reason: 'n' },
        { action: 'decided', decision: 'deliver', by: 'b', reason: 'n' },
      ]);
    });

    it('does not leave a decision in a job that died of something else, for whoever adds it once more', async () => {
      const deadLetter = newDeadLetter();
      const { queue, jobId, payload } = deadLetter;
      const decided = { ...Object(payload), decision: { code: 'ORDER_AMOUNT_DIFFERS', by: 'support-7' } };
      await deadLetters.store({ ...deadLetter, payload: decided, errorCode: 'STORE_UNAVAILABLE' });
      expect((await deadLetters.find(queue, jobId))?.payload).to.deep.equal(payload);
      const other = newDeadLetter({ jobName: 'apply-event', payload: decided });
      await deadLetters.store(other);
      expect((await deadLetters.find(queue, other.jobId))?.payload, 'of another job').to.deep.equal(decided);
    });

    it('opens it again when its job could not be added, and only then', async () => {
      const id = await stored();
      expect(await deadLetters.reopen(id)).to.equal(false);
      await deadLetters.takeForReplay(id);
      expect(await deadLetters.reopen(id)).to.equal(true);
      expect(await deadLetters.reopen(id)).to.equal(false);
      expect(await deadLetters.findById(id)).to.include({ state: 'open', replays: 1 });
    });

    it('keeps who discarded it and why, and gives it up', async () => {
      const id = await stored();
      const audit = { reason: 'refunded by hand', by: 'operator-1' };
      expect(await deadLetters.discard(id, audit)).to.equal(true);
      expect(await deadLetters.discard(id, { reason: 'again', by: 'someone' })).to.equal(false);
      expect(await deadLetters.takeForReplay(id)).to.equal(undefined);
      expect(await deadLetters.reopen(id)).to.equal(false);
      const [queue = '', jobId = ''] = id.split('/');
      await deadLetters.resolve(queue, jobId);
      const row = await deadLetters.findById(id);
      expect(row?.state).to.equal('discarded');
      expect(row?.history[0]?.at).to.be.instanceOf(Date);
      expect(await actionsOf(id)).to.deep.equal([{ action: 'discarded', ...audit }]);
    });

    it('is open again when a discarded one dies again, and what was done stays known', async () => {
      const deadLetter = newDeadLetter();
      const id = `${deadLetter.queue}/${deadLetter.jobId}`;
      await deadLetters.store(deadLetter);
      await deadLetters.discard(id, { reason: 'no use', by: 'operator-1' });
      await deadLetters.store(deadLetter);
      expect(await deadLetters.findById(id)).to.include({ state: 'open', times: 2 });
      expect(await actionsOf(id)).to.have.length(1);
      expect(await deadLetters.takeForReplay(id)).to.include({ replays: 1 });
    });

    it('can be nothing any more once it is resolved, and keeps what was done', async () => {
      const id = await stored();
      await deadLetters.takeForReplay(id);
      const [queue = '', jobId = ''] = id.split('/');
      await deadLetters.resolve(queue, jobId);
      expect(await deadLetters.takeForReplay(id)).to.equal(undefined);
      expect(await deadLetters.discard(id, { reason: '', by: '' })).to.equal(false);
      expect(await deadLetters.findById(id)).to.include({ state: 'resolved', replays: 1 });
      expect(await actionsOf(id)).to.deep.equal([{ action: 'replayed' }]);
    });

    it('can do nothing with one that does not exist', async () => {
      expect(await deadLetters.takeForReplay('queue/nobodys')).to.equal(undefined);
      expect(await deadLetters.reopen('queue/nobodys')).to.equal(false);
      expect(await deadLetters.discard('queue/nobodys', { reason: '', by: '' })).to.equal(false);
      expect(await deadLetters.findById('queue/nobodys')).to.equal(undefined);
    });

    it('keeps the latest 50 actions', async () => {
      const id = await stored();
      for (let times = 0; times < 51; times += 1) await deadLetters.takeForReplay(id, { by: String(times) });
      const actions = (await actionsOf(id)) ?? [];
      expect(actions).to.have.length(50);
      expect(actions[0]?.by).to.equal('1');
    });
  });

  describe('what it says of merchant, order and amount', () => {
    const named = { mchId: '1900000001', outTradeNo: 'order-000001', amountFen: 888 };
    const payloads: [name: string, payload: unknown, expected: object][] = [
      ['is taken from a payment', { payment: { ...named, openId: 'o-secret' } }, named],
      [
        'is taken from a refund, whose sum is not the amount of an order',
        { refund: { mchId: named.mchId, outTradeNo: named.outTradeNo, refundFen: 1 } },
        { mchId: named.mchId, outTradeNo: named.outTradeNo },
      ],
      ['is taken from any other event', { event: { ...named, openId: 'o-secret' } }, named],
      ['is taken from whose callback it is', { receiver: { mchId: named.mchId } }, { mchId: named.mchId }],
      ['is taken from the job itself', { ...named, openId: 'o-secret' }, named],
      ['is only what is well-formed', { mchId: 7, outTradeNo: { $ne: 1 }, payment: { amountFen: 0.5 } }, {}],
      ['is nothing for a payload that is no record', ['1900000001'], {}],
      ['is nothing for no payload', null, {}],
    ];
    for (const [name, payload, expected] of payloads) {
      it(name, async () => {
        const deadLetter = newDeadLetter({ payload });
        await deadLetters.store(deadLetter);
        const { payload: _payload, ...row } =
          (await deadLetters.find(deadLetter.queue, deadLetter.jobId)) ?? {};
        const said = Object.fromEntries(Object.entries(row).filter(([field]) => field in named));
        expect(said).to.deep.equal(expected);
        expect(JSON.stringify(row)).not.to.include('o-secret');
      });
    }
  });
});

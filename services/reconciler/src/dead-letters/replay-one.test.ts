import { AppError } from '@huidiao/errors';
import { createMetrics } from '@huidiao/runtime';
import type { StoredDeadLetter } from '@huidiao/store';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { silentLogger } from '../reconciler.fixture.test.ts';
import { type DeadLetterBench, openDeadLetterBench, toReplayId } from './dead-letters.fixture.test.ts';
import { type ReplayOneDeps, replayOne } from './replay-one.ts';
import { withQueues } from './with-queues.ts';

describe('a replay while no worker is up', () => {
  let bench: DeadLetterBench;
  before(async () => {
    bench = await openDeadLetterBench();
    await bench.stopWorker();
  });
  after(() => bench.close());

  /** Redis' job of a replay of a dead letter. */
  const findReplay = (id: string, count: number) =>
    bench.reader.find('payment-event', toReplayId(id, count), 'bulk');

  /** A clock by which the time to wait is over at the second look. */
  const hurriedClock = () => {
    let looks = 0;
    return { now: () => new Date(Date.now() + 60_000 * looks++) };
  };

  it('stops when the first one is not settled in time, and says so', async () => {
    const rows = await Promise.all([bench.put(), bench.put()]);
    const ids = rows.map(({ id }) => id);
    const { code, out, err } = await bench.run(['replay', ...ids], { clock: hurriedClock() });
    expect(code).to.equal(1);
    expect(out).to.match(/not settled yet 1, skipped 0, refused 0, untouched 1\n/);
    expect(err).to.match(/stopped: the first one is not settled yet.*is its worker up/);
    expect(await bench.statesOf(ids)).to.deep.equal(['replayed', 'open']);
  });

  it('adds no second job while the first one waits', async () => {
    const { id } = await bench.put();
    await bench.run(['replay', id], { clock: hurriedClock() });
    expect(await findReplay(id, 1)).to.include({ lane: 'bulk' });
    const again = await bench.run(['replay', id]);
    expect(again.err).to.match(/skipped .*: a replay of it is under way/);
    expect(await findReplay(id, 2)).to.equal(undefined);
    expect(await bench.row(id)).to.include({ state: 'replayed', replays: 1 });
  });

  it('adds the very job that a process did not come to add before it died', async () => {
    const { id } = await bench.put();
    await bench.store.deadLetters.takeForReplay(id, { by: 'operator-1' });
    await bench.run(['replay', '--state', 'replayed', '--order', (await bench.row(id)).outTradeNo ?? ''], {
      clock: hurriedClock(),
    });
    expect(await findReplay(id, 1)).to.include({ name: 'apply-payment' });
    expect(await bench.row(id)).to.include({ state: 'replayed', replays: 1 });
  });

  it('adds one job of two replays that read the dead letter at the same moment', async () => {
    const row = await bench.put();
    const [one, two] = await raceOverOne(row);
    expect([one.outcome, two.outcome].toSorted()).to.deep.equal(['replayed', 'skipped']);
    const found = await Promise.all([findReplay(row.id, 1), findReplay(row.id, 2)]);
    expect(found.filter((job) => job !== undefined)).to.have.length(1);
    // Whichever number it has, a third replay finds it.
    expect(await replayOne(toDeps(), row)).to.include({ outcome: 'skipped' });
    expect(await findReplay(row.id, 3)).to.equal(undefined);
  });

  /** Two replays that have both read the row before either takes it. */
  function raceOverOne(row: StoredDeadLetter) {
    let readers = 0;
    let release = (): void => undefined;
    const bothHaveRead = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { deadLetters } = bench.store;
    const findById: ReplayOneDeps['deadLetters']['findById'] = async (id) => {
      const found = await deadLetters.findById(id);
      readers += 1;
      if (readers === 2) release();
      await bothHaveRead;
      return found;
    };
    const deps = { ...toDeps(), deadLetters: { ...deadLetters, findById } };
    return Promise.all([replayOne(deps, row), replayOne(deps, row)]);
  }

  function toDeps(): ReplayOneDeps {
    const { reader, producer, store } = bench;
    return { reader, producer, deadLetters: store.deadLetters, by: 'operator-1' };
  }

  it('opens the dead letter again when Redis does not take its job', async () => {
    const row = await bench.put();
    const producer = { add: () => Promise.reject(new AppError('QUEUE_NOT_DURABLE')) };
    const failure = await replayOne({ ...toDeps(), producer }, row).catch((error: unknown) => error);
    expect(failure).to.include({ code: 'QUEUE_NOT_DURABLE' });
    const after = await bench.row(row.id);
    expect(after).to.include({ state: 'open', replays: 1 });
    expect(after.history.map(({ action }) => action)).to.deep.equal(['replayed', 'reopened']);
  });

  it('takes nothing while Redis is away', async () => {
    const redis = {
      url: 'redis://127.0.0.1:1',
      prefix: 'x',
      appendfsync: 'always' as const,
      waitReplicas: 0,
    };
    const surroundings = {
      logger: silentLogger,
      metrics: createMetrics({ service: 'test' }),
      signal: new AbortController().signal,
      connectLimitMs: 50,
    };
    const work = () => Promise.reject(new Error('it went on'));
    const failure = await withQueues(redis, surroundings, work).catch((error: unknown) => error);
    expect(failure).to.include({ code: 'QUEUE_UNAVAILABLE' });
  });
});

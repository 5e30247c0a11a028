import type { Clock } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { NewJob } from '@huidiao/queue';
import type { StoredDeadLetter } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { newDeadLetter } from './dead-letters.fixture.test.ts';
import { type ReplayDeps, type ReplayOptions, replay } from './replay.ts';

/** Dead letters in memory whose jobs succeed as soon as they are added, and a clock that only pauses move. */
function createRig(count: number) {
  const rows = new Map<string, StoredDeadLetter>();
  for (let index = 0; index < count; index += 1) {
    const id = `payment-event/${index}`;
    const fixed = { id, fingerprint: '', times: 1, replays: 0, history: [] };
    rows.set(id, { ...newDeadLetter(), ...fixed, state: 'open' });
  }
  const added: { readonly id: string; readonly atMs: number }[] = [];
  const said: string[] = [];
  const stop = new AbortController();
  let nowMs = 0;
  const clock: Clock = { now: () => new Date(nowMs) };
  const change = (id: string, changes: Partial<StoredDeadLetter>): StoredDeadLetter => {
    const row = { ...(rows.get(id) as StoredDeadLetter), ...changes };
    rows.set(id, row);
    return row;
  };
  const rig = {
    rows,
    added,
    said,
    stop,
    /** What happens when a job is added; default: it succeeds. */
    onAdd: (id: string, _job: NewJob): void => void change(id, { state: 'resolved' }),
    change,
    replay: (options: Partial<ReplayOptions> = {}) => {
      const chosen = [...rows.values()].map(({ id, state, errorCode }) => ({ id, state, errorCode }));
      return replay(deps, chosen, { ratePerSecond: 50, waitMs: 30_000, ...options });
    },
  };
  let takenId = '';
  const deps: ReplayDeps = {
    deadLetters: {
      findById: async (id) => rows.get(id),
      takeForReplay: async (id) => {
        takenId = id;
        return change(id, { state: 'replayed', replays: (rows.get(id)?.replays ?? 0) + 1 });
      },
      reopen: async (id) => change(id, { state: 'open' }) !== undefined,
    },
    producer: {
      add: async (job) => {
        rig.onAdd(takenId, job);
        added.push({ id: takenId, atMs: nowMs });
      },
    },
    reader: { find: async () => undefined },
    by: 'operator-1',
    clock,
    pause: async (ms) => {
      nowMs += ms;
    },
    signal: stop.signal,
    say: (line) => void said.push(line),
  };
  return rig;
}

describe('replay', () => {
  it('adds no more jobs in any second than the rate allows', async () => {
    const rig = createRig(60);
    expect(await rig.replay({ ratePerSecond: 20 })).to.include({ replayed: 60, resolved: 60 });
    const times = rig.added.map(({ atMs }) => atMs);
    for (const [index, atMs] of times.entries()) {
      const within = times.slice(index).filter((other) => other < atMs + 1_000).length;
      expect(within).to.be.at.most(20);
    }
    expect(times.at(-1)).to.be.within(2_900, 3_100);
  });

  it('does not catch up with a burst on the time that the first one took', async () => {
    const rig = createRig(10);
    let looks = 0;
    const { onAdd } = rig;
    rig.onAdd = (id, job) => (rig.added.length === 0 ? undefined : onAdd(id, job));
    const [first = ''] = rig.rows.keys();
    const { get } = rig.rows;
    rig.rows.get = (id) => {
      if (id === first && rig.added.length > 0) looks += 1;
      if (looks === 100) rig.change(id, { state: 'resolved' });
      return get.call(rig.rows, id);
    };
    expect(await rig.replay({ ratePerSecond: 10 })).to.include({ resolved: 10 });
    const [, second = 0, third = 0] = rig.added.map(({ atMs }) => atMs);
    expect(second).to.be.greaterThan(10_000);
    expect(third - second).to.equal(100);
  });

  it('waits for the first before it touches the second', async () => {
    const rig = createRig(3);
    rig.onAdd = () => undefined;
    const report = await rig.replay({ waitMs: 5_000 });
    expect(report).to.deep.include({
      replayed: 1,
      notSettled: 1,
      untouched: 2,
      stopped: { reason: 'first_not_settled' },
    });
    expect([...rig.rows.values()].map(({ state }) => state)).to.deep.equal(['replayed', 'open', 'open']);
  });

  it('stops when somebody gives the first one up meanwhile', async () => {
    const rig = createRig(2);
    rig.onAdd = (id) => void rig.change(id, { state: 'discarded' });
    expect((await rig.replay()).stopped).to.deep.equal({ reason: 'first_discarded' });
  });

  it('sees that the first one died again also when somebody has replayed it since', async () => {
    const rig = createRig(2);
    rig.onAdd = (id) => void rig.change(id, { state: 'replayed', times: 2, replays: 2 });
    expect((await rig.replay()).stopped).to.deep.equal({ reason: 'first_died_again' });
  });

  it('takes for the first one the first that it could add', async () => {
    const rig = createRig(3);
    rig.change('payment-event/0', { payload: { mchId: 'x' } });
    rig.onAdd = (id) => void rig.change(id, { state: 'open', times: 2 });
    expect(await rig.replay()).to.deep.include({
      refused: 1,
      replayed: 1,
      diedAgain: 1,
      untouched: 1,
      stopped: { reason: 'first_died_again' },
    });
    expect(rig.said[0]).to.match(/^refused payment-event\/0: JOB_INVALID: .*payment/);
  });

  it('counts those that die again later, and those that are not settled in the end', async () => {
    const rig = createRig(4);
    const { onAdd } = rig;
    rig.onAdd = (id, job) => {
      if (id.endsWith('2')) rig.change(id, { state: 'open', times: 2 });
      else if (!id.endsWith('3')) onAdd(id, job);
    };
    expect(await rig.replay()).to.include({ replayed: 4, resolved: 2, diedAgain: 1, notSettled: 1 });
  });

  it('stops between two when it is asked to, and says how far it came', async () => {
    const rig = createRig(5);
    const { onAdd } = rig;
    rig.onAdd = (id, job) => {
      onAdd(id, job);
      if (id.endsWith('2')) rig.stop.abort();
    };
    const report = await rig.replay();
    expect(report).to.deep.include({ replayed: 3, untouched: 2, stopped: { reason: 'interrupted' } });
    expect(rig.rows.get('payment-event/3')).to.include({ state: 'open', replays: 0 });
  });

  it('stops at the first job that Redis does not take, and opens its dead letter again', async () => {
    const rig = createRig(4);
    const { onAdd } = rig;
    rig.onAdd = (id, job) => {
      if (id.endsWith('1')) throw new AppError('QUEUE_UNAVAILABLE');
      onAdd(id, job);
    };
    const report = await rig.replay();
    expect(report).to.include({ replayed: 1, resolved: 1, untouched: 3 });
    expect(report.stopped).to.have.nested.property('error.code', 'QUEUE_UNAVAILABLE');
    expect(rig.rows.get('payment-event/1')).to.include({ state: 'open' });
  });

  it('does not replay what died of something else since it was chosen', async () => {
    const rig = createRig(2);
    const { onAdd } = rig;
    rig.onAdd = (id, job) => {
      onAdd(id, job);
      rig.change('payment-event/1', { errorCode: 'ORDER_REFUND_SEEN', times: 2 });
    };
    expect(await rig.replay()).to.include({ replayed: 1, refused: 1 });
    expect(rig.said.at(-1)).to.match(/died again meanwhile, of ORDER_REFUND_SEEN/);
  });
});

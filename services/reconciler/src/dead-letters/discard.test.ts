import { AppError } from '@huidiao/errors';
import type { DeadLetterState, StoredDeadLetter } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { newDeadLetter } from './dead-letters.fixture.test.ts';
import { type DiscardDeps, discard } from './discard.ts';

const audit = { reason: 'tested', by: 'operator-1' };

/** Three dead letters that were open when they were chosen, and what they are by now. */
function createRig(states: readonly DeadLetterState[]) {
  const given: string[] = [];
  const said: string[] = [];
  const stop = new AbortController();
  const toRow = (id: string, state: DeadLetterState): StoredDeadLetter => {
    return { ...newDeadLetter(), id, state, fingerprint: '', times: 1, replays: 0, history: [] };
  };
  const rows = new Map(states.map((state, index) => [String(index), toRow(String(index), state)]));
  const rig = {
    given,
    said,
    stop,
    onDiscard: (_id: string): void => undefined,
    discard: () =>
      discard(
        deps,
        [...rows.values()].map((row) => ({ ...row, state: 'open' as const })),
        audit,
      ),
  };
  const deps: DiscardDeps = {
    deadLetters: {
      findById: async (id) => rows.get(id),
      discard: async (id) => {
        rig.onDiscard(id);
        given.push(id);
        return true;
      },
    },
    signal: stop.signal,
    say: (line) => void said.push(line),
  };
  return rig;
}

describe('discard', () => {
  it('leaves alone what somebody replayed since it was chosen: its job would go on', async () => {
    const rig = createRig(['open', 'replayed', 'resolved']);
    expect(await rig.discard()).to.include({ discarded: 1, refused: 2, untouched: 0 });
    expect(rig.given).to.deep.equal(['0']);
    expect(rig.said).to.deep.equal(['refused 1: it is replayed by now', 'refused 2: it is resolved by now']);
  });

  it('stops between two when it is asked to', async () => {
    const rig = createRig(['open', 'open']);
    rig.onDiscard = () => rig.stop.abort();
    expect(await rig.discard()).to.deep.include({
      discarded: 1,
      untouched: 1,
      stopped: { reason: 'interrupted' },
    });
  });

  it('says what was done when MongoDB goes away in the middle', async () => {
    const rig = createRig(['open', 'open']);
    rig.onDiscard = (id) => {
      if (id === '1') throw new AppError('STORE_UNAVAILABLE');
    };
    const report = await rig.discard();
    expect(report).to.include({ discarded: 1, untouched: 1 });
    expect(report.stopped).to.have.nested.property('error.code', 'STORE_UNAVAILABLE');
  });
});

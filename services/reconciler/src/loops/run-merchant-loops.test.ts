import type { Merchant, MerchantDirectory } from '@huidiao/contracts';
import { createDirectoryFrom } from '@huidiao/runtime';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { runMerchantLoops } from './run-merchant-loops.ts';

const directoryOf = (...entries: [mchId: string, latePayment: string][]): MerchantDirectory => ({
  merchants: new Map(entries.map(([mchId, latePayment]) => [mchId, { mchId, latePayment } as Merchant])),
  apps: new Map(),
});

/** Loops that write down what becomes of them; a stop ends when the test lets it. */
function createRig(initial: MerchantDirectory) {
  let next = initial;
  const directory = createDirectoryFrom({ initial, read: async () => next });
  const log: string[] = [];
  const stops: (() => void)[] = [];
  const loops = runMerchantLoops(directory, ({ mchId, latePayment }) => {
    log.push(`begins ${mchId} ${latePayment}`);
    return {
      stop() {
        log.push(`stops ${mchId} ${latePayment}`);
        return new Promise((resolve) => stops.push(resolve));
      },
    };
  });
  return {
    log,
    loops,
    async become(...entries: [mchId: string, latePayment: string][]) {
      next = directoryOf(...entries);
      await directory.reload();
    },
    endRounds: () => {
      for (const end of stops.splice(0)) end();
    },
  };
}

describe('the loops of merchants', () => {
  it('follow the directory: one begins, one ends, one begins anew, one goes on', async () => {
    const rig = createRig(directoryOf(['1', 'refund'], ['2', 'refund'], ['3', 'refund']));
    expect(rig.log.splice(0)).to.deep.equal(['begins 1 refund', 'begins 2 refund', 'begins 3 refund']);
    await rig.become(['1', 'refund'], ['2', 'deliver'], ['4', 'refund']);
    expect(rig.log.splice(0)).to.deep.equal([
      'stops 2 refund',
      'stops 3 refund',
      'begins 2 deliver',
      'begins 4 refund',
    ]);
    rig.endRounds();
    const stopped = rig.loops.stop();
    rig.endRounds();
    await stopped;
  });

  it('have all ended when they are stopped, those too that a change had ended before, and begin no more', async () => {
    const rig = createRig(directoryOf(['1', 'refund'], ['2', 'refund']));
    await rig.become(['1', 'refund']);
    let isStopped = false;
    const stopped = rig.loops.stop().then(() => {
      isStopped = true;
    });
    await rig.become(['5', 'refund']);
    expect(rig.log).to.not.include('begins 5 refund');
    expect(isStopped, 'two rounds are under way').to.equal(false);
    rig.endRounds();
    await stopped;
  });
});

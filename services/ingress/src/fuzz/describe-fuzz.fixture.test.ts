import { expect } from 'chai';
import { describe, it } from 'mocha';
import { readAnswer } from './answers.fixture.test.ts';
import { defaultSeed, type FuzzSuite, runsInTests } from './fuzz-suite.fixture.test.ts';
import { runFuzz, toReport } from './run-fuzz.fixture.test.ts';
import { openSite } from './site.fixture.test.ts';

/** On a machine that does much else at once, a kind takes minutes. */
const limitMs = 180_000;

/** The tests of one kind of callbacks. FUZZ_SEED chooses other cases than those of every run. */
export function describeFuzz(suite: FuzzSuite): void {
  const { kind, valid } = suite;
  describe(`a callback of ${kind} in which one thing was changed`, () => {
    it('is taken, as each of them is, before the change', async () => {
      const site = openSite();
      try {
        for (const [name, request] of valid) {
          const visit = await site.visit(request);
          expect(visit.faults, name).to.deep.equal([]);
          expect(readAnswer(kind, request, visit), name).to.equal('taken');
        }
      } finally {
        await site.close();
      }
    });

    it('is answered by the contract, queued where WeChat says it, and nowhere else', async function () {
      this.timeout(limitMs);
      const runs = runsInTests[kind];
      const seed = Number(process.env.FUZZ_SEED ?? defaultSeed);
      const result = await runFuzz({ suite, runs, seed });
      process.stdout.write(`${toReport(result)}\n`);
      expect(result.tally.cases).to.be.at.least(runs);
      expect(result.tally.pastProof).to.be.at.least(result.tally.cases / 2);
    });
  });
}

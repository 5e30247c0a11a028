import { jobCatalogue } from '@huidiao/contracts';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { type Campaign, openCampaign } from './campaign.ts';
import type { CrashPoint } from './crash-point.ts';
import { scenarios } from './scenarios.ts';

/**
 * Each service is stopped before and after each call of a port that it waits for, as SIGKILL would stop it, and
 * started again. Which calls there are is found by a run that nobody disturbs: no list of them is kept.
 */
describe('A process that is killed before or after any step of its work', function () {
  this.timeout(300_000);
  let campaign: Campaign;
  before(async () => {
    campaign = await openCampaign(scenarios);
  });
  after(() => campaign?.close());

  it('is killed in the handler of every job, in every loop and in every route while it has work to do', () => {
    const points = [...campaign.points.values()];
    const handled = new Set(points.map(({ unit }) => unit));
    const jobs = Object.keys(jobCatalogue).filter((job) => !handled.has(`handlers.${job}`));
    expect(jobs, 'jobs of the catalogue for which no scenario has work').to.deep.equal([]);
    const working = new Set(points.filter(isOfWork).map(({ service, unit }) => `${service} ${unit}`));
    const idle = [...campaign.units].filter((unit) => !working.has(unit));
    expect(idle, 'handlers, loops and routes for which no scenario has work').to.deep.equal([]);
  });

  for (const scenario of scenarios) {
    it(`leaves what an undisturbed one leaves when ${scenario.name}`, async () => {
      const differences = await campaign.crashAll(scenario);
      if (differences.length > 0) throw new Error(`it ends otherwise where\n\n${differences.join('\n\n')}`);
    });
  }
});

/** A loop that found nothing to do has only looked. */
function isOfWork(point: CrashPoint): boolean {
  const { unit, call, side } = point;
  if (!unit.startsWith('loops.')) return call !== unit;
  return side === 'after' && call === unit && point.gave === 'something';
}

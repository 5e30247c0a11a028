import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { lookAgainScript } from './look-again-script.ts';
import { toOrderPageFacts } from './to-order-page-facts.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;

describe('the page of an order looks again', () => {
  const now = new Date('2026-11-22T12:00:00.000Z');
  const ago = (ms: number) => new Date(now.getTime() - ms).toISOString();

  /** After how long, for an order of which the last thing happened so long ago. */
  function pauseOf(idleMs: number, facts: object = {}): number | undefined {
    const order = {
      status: 'paid',
      pending: [],
      time_line: [
        { event: 'created', at: ago(idleMs + minuteMs) },
        { event: 'paid', at: ago(idleMs) },
      ],
      ...facts,
    };
    return toOrderPageFacts(order, undefined, now).looksAgainInMs;
  }

  const pauses: [idleMs: number, pauseMs: number | undefined][] = [
    [0, secondMs],
    [10 * secondMs, secondMs],
    [50 * secondMs, 5 * secondMs],
    [10 * minuteMs, 15 * secondMs],
    [60 * minuteMs, 15 * secondMs],
    [61 * minuteMs, undefined],
  ];
  for (const [idleMs, pauseMs] of pauses) {
    const when = pauseMs === undefined ? 'no more' : `in ${pauseMs / secondMs} s`;
    it(`${when} when nothing has happened for ${idleMs / secondMs} s`, () =>
      expect(pauseOf(idleMs)).to.equal(pauseMs));
  }

  it('no more once nothing can happen by itself', () => {
    for (const facts of [{ status: 'fulfilled' }, { status: 'closed' }, { held: 'refunded' }])
      expect(pauseOf(0, facts), JSON.stringify(facts)).to.equal(undefined);
    const pending = [{ job: 'send-subscribe-message' }];
    expect(pauseOf(0, { status: 'fulfilled', pending })).to.equal(secondMs);
    expect(pauseOf(0, { time_line: [] }), 'of which nothing is known').to.equal(undefined);
  });

  it('and in a tab that nobody sees only once somebody does', () => {
    let reloads = 0;
    const timers: { go: () => void; ms: number }[] = [];
    const seen: (() => void)[] = [];
    const document = {
      hidden: true,
      querySelector: () => ({ content: '5000' }),
      addEventListener: (event: string, listener: () => void, options: object) => {
        expect([event, options]).to.deep.equal(['visibilitychange', { once: true }]);
        seen.push(listener);
      },
    };
    const setTimeout = (go: () => void, ms: number) => timers.push({ go, ms });
    const reload = () => {
      reloads += 1;
    };
    runInNewContext(lookAgainScript, { document, location: { reload }, setTimeout });
    expect(timers.map(({ ms }) => ms)).to.deep.equal([5_000]);
    timers[0]?.go();
    expect([reloads, timers.length]).to.deep.equal([0, 1]);
    document.hidden = false;
    seen[0]?.();
    expect(reloads).to.equal(1);
  });
});

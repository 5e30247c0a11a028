import { expect } from 'chai';
import { describe, it } from 'mocha';
import { isPastPayment, toNextQueryAt } from './to-next-query-at.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const registeredMs = Date.parse('2026-11-22T10:00:00Z');

/** Times are milliseconds since the order was registered. */
function toOrder(expiresMs: number, prepay = true) {
  return {
    createdAt: new Date(registeredMs),
    timeExpire: new Date(registeredMs + expiresMs),
    prepay,
  };
}
const at = (ms: number) => new Date(registeredMs + ms);

describe('the schedule of queries of an order', () => {
  const usual = 2 * hourMs;
  const rows: [what: string, expiresMs: number, prepay: boolean, nowMs: number, nextMs: number][] = [
    ['new', usual, true, 0, minuteMs],
    ['asked about after a minute', usual, true, minuteMs, 2 * minuteMs],
    ['asked about a moment late', usual, true, minuteMs + 700, 2 * minuteMs],
    ['asked about after two minutes', usual, true, 2 * minuteMs, 7 * minuteMs],
    ['asked about after 7', usual, true, 7 * minuteMs, 37 * minuteMs],
    ['asked about after 37: it expires next', usual, true, 37 * minuteMs, usual + 10 * secondMs],
    ['that can be paid for a day, after 37', dayMs, true, 37 * minuteMs, 157 * minuteMs],
    ['that can be paid for a day, after 157', dayMs, true, 157 * minuteMs, dayMs + 10 * secondMs],
    ['that expires in between', 5 * minuteMs, true, 2 * minuteMs, 5 * minuteMs + 10 * secondMs],
    ['that expires within the first minute', 30 * secondMs, true, 0, 40 * secondMs],
    [
      'that nobody asked about for an hour, and nothing is made up for',
      usual,
      true,
      hourMs,
      usual + 10 * secondMs,
    ],
    [
      'whose last answer did not settle it',
      usual,
      true,
      usual + 10 * secondMs,
      usual + 10 * secondMs + 30 * secondMs,
    ],
    [
      'expired for an hour',
      usual,
      true,
      usual + 10 * secondMs + hourMs,
      usual + 10 * secondMs + hourMs + 15 * minuteMs,
    ],
    [
      'expired for a year',
      usual,
      true,
      usual + 10 * secondMs + 365 * dayMs,
      usual + 10 * secondMs + 366 * dayMs,
    ],
    ['prepaid elsewhere, new', usual, false, 0, minuteMs],
    ['prepaid elsewhere, after 37', usual, false, 37 * minuteMs, usual + 10 * secondMs],
    ['prepaid elsewhere, past our time_expire', usual, false, usual + 10 * secondMs, 157 * minuteMs],
    [
      'prepaid elsewhere, past the ladder: for as long as WeChat Pay lets pay',
      usual,
      false,
      157 * minuteMs,
      8 * dayMs + 10 * secondMs,
    ],
    [
      'prepaid elsewhere for 30 days',
      30 * dayMs,
      false,
      8 * dayMs + 10 * secondMs,
      30 * dayMs + 10 * secondMs,
    ],
    ['prepaid elsewhere, registered after it expired', -hourMs, false, 0, minuteMs],
  ];
  for (const [what, expiresMs, prepay, nowMs, nextMs] of rows) {
    it(`an order ${what}`, () => {
      expect(toNextQueryAt(toOrder(expiresMs, prepay), at(nowMs))).to.deep.equal(at(nextMs));
    });
  }

  it('always goes forward, so that no order is asked about again at once', () => {
    for (const prepay of [true, false]) {
      for (let nowMs = 0; nowMs < 40 * dayMs; nowMs += 7 * minuteMs) {
        const next = toNextQueryAt(toOrder(usual, prepay), at(nowMs));
        expect(Number(next), String(nowMs)).to.be.greaterThan(Number(at(nowMs)));
      }
    }
  });

  it('asks at most 7 times about an order that nobody pays and that is closed in the end', () => {
    for (const [expiresMs, prepay, most] of [
      [usual, true, 5],
      [dayMs, true, 6],
      [usual, false, 7],
    ] as const) {
      const order = toOrder(expiresMs, prepay);
      let asked = 0;
      for (let now = at(0); !isPastPayment(order, now); asked += 1) now = toNextQueryAt(order, now);
      expect(asked, `${expiresMs} ${prepay}`).to.equal(most);
    }
  });
});

describe('whether nobody can pay any more', () => {
  const rows: [what: string, expiresMs: number, prepay: boolean, nowMs: number, isPast: boolean][] = [
    ['before time_expire', hourMs, true, hourMs - 1, false],
    ['at time_expire', hourMs, true, hourMs, false],
    ['just before 10 s after it', hourMs, true, hourMs + 10 * secondMs - 1, false],
    ['10 s after it', hourMs, true, hourMs + 10 * secondMs, true],
    ['prepaid elsewhere, 10 s after our time_expire', hourMs, false, hourMs + 10 * secondMs, false],
    ['prepaid elsewhere, after 7 days', hourMs, false, 7 * dayMs + hourMs, false],
    ['prepaid elsewhere, after 8 days', hourMs, false, 8 * dayMs + 10 * secondMs, true],
    ['prepaid elsewhere with a later time_expire', 20 * dayMs, false, 9 * dayMs, false],
  ];
  for (const [what, expiresMs, prepay, nowMs, isPast] of rows) {
    it(`${what}: ${isPast ? 'past' : 'not past'}`, () => {
      expect(isPastPayment(toOrder(expiresMs, prepay), at(nowMs))).to.equal(isPast);
    });
  }
});

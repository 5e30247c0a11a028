import { expect } from 'chai';
import { describe, it } from 'mocha';
import { isSettled, isTold, type OrderView } from './purchase.ts';
import { toJourney } from './to-journey.ts';

const order: OrderView = {
  out_trade_no: 'local-1',
  status: 'paid',
  amount: { total: 1_990, currency: 'CNY' },
  pending: [{ job: 'fulfil-order', due_at: '2026-01-01T00:00:09.000Z' }],
  time_line: [
    { at: '2026-01-01T00:00:00.000Z', event: 'created' },
    { at: '2026-01-01T00:00:01.250Z', event: 'paid', transaction_id: '42' },
  ],
  callbacks: [
    {
      first_received_at: '2026-01-01T00:00:01.000Z',
      event_type: 'TRANSACTION.SUCCESS',
      outcome: 'paid',
      times: 2,
      notification_id: 'n-1',
    },
  ],
};

describe('toJourney', () => {
  it('tells all that the order and the ledger say, in order, with the seconds since its first entry, and nothing more', () => {
    const [head, created, callback, paid, pending, ...rest] = toJourney(order).split('\n');
    expect(head).to.equal('order local-1, 19.90 CNY: paid');
    expect(created).to.match(/ \d\d:\d\d:00\.000 {4}\+0\.000 s {2}created$/);
    expect(callback).to.match(
      /\+1\.000 s {2}callback {11}event_type=TRANSACTION\.SUCCESS outcome=paid times=2 notification_id=n-1$/,
    );
    expect(paid).to.match(/:01\.250 {4}\+1\.250 s {2}paid {14} {1}transaction_id=42$/);
    expect(pending).to.equal('  still to do: fulfil-order, due 2026-01-01T00:00:09.000Z');
    expect(rest).to.deep.equal([]);
  });

  it('stands an order without a time line', () => {
    expect(toJourney({ ...order, time_line: [], callbacks: [], pending: [] })).to.equal(
      'order local-1, 19.90 CNY: paid',
    );
  });
});

describe('isSettled and isTold', () => {
  const told = { at: '2026-01-01T00:00:02.000Z', event: 'message.sent' };
  const cases: [what: string, order: OrderView, settled: boolean, isToldToo: boolean][] = [
    ['paid', order, false, false],
    ['fulfilled, with the message still to send', { ...order, status: 'fulfilled' }, false, false],
    [
      'fulfilled, with a message that was refused',
      { ...order, status: 'fulfilled', pending: [] },
      true,
      false,
    ],
    ['fulfilled and told', { ...order, status: 'fulfilled', pending: [], time_line: [told] }, true, true],
  ];
  for (const [what, one, settled, isToldToo] of cases) {
    it(`an order that is ${what}: ${settled}, ${isToldToo}`, () => {
      expect([isSettled(one), isTold(one)]).to.deep.equal([settled, isToldToo]);
    });
  }
});

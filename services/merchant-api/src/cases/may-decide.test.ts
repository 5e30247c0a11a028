import type { CaseKind } from '@huidiao/contracts';
import type { Order, StoredDeadLetter } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { FoundCase } from './found-case.ts';
import { mayDecide } from './may-decide.ts';

const transactionId = '4200000000202611220000000001';
const waiting = {
  status: 'created',
  currency: 'CNY',
  amountFen: 100,
  otherPayments: [],
  refunds: [],
  refundRequests: [],
};
const paidBy = (own: string) => ({ ...waiting, status: 'paid', transactionId: own, paidAt: new Date() });
const late = (state: string) => ({
  ...paidBy(transactionId),
  held: 'late',
  refundRequests: [{ transactionId, outRefundNo: 'n', refundFen: 100, state }],
});
const hangs = { refunds: [{ refundId: 'r', outRefundNo: 'console', status: 'ABNORMAL', refundFen: 40 }] };
/** Of the 90 fen that were paid. */
const goesBack = (refundFen: number, state = 'processing') => ({
  ...paidBy(transactionId),
  amountFen: 90,
  held: 'refund_seen',
  refundRequests: [{ transactionId, outRefundNo: 'n', refundFen, state }],
});
const otherGoesBack = (refundFen: number) => ({
  otherPayments: [{ transactionId, amountFen: 90, currency: 'CNY', at: new Date() }],
  refundRequests: goesBack(refundFen).refundRequests,
});
const givenBack = {
  ...paidBy(transactionId),
  refunds: [{ refundId: 'r', outRefundNo: 'n', status: 'SUCCESS', refundFen: 100, at: new Date() }],
};

function toFound(kind: CaseKind, payment: object = {}, state = 'open'): FoundCase {
  const paid = { transactionId, amountFen: 90, currency: 'CNY', ...payment } as FoundCase['payment'];
  return { kind, letter: { state } as StoredDeadLetter, ...(paid && { payment: paid }) };
}

describe('what may be decided about a case', () => {
  const rows: [what: string, found: FoundCase, order: object | undefined, decisions: string][] = [
    ['another amount for an order that waits', toFound('amount_differs'), waiting, 'deliver refund'],
    ['another currency', toFound('amount_differs', { currency: 'USD' }), waiting, 'refund'],
    ['another amount for an order that is paid', toFound('amount_differs'), paidBy('other'), 'refund'],
    ['another app', toFound('ids_differ'), waiting, 'refund'],
    ['another merchant', toFound('ids_differ', { subMchId: '1' }), { ...waiting, subMchId: '2' }, ''],
    ['a second payment', toFound('paid_twice'), paidBy('other'), 'refund'],
    ['a late payment', toFound('paid_late'), { ...waiting, status: 'closed' }, 'deliver refund'],
    ['a late payment of an order that was paid since', toFound('paid_late'), paidBy('other'), 'refund'],
    ['a late payment whose refund is on its way', toFound('paid_late'), late('processing'), ''],
    ['a late payment whose refund was closed', toFound('paid_late'), late('closed'), 'deliver refund'],
    ['a late payment of which a part hangs', toFound('paid_late'), { ...late('closed'), ...hangs }, 'refund'],
    ['a late payment that was delivered since', toFound('paid_late'), paidBy(transactionId), 'refund'],
    ['another amount in the bill', toFound('bill_differs'), paidBy(transactionId), ''],
    ['a refund that was seen', toFound('refund_seen'), paidBy(transactionId), 'deliver refund'],
    ['a refund that was seen, of all of it', toFound('refund_seen'), givenBack, ''],
    ['a refund that was seen, and one of the rest goes on', toFound('refund_seen'), goesBack(90), ''],
    [
      'a refund that was seen, and one of a part goes on',
      toFound('refund_seen'),
      goesBack(89),
      'deliver refund',
    ],
    [
      'a refund that was seen, and one of the rest was closed',
      toFound('refund_seen'),
      goesBack(90, 'closed'),
      'deliver refund',
    ],
    ['another amount that goes back', toFound('amount_differs'), { ...waiting, ...otherGoesBack(90) }, ''],
    [
      'another amount of which a part goes back',
      toFound('amount_differs'),
      { ...waiting, ...otherGoesBack(1) },
      'deliver refund',
    ],
    [
      'a late payment that goes back',
      toFound('paid_late'),
      { ...waiting, status: 'closed', ...otherGoesBack(90) },
      '',
    ],
    ['an order that nobody knows', toFound('unknown_order'), undefined, ''],
    ['an order that somebody registered since', toFound('unknown_order'), waiting, 'deliver'],
    ['a refund that differs', toFound('refund_differs'), waiting, 'retry'],
    ['a refund that is not confirmed', toFound('refund_not_confirmed'), undefined, 'retry'],
    ['a refund for which there was no money', toFound('refund_short_of_money'), waiting, 'retry'],
    ['a refund that is not finished', toFound('refund_not_final'), waiting, 'retry'],
    ['a refund that was refused', toFound('refund_refused'), waiting, ''],
    ['a refund of an unknown order', toFound('refund_of_unknown_order'), undefined, 'retry'],
  ];
  for (const [what, found, order, decisions] of rows) {
    it(what, () => {
      const expected = [...decisions.split(' '), 'hold', 'discard'].filter((each) => each !== '');
      expect(mayDecide(found, order as Order | undefined)).to.deep.equal(expected);
    });
  }

  for (const state of ['replayed', 'resolved', 'discarded']) {
    it(`is nothing once it is ${state}`, () => {
      expect(mayDecide(toFound('amount_differs', {}, state), waiting as unknown as Order)).to.deep.equal([]);
    });
  }
});

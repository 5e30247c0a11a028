import { createdOrder } from './order-example.ts';

/** The case of the documentation's examples. */
export const openCase = {
  case_id: 'apply-payment_1900000001_4200000000202701050000000001_SUCCESS',
  kind: 'amount_differs',
  state: 'open',
  code: 'ORDER_AMOUNT_DIFFERS',
  out_trade_no: 'tea-20270105-0001',
  payment: {
    transaction_id: '4200000000202701050000000001',
    appid: 'wx8888888888888888',
    amount: { total: 8000, currency: 'CNY' },
    success_time: '2027-01-05T10:00:12+08:00',
  },
  expected: { total: 8800, currency: 'CNY' },
  first_seen_at: '2027-01-05T02:00:12.430Z',
  last_seen_at: '2027-01-05T02:00:12.430Z',
  times: 1,
  history: [],
};

/** The same with its order, once a person has decided. */
export const decidedCase = {
  case: {
    ...openCase,
    state: 'under_way',
    history: [
      {
        at: '2027-01-05T02:20:00.000Z',
        action: 'decided',
        decision: 'refund',
        by: 'support-3',
        note: 'Price changed while the buyer paid; asked the buyer.',
      },
    ],
  },
  order: createdOrder,
  may_decide: [],
};

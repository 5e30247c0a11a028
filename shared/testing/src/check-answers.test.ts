import { merchantApi, orderEndpoints } from '@huidiao/contracts';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { findAnswerProblem } from './check-answers.ts';

const { readOrder: endpoint } = orderEndpoints;
const problem = { type: 'urn:x', title: 'x', request_id: 'r' };
const order = {
  mchid: '1900000001',
  appid: 'wx8888888888888888',
  out_trade_no: 'order-0001',
  status: 'created',
  description: 'tea',
  amount: { total: 1, currency: 'CNY' },
  logistics_type: 3,
  time_expire: '2026-11-22T08:00:00.000Z',
  created_at: '2026-11-22T08:00:00.000Z',
  refunds: [],
  refund_requests: [],
  shipments: [],
  pending: [],
  time_line: [],
  callbacks: [],
};

describe('an answer of merchant-api', () => {
  it('is documented where its schema takes it, and its problems are', () => {
    expect(merchantApi).to.include(orderEndpoints);
    expect(findAnswerProblem({ endpoint, status: 200, body: order })).to.equal(undefined);
    const notFound = { ...problem, status: 404, code: 'ORDER_NOT_FOUND' };
    expect(findAnswerProblem({ endpoint, status: 404, body: notFound })).to.equal(undefined);
  });

  const rows: [what: string, status: number, body: unknown, told: RegExp][] = [
    ['a field that nobody documented', 200, { ...order, surprise: 1 }, /surprise/],
    ['a field that is missing', 200, { ...order, status: undefined }, /status/],
    ['a status that nobody documented', 202, order, /202 has no schema/],
    [
      'a code that is not among its problems',
      409,
      { ...problem, status: 409, code: 'ORDER_CONFLICT' },
      /ORDER_CONFLICT/,
    ],
    [
      'a code with another status',
      400,
      { ...problem, status: 400, code: 'ORDER_NOT_FOUND' },
      /has the status 404/,
    ],
    [
      'a problem with a field more',
      404,
      { ...problem, status: 404, code: 'ORDER_NOT_FOUND', x: 1 },
      /no schema/,
    ],
  ];
  for (const [what, status, body, told] of rows) {
    it(`is not with ${what}`, () => {
      expect(findAnswerProblem({ endpoint, status, body })).to.match(told);
    });
  }
});

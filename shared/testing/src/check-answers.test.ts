import { billEndpoints, orderEndpoints, sessionEndpoints } from '@huidiao/contracts';
import { servedDocument } from '@huidiao/merchant-api';
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

const headers = { 'x-request-id': 'r' };
const { checkBill } = billEndpoints;
const { createOrder } = orderEndpoints;
const { endSession } = sessionEndpoints;
const problemOf = (status: number, code: string) => ({ ...problem, status, code });

type Asked = Partial<Parameters<typeof findAnswerProblem>[0]>;

describe('an answer of merchant-api', () => {
  const document = servedDocument();
  const find = (asked: Asked) =>
    findAnswerProblem({ endpoint, status: 200, headers, body: undefined, document, ...asked });

  const good: [what: string, asked: Asked][] = [
    ['its schema takes it', { body: order }],
    ['it is one of its problems', { status: 404, body: problemOf(404, 'ORDER_NOT_FOUND') }],
    ['it has no body, and needs none', { endpoint: endSession, status: 204 }],
    [
      'it says what is wanted of a caller',
      {
        status: 401,
        body: problemOf(401, 'REQUEST_UNAUTHENTICATED'),
        headers: { ...headers, 'www-authenticate': 'Bearer' },
      },
    ],
    [
      'not each code of its status may be repeated',
      { endpoint: checkBill, status: 409, body: problemOf(409, 'BILL_DATE_NOT_POSSIBLE') },
    ],
    ['nothing is there', { endpoint: undefined, status: 404, body: problemOf(404, 'ROUTE_NOT_FOUND') }],
  ];
  for (const [what, asked] of good) {
    it(`is documented where ${what}`, () => expect(find(asked)).to.equal(undefined));
  }

  const wrong: [what: string, asked: Asked, told: RegExp][] = [
    ['a field that nobody documented', { body: { ...order, surprise: 1 } }, /surprise/],
    [
      'such a field further inside',
      { body: { ...order, amount: { ...order.amount, surprise: 1 } } },
      /surprise/,
    ],
    ['a field that is missing', { body: { ...order, status: undefined } }, /status/],
    ['a status that nobody documented', { status: 202, body: order }, /202 is no answer/],
    ['a code that is not among its problems', { status: 404, body: problemOf(404, 'ORDER_PAID') }, /code/],
    ['a code of another status', { status: 400, body: problemOf(400, 'ORDER_NOT_FOUND') }, /code/],
    ['a problem that names another status', { status: 404, body: problemOf(400, 'ORDER_NOT_FOUND') }, /400/],
    [
      'a problem with a field more',
      { status: 404, body: { ...problemOf(404, 'ORDER_NOT_FOUND'), x: 1 } },
      /"x"/,
    ],
    [
      'a problem of all operations that this one cannot have',
      { endpoint: checkBill, status: 404, body: problemOf(404, 'ROUTE_NOT_FOUND') },
      /404 is no answer/,
    ],
    ['a body where there is none', { endpoint: endSession, status: 204, body: {} }, /no body/],
    [
      'no Location',
      { endpoint: createOrder, status: 201, body: { order: { ...order, callbacks: undefined } } },
      /location is missing/,
    ],
    ['no Retry-After', { status: 503, body: problemOf(503, 'STORE_UNAVAILABLE') }, /retry-after is missing/],
    [
      'no WWW-Authenticate',
      { status: 401, body: problemOf(401, 'REQUEST_UNAUTHENTICATED') },
      /www-authenticate is missing/,
    ],
    ['no id', { headers: {}, body: order }, /x-request-id is missing/],
    [
      'an order where nothing is',
      { endpoint: undefined, status: 404, body: problemOf(404, 'ORDER_NOT_FOUND') },
      /no operation/,
    ],
  ];
  for (const [what, asked, told] of wrong) {
    it(`is not with ${what}`, () => expect(find(asked)).to.match(told));
  }
});

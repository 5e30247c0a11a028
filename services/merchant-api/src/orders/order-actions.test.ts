import { randomBytes } from 'node:crypto';
import type { OrderResource, RequestPaymentParameters } from '@huidiao/contracts';
import type { NewOrder } from '@huidiao/store';
import { waitFor } from '@huidiao/testing';
import { createPayClient } from '@huidiao/wechat';
import { expect } from 'chai';
import { after, afterEach, before, describe, it } from 'mocha';
import {
  type Answer,
  ask,
  isPaySignGood,
  mchId,
  newOutTradeNo,
  orderRequest,
  otherMchId,
  type RunningApi,
  startMerchantApi,
} from '../merchant-api.fixture.test.ts';

const appId = 'wx8888888888888888';

/** An answer of one of these operations. */
type ActionBody = Answer['body'] & {
  readonly outcome: string;
  readonly wechat_pay: Record<string, unknown>;
};

describe('what can be done about an order', () => {
  let api: RunningApi;
  before(async () => {
    const turn = { leaseMs: 500, waitMs: 2_000, pollMs: 20 };
    api = await startMerchantApi({ turn, payTimeoutMs: 400 });
  });
  afterEach(() => api.simulator.faults.reset());
  /** Of the other merchant, the newest first. */
  const made: string[] = [];
  after(() => api.close());

  async function act(outTradeNo: string, action: 'payment' | 'query' | 'close', key = api.key) {
    const url = `${api.uri}/v1/orders/${encodeURIComponent(outTradeNo)}/${action}`;
    const answer = await ask(url, { method: 'POST', headers: { authorization: `Bearer ${key}` } });
    return { ...answer, body: answer.body as ActionBody };
  }
  /** An order of 123.45 yuan that waits to be paid. */
  async function create(changes: Record<string, unknown> = {}) {
    const request = orderRequest(changes);
    const { body } = await api.post(request);
    return { outTradeNo: request.out_trade_no, payment: body.payment };
  }
  /** Paid, and its callback is lost. */
  const pay = (payment: RequestPaymentParameters) => api.simulator.pay({ appId, ...payment }, { drop: 20 });
  /** An order whose time is over. */
  async function createExpired(): Promise<string> {
    const { outTradeNo } = await create();
    const { id: _id, ...order } = await read(outTradeNo);
    const expired = { ...order, outTradeNo: newOutTradeNo(), timeExpire: new Date(Date.now() - 60_000) };
    await api.context.store.orders.register(toNewOrder(expired));
    return expired.outTradeNo;
  }
  const read = async (outTradeNo: string) =>
    (await api.context.store.orders.find(mchId, outTradeNo)) ?? expect.fail('the order is gone');
  const callsOf = (name: string) => api.simulator.ledger().calls.counts[name] ?? 0;
  const tradeState = (outTradeNo: string) => api.simulator.ledger(outTradeNo).orders[0]?.trade_state;
  const healOf = async (outTradeNo: string) => {
    const order = await read(outTradeNo);
    return order.queries;
  };
  const failWith = (name: string, answer: unknown, moment = 'before', times = 1) =>
    api.simulator.faults.set({ api: [{ api: name, moment, answer, times }] } as Parameters<
      RunningApi['simulator']['faults']['set']
    >[0]);

  for (const action of ['payment', 'query', 'close'] as const) {
    it(`${action} of an order that this merchant does not have is 404`, async () => {
      const { outTradeNo } = await create();
      expect(await act(newOutTradeNo(), action)).to.deep.include({ status: 404 });
      const answer = await act(outTradeNo, action, api.otherKey);
      expect(answer.status).to.equal(404);
      expect(answer.body.code).to.equal('ORDER_NOT_FOUND');
      expect((await act('x', action)).body.code).to.equal('ORDER_NOT_FOUND');
    });
  }

  describe('signing again', () => {
    it('signs the prepay_id that lives, without calling WeChat Pay', async () => {
      const { outTradeNo, payment } = await create();
      const before = callsOf('prepay');
      const { status, body } = await act(outTradeNo, 'payment');
      expect(status).to.equal(200);
      expect(body.payment.package).to.equal(payment.package);
      expect(isPaySignGood(body.payment)).to.equal(true);
      expect(callsOf('prepay')).to.equal(before);
    });

    it('prepays anew once the prepay_id has ended, and the buyer can pay with that', async () => {
      const { outTradeNo, payment } = await create();
      const ending = { prepayId: 'wx-of-long-ago', expiresAt: new Date(Date.now() + 30_000) };
      await api.context.store.orders.recordPrepay(mchId, outTradeNo, ending);
      const { body } = await act(outTradeNo, 'payment');
      expect(body.payment.package).to.not.equal(payment.package);
      expect(pay(body.payment).outTradeNo).to.equal(outTradeNo);
    });

    it('is refused for an order that is paid, closed or expired', async () => {
      const closed = await create();
      await act(closed.outTradeNo, 'close');
      expect((await act(closed.outTradeNo, 'payment')).body).to.include({
        code: 'ORDER_NOT_PAYABLE',
        detail: 'The order is closed.',
      });
      expect((await act(await createExpired(), 'payment')).body).to.include({
        code: 'ORDER_NOT_PAYABLE',
        detail: 'The order is expired.',
      });
    });

    it('is refused for an order that the merchant’s own system prepays', async () => {
      const { outTradeNo } = await create({ prepay: false });
      const answer = await act(outTradeNo, 'payment');
      expect([answer.status, answer.body.code]).to.deep.equal([409, 'ORDER_PREPAID_ELSEWHERE']);
    });

    it('is for a user what they bought, and nobody else’s; asking and closing is not for users', async () => {
      const openId = `o-${randomBytes(8).toString('hex')}`;
      const theirs = await create({ payer: { openid: openId } });
      const foreign = await create();
      const session = { mchId, appId, openId, expiresAt: new Date(Date.now() + 60_000) };
      const { token } = await api.context.store.sessions.create(session);
      const signed = await act(theirs.outTradeNo, 'payment', token);
      expect([signed.status, isPaySignGood(signed.body.payment)]).to.deep.equal([200, true]);
      const refused = await act(foreign.outTradeNo, 'payment', token);
      expect([refused.status, refused.body.code]).to.deep.equal([404, 'ORDER_NOT_FOUND']);
      expect((await act(theirs.outTradeNo, 'query', token)).status).to.equal(401);
      expect((await act(theirs.outTradeNo, 'close', token)).status).to.equal(401);
    });

    it('is refused for an order whose buyer had themselves forgotten', async () => {
      const openId = `o-${randomBytes(8).toString('hex')}`;
      const { outTradeNo } = await create({ payer: { openid: openId } });
      await api.context.store.orders.forgetBuyer({ appId, openId });
      expect((await act(outTradeNo, 'payment')).body.code).to.equal('ORDER_NOT_PAYABLE');
    });
  });

  describe('asking WeChat Pay', () => {
    it('says what WeChat Pay says of an order that nobody paid, and leaves it open', async () => {
      const { outTradeNo } = await create();
      const { status, body } = await act(outTradeNo, 'query');
      expect(status).to.equal(200);
      expect(body.wechat_pay).to.deep.equal({ trade_state: 'NOTPAY' });
      expect(body.outcome).to.equal('open');
      expect(body.order.status).to.equal('created');
    });

    it('adds the payment whose callback is missing as the callback would have', async () => {
      const { outTradeNo, payment } = await create();
      const { transactionId } = pay(payment);
      const { body } = await act(outTradeNo, 'query');
      expect(body.outcome).to.equal('healed');
      expect(body.wechat_pay).to.deep.include({
        trade_state: 'SUCCESS',
        transaction_id: transactionId,
        amount: { total: 12_345, currency: 'CNY' },
      });
      expect(await healOf(outTradeNo)).to.equal(1);
    });

    it('closes what somebody closed at WeChat Pay', async () => {
      const { outTradeNo } = await create();
      await closeElsewhere(api, outTradeNo);
      const { body } = await act(outTradeNo, 'query');
      expect([body.outcome, body.order.status]).to.deep.equal(['closed', 'closed']);
      expect(body.order.time_line.at(-1)).to.include({ event: 'closed', by: 'merchant' });
    });

    it('says where WeChat Pay has no such order', async () => {
      const { outTradeNo } = await create({ prepay: false });
      const { body } = await act(outTradeNo, 'query');
      expect(body.wechat_pay).to.deep.equal({ trade_state: 'ORDER_NOT_EXIST' });
    });

    it('only asks: an order that expired is not closed by it', async () => {
      const outTradeNo = await createExpired();
      const calls = callsOf('close');
      const { body } = await act(outTradeNo, 'query');
      expect([body.outcome, callsOf('close') - calls]).to.deep.equal(['open', 0]);
    });

    it('stays within the merchant’s rate', async () => {
      const request = orderRequest();
      await api.post(request, { key: api.otherKey });
      made.unshift(request.out_trade_no);
      const soon = new Date(Date.now() + 60_000);
      const bucket = { key: `query_${otherMchId}`, perSecond: 600, burst: 600, now: soon };
      await api.context.store.turns.take({ ...bucket, want: 600 });
      const calls = callsOf('query');
      for (const action of ['query', 'close'] as const) {
        const { status, body, headers } = await act(request.out_trade_no, action, api.otherKey);
        expect([status, body.code]).to.deep.equal([429, 'QUERY_RATE_EXCEEDED']);
        expect(headers.get('retry-after')).to.equal('1');
      }
      expect(callsOf('query')).to.equal(calls);
    });

    it('is 503 where WeChat Pay does not answer, and 422 where it refuses', async () => {
      const { outTradeNo } = await create();
      failWith('query', 'silence');
      expect((await act(outTradeNo, 'query')).status).to.equal(503);
      failWith('query', 'wrong_signature');
      expect((await act(outTradeNo, 'query')).body.code).to.equal('WECHAT_RESPONSE_NOT_AUTHENTIC');
      failWith('query', { status: 403, body: { code: 'NO_AUTH', message: 'x' } });
      const { status, body } = await act(outTradeNo, 'query');
      expect([status, body.code]).to.deep.equal([422, 'WECHAT_REFUSED']);
    });
  });

  describe('closing', () => {
    it('closes at WeChat Pay and then here, and may be repeated', async () => {
      const { outTradeNo, payment } = await create();
      const { status, body } = await act(outTradeNo, 'close');
      expect([status, body.order.status]).to.deep.equal([200, 'closed']);
      expect(tradeState(outTradeNo)).to.equal('CLOSED');
      expect(() => pay(payment)).to.throw();
      const calls = callsOf('close');
      expect((await act(outTradeNo, 'close')).status).to.equal(200);
      expect(callsOf('close')).to.equal(calls);
    });

    it('of a paid order is 409, and its payment goes the way of its callback', async () => {
      const { outTradeNo, payment } = await create();
      pay(payment);
      const answer = await act(outTradeNo, 'close');
      expect([answer.status, answer.body.code]).to.deep.equal([409, 'ORDER_PAID']);
      expect(await read(outTradeNo)).to.include({ status: 'created', queries: 1 });
      expect(tradeState(outTradeNo)).to.equal('SUCCESS');
    });

    it('while the buyer is paying closes nothing here, and says to come back', async () => {
      const { outTradeNo } = await create();
      api.simulator.startPaying({ mchId, outTradeNo });
      const answer = await act(outTradeNo, 'close');
      expect([answer.status, answer.body.code]).to.deep.equal([503, 'ORDER_NOT_CLOSED']);
      expect((await read(outTradeNo)).status).to.equal('created');
      expect(
        (await act(outTradeNo, 'payment')).status,
        'the turn is given back, so that the buyer can go on',
      ).to.equal(200);
    });

    for (const answer of ['silence', 'reset', 'system_error', 'frequency_limited', 'wrong_signature']) {
      it(`that WeChat Pay did and answered by ${answer} is known by the query after it`, async () => {
        const { outTradeNo } = await create();
        failWith('close', answer, 'after');
        const closed = await act(outTradeNo, 'close');
        expect([closed.status, closed.body.order.status]).to.deep.equal([200, 'closed']);
      });
    }

    it('whose last query has no answer closes nothing here, and can be repeated', async () => {
      const { outTradeNo } = await create();
      const silence = { api: 'query', moment: 'before', answer: 'silence', times: 1 } as const;
      failWith('close', 'silence', 'after');
      const first = act(outTradeNo, 'close');
      api.simulator.faults.set({ api: [silence] });
      expect((await first).status).to.equal(503);
      expect((await read(outTradeNo)).status).to.equal('created');
      expect((await act(outTradeNo, 'close')).status).to.equal(200);
    });

    it('of an order that was never prepaid closes it', async () => {
      const request = orderRequest();
      failWith('prepay', 'reset');
      expect((await api.post(request)).status).to.equal(503);
      await waitFor('the turn of the failed prepay to end', async () => {
        return (await act(request.out_trade_no, 'close')).status === 200;
      });
    });

    it('waits while somebody prepays it', async () => {
      const { outTradeNo } = await create();
      expect(await api.context.store.orders.takePrepayTurn(await read(outTradeNo), 60_000)).to.equal(true);
      const answer = await act(outTradeNo, 'close');
      expect([answer.status, answer.body.code]).to.deep.equal([503, 'ORDER_PREPAY_UNDER_WAY']);
      expect(tradeState(outTradeNo)).to.equal('NOTPAY');
    });

    it('of an order that the merchant’s own system prepays is refused', async () => {
      const { outTradeNo } = await create({ prepay: false });
      const answer = await act(outTradeNo, 'close');
      expect([answer.status, answer.body.code]).to.deep.equal([409, 'ORDER_PREPAID_ELSEWHERE']);
    });
  });

  describe('listing', () => {
    async function list(query: Record<string, string | number>) {
      const search = new URLSearchParams(
        Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
      );
      const answer = await ask(`${api.uri}/v1/orders?${search}`, {
        headers: { authorization: `Bearer ${api.otherKey}` },
      });
      const body = answer.body as unknown as {
        readonly orders: OrderResource[];
        readonly next_cursor?: string;
        readonly code: string;
        readonly errors: { readonly field: string }[];
      };
      return { status: answer.status, body, numbers: (body.orders ?? []).map((order) => order.out_trade_no) };
    }
    const createOther = async () => {
      const request = orderRequest({ prepay: false });
      await api.post(request, { key: api.otherKey });
      made.unshift(request.out_trade_no);
      return request.out_trade_no;
    };
    before(async () => {
      for (let count = 0; count < 5; count += 1) await createOther();
    });

    it('gives the newest first, page by page, whatever comes meanwhile', async () => {
      const all = made.slice(0, 5);
      const first = await list({ limit: 2 });
      expect(first.numbers).to.deep.equal(all.slice(0, 2));
      await createOther();
      const second = await list({ limit: 2, cursor: first.body.next_cursor ?? '' });
      const third = await list({ limit: 100, cursor: second.body.next_cursor ?? '' });
      expect([...second.numbers, ...third.numbers]).to.deep.equal(made.slice(3));
      expect(all.slice(2)).to.deep.equal(made.slice(3, 6));
      expect(third.body).to.not.have.property('next_cursor');
    });

    it('gives only what fits: status, hold, time of registration', async () => {
      const orders = api.context.store.orders;
      const number = made[1] ?? '';
      const order = (await orders.find('1900000002', number)) ?? expect.fail('no order');
      await orders.close(order);
      expect((await list({ status: 'closed' })).numbers).to.deep.equal([number]);
      expect(
        (await list({ status: 'closed', created_from: '2099-01-01T00:00:00+08:00' })).numbers,
      ).to.deep.equal([]);
      expect(
        (await list({ created_until: order.createdAt.toISOString(), limit: 100 })).numbers,
      ).to.deep.equal(made.slice(1));
      expect((await list({ created_from: order.createdAt.toISOString() })).numbers).to.deep.equal(
        made.slice(0, 2),
      );
      expect((await list({ held: 'refund_seen' })).numbers).to.deep.equal([]);
    });

    const wrong: [string, string, string][] = [
      ['limit', '0', 'limit'],
      ['limit', '101', 'limit'],
      ['limit', '1e1', 'limit'],
      ['status', 'refunded', 'status'],
      ['created_from', '2026-12-01', 'created_from'],
      ['cursor', 'not a cursor', 'cursor'],
      ['cursor', 'eyIkbmUiOjF9', 'cursor'],
      ['colour', 'red', 'colour'],
    ];
    for (const [name, value, field] of wrong) {
      it(`refuses ${name}=${value}`, async () => {
        const { status, body } = await list({ [name]: value });
        expect([status, body.code, body.errors[0]?.field]).to.deep.equal([400, 'REQUEST_INVALID', field]);
      });
    }
  });
});

/** Somebody else with the merchant's keys closes it. */
async function closeElsewhere(api: RunningApi, outTradeNo: string): Promise<void> {
  const merchant = api.context.config.directory.merchants.get(mchId);
  if (merchant === undefined) throw new Error('the merchant is not configured');
  const { logger, metrics } = api.context;
  const client = createPayClient({ merchant, baseUrl: api.simulator.uri, logger, metrics });
  await client.closeByOutTradeNo(outTradeNo);
  client.close();
}

function toNewOrder(order: NewOrder): NewOrder {
  const {
    appId: of,
    outTradeNo,
    openId,
    description,
    amountFen,
    currency,
    logisticsType,
    timeExpire,
  } = order;
  const facts = { mchId, appId: of, outTradeNo, openId, description, amountFen, currency, logisticsType };
  return { ...facts, timeExpire, prepay: true, contentHash: outTradeNo };
}

import { type CaseDecision, toApplyPaymentJobId, toRefundEffectId } from '@huidiao/contracts';
import type { ErrorCode } from '@huidiao/errors';
import { dropTestDatabase, findRequest, followDecision, type HoldReason, type Order } from '@huidiao/store';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { mchId, newOutTradeNo, type RunningApi, startMerchantApi } from '../merchant-api.fixture.test.ts';

const refundFen = 5_000;
const audit = { note: 'topped up', decided_by: 'support-7' };

describe('a refund whose money stayed with the merchant, in the worklist', () => {
  let api: RunningApi;
  let transactions = 0;
  before(async () => {
    api = await startMerchantApi();
  });
  after(async () => {
    await api?.close();
    if (api !== undefined) await dropTestDatabase(api.context.config.mongo.uri);
  });
  const orders = () => api.context.store.orders;

  async function newPaidOrder(held?: HoldReason): Promise<Order> {
    transactions += 1;
    const outTradeNo = newOutTradeNo();
    const { order } = await orders().register({
      mchId,
      appId: 'wx8888888888888888',
      outTradeNo,
      description: '手冲咖啡 250g',
      amountFen: 8_800,
      currency: 'CNY',
      logisticsType: 3,
      timeExpire: new Date(Date.now() + 3_600_000),
      prepay: false,
      contentHash: 'hash',
    });
    const transactionId = `42000000002026112266${String(transactions).padStart(8, '0')}`;
    const told = { mchId, appId: order.appId, outTradeNo, transactionId, amountFen: 8_800, currency: 'CNY' };
    const payment = { type: 'payment.succeeded', tradeType: 'JSAPI', ...told } as const;
    const paid = await orders().pay(order, payment, { eventKey: outTradeNo, effects: [], held });
    return paid ?? expect.fail('not paid');
  }

  /** Asked for, and brought to its end by a worker, as far as that goes. */
  async function newDeadRefund(errorCode: ErrorCode, held?: HoldReason) {
    const { outTradeNo } = await newPaidOrder(held);
    const outRefundNo = `${outTradeNo}-r1`;
    const body = { out_refund_no: outRefundNo, amount: { refund: refundFen } };
    await api.client.createRefund({ params: { out_trade_no: outTradeNo }, body });
    const named = { mchId, outTradeNo, outRefundNo };
    const state = errorCode === 'REFUND_INSUFFICIENT_FUNDS' ? 'insufficient_funds' : 'processing';
    await orders().moveRefund(named, { from: ['requested'], to: state, effect: 'settled' });
    const caseId = toRefundEffectId(mchId, outTradeNo, outRefundNo);
    const at = new Date();
    await api.context.store.deadLetters.store({
      queue: 'order-refund',
      jobId: caseId,
      jobName: 'make-refund',
      payload: { requestId: 'request-1', mchId, outTradeNo, effectId: caseId },
      errorCode,
      reason: 'x',
      details: { ...named, refundFen, remoteCode: 'NOT_ENOUGH' },
      attempts: 1,
      firstAttemptAt: at,
      failedAt: at,
    });
    return { caseId, named, outTradeNo };
  }

  const decide = async (caseId: string, decision: CaseDecision) =>
    (await api.client.decideCase({ params: { case_id: caseId }, body: { decision, ...audit } })).body;
  const read = async (caseId: string) => (await api.client.readCase({ params: { case_id: caseId } })).body;
  const requestOf = async ({ outTradeNo, outRefundNo }: { outTradeNo: string; outRefundNo: string }) => {
    const order = (await orders().find(mchId, outTradeNo)) ?? expect.fail('the order is gone');
    return { order, request: findRequest(order, outRefundNo) };
  };

  const kinds = [
    ['REFUND_INSUFFICIENT_FUNDS', 'refund_short_of_money', ['retry', 'hold', 'discard']],
    ['REFUND_NOT_FINAL', 'refund_not_final', ['retry', 'hold', 'discard']],
    ['REFUND_DIFFERS', 'refund_differs', ['retry', 'hold', 'discard']],
    ['REFUND_REFUSED', 'refund_refused', ['hold', 'discard']],
    ['REFUND_NUMBER_USED', 'refund_refused', ['hold', 'discard']],
  ] as const;
  for (const [code, kind, mayDecide] of kinds) {
    it(`is a case of its own where it died of ${code}`, async () => {
      const { caseId, named, outTradeNo } = await newDeadRefund(code);
      const { cases } = (await api.client.listCases({ query: { kind } })).body;
      const found = cases.find(({ case_id }) => case_id === caseId) ?? expect.fail('not listed');
      const refund = { out_refund_no: named.outRefundNo, amount: { refund: refundFen } };
      expect(found).to.deep.include({ kind, code, state: 'open', out_trade_no: outTradeNo, refund });
      const { may_decide, order } = await read(caseId);
      expect(may_decide).to.deep.equal(mayDecide);
      expect(order?.out_trade_no).to.equal(outTradeNo);
    });
  }

  it('is listed beside the cases of payments, and is none where an operator has to mend something', async () => {
    const { caseId } = await newDeadRefund('REFUND_NOT_FINAL');
    const { caseId: killing } = await newDeadRefund('JOB_KILLED_WORKERS');
    const ids = (await api.client.listCases({ query: {} })).body.cases.map(({ case_id }) => case_id);
    expect(ids).to.include(caseId);
    expect(ids).to.not.include(killing);
    const problem = await read(killing).catch((error: { code: string }) => error);
    expect(problem).to.include({ code: 'CASE_NOT_FOUND' });
  });

  it('is tried again, once for a decision, where a person says so', async () => {
    const { caseId, named } = await newDeadRefund('REFUND_INSUFFICIENT_FUNDS');
    expect((await decide(caseId, 'retry')).case.state).to.equal('under_way');
    await decide(caseId, 'retry');
    const letter = await api.context.store.deadLetters.find('order-refund', caseId);
    expect(letter).to.include({ state: 'replayed', replays: 1 });
    const { order, request } = await requestOf(named);
    expect(request).to.include({ state: 'insufficient_funds' });
    const decisions = order.timeLine.filter(({ event }) => event === 'case.decided');
    expect(decisions.map(({ code, decision }) => [code, decision])).to.deep.equal([
      ['REFUND_INSUFFICIENT_FUNDS', 'retry'],
    ]);
  });

  it('is given up where a person says so, so that its money is free for another one', async () => {
    const { caseId, named, outTradeNo } = await newDeadRefund('REFUND_INSUFFICIENT_FUNDS');
    const other = () =>
      api.client.createRefund({
        params: { out_trade_no: outTradeNo },
        body: { out_refund_no: `${outTradeNo}-r2`, amount: { refund: 8_800 } },
      });
    expect(await other().catch((error: { code: string }) => error)).to.include({
      code: 'REFUND_EXCEEDS_PAYMENT',
    });
    expect((await decide(caseId, 'discard')).case.state).to.equal('discarded');
    const { order, request } = await requestOf(named);
    expect(request).to.include({ state: 'refused', errorCode: 'NOT_ENOUGH' });
    expect(order.timeLine.map(({ event }) => event)).to.include('refund.given_up');
    expect((await other()).status).to.equal(201);
  });

  it('makes its payment a case again where nothing is delivered for that, also when whoever gave it up died at once', async () => {
    const { caseId, named } = await newDeadRefund('REFUND_INSUFFICIENT_FUNDS', 'refund_seen');
    const { deadLetters } = api.context.store;
    const { transactionId = '' } = (await requestOf(named)).order;
    const jobId = toApplyPaymentJobId({ mchId, transactionId, refundSeen: true });
    const letter = { queue: 'payment-event', jobId, jobName: 'apply-payment', payload: {}, reason: '' };
    const at = { firstAttemptAt: new Date(), failedAt: new Date() };
    const errorCode = 'ORDER_REFUND_SEEN';
    await deadLetters.store({ ...letter, ...at, errorCode, details: {}, attempts: 1 });
    // Whoever asked for the refund had decided.
    await deadLetters.resolve('payment-event', jobId);
    await decide(caseId, 'discard');
    expect(await deadLetters.find('payment-event', jobId)).to.include({ state: 'open', times: 2 });
    await deadLetters.resolve('payment-event', jobId);
    const decided = (await deadLetters.find('order-refund', caseId)) ?? expect.fail('no case');
    const none = async () => undefined;
    await followDecision(
      { ...api.context, ...api.context.store, repeat: none, producer: { add: none } },
      decided,
      'r',
    );
    expect(await deadLetters.find('payment-event', jobId)).to.include({ state: 'open', times: 3 });
  });

  it('is not given up where WeChat Pay accepted it: that may still make it', async () => {
    const { caseId, named } = await newDeadRefund('REFUND_NOT_FINAL');
    await decide(caseId, 'discard');
    expect((await requestOf(named)).request).to.include({ state: 'processing' });
  });
});

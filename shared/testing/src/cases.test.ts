import { type JobData, toApplyPaymentJobId, toFullRefundNo, toPaymentCallbackKey } from '@huidiao/contracts';
import { makeTransaction } from '@huidiao/wechat-simulator';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { type Installation, startInstallation, testMerchant } from './installation.ts';
import { waitFor } from './wait-for.ts';

const { mchId, appId } = testMerchant;
const audit = { note: 'the buyer called', decided_by: 'support-7' };

describe('the worklist of payments that went wrong (掉单)', function () {
  this.timeout(60_000);
  let installation: Installation;
  before(async () => {
    installation = await startInstallation({ without: ['message-worker', 'reconciler'] });
  });
  after(() => installation.close());

  const register = (outTradeNo: string) => installation.createOrder(outTradeNo, { prepay: false });
  /** Paid at WeChat Pay, which says so. */
  const pay = (outTradeNo: string, totalFen: number) => {
    const notifyUrl = `http://127.0.0.1:${installation.ingressPort}/callbacks/wechat-pay/${mchId}`;
    const openId = `o-buyer-of-${outTradeNo}`;
    return installation.simulator.payDirectly({ mchId, appId, openId, outTradeNo, totalFen, notifyUrl });
  };
  const openCases = async (query: { kind?: 'amount_differs'; held?: 'true' | 'false' } = {}) =>
    (await installation.client.listCases({ query })).body.cases;
  const caseOf = (outTradeNo: string) =>
    waitFor(`a case of ${outTradeNo}`, async () =>
      (await openCases()).find((each) => each.out_trade_no === outTradeNo),
    );
  const decide = (caseId: string, decision: 'deliver' | 'refund' | 'retry' | 'hold' | 'discard') =>
    installation.client.decideCase({ params: { case_id: caseId }, body: { decision, ...audit } });
  const read = async (caseId: string) =>
    (await installation.client.readCase({ params: { case_id: caseId } })).body;
  const problemOf = (work: Promise<unknown>) =>
    work.then(
      () => expect.fail('it was taken'),
      (error: unknown) => error as { status: number; code: string },
    );
  const resolved = (caseId: string) =>
    waitFor('the case to be resolved', async () => (await read(caseId)).case.state === 'resolved');
  const ordersTold = (outTradeNo: string) =>
    installation.shop.ledger().orders.filter((order) => order.out_trade_no === outTradeNo).length;
  const stored = async (outTradeNo: string) =>
    (await installation.store.orders.find(mchId, outTradeNo)) ?? expect.fail('the order is gone');

  it('shows both figures of another amount, and delivers what was paid once a person accepts it', async () => {
    await register('CASE-0001');
    pay('CASE-0001', 8_700);
    const found = await caseOf('CASE-0001');
    expect(found).to.deep.include({ kind: 'amount_differs', expected: { total: 8_800, currency: 'CNY' } });
    expect(found.payment?.amount.total).to.equal(8_700);
    expect((await read(found.case_id)).may_decide).to.deep.equal(['deliver', 'refund', 'hold', 'discard']);

    const decided = await decide(found.case_id, 'deliver');
    expect(decided.body.case.history.at(-1)).to.deep.include({
      action: 'decided',
      decision: 'deliver',
      by: 'support-7',
      note: 'the buyer called',
    });
    await resolved(found.case_id);
    const order = await waitFor('the order to be fulfilled', async () => {
      const now = await installation.readOrder('CASE-0001');
      return now.status === 'fulfilled' ? now : undefined;
    });
    expect(order.amount.total, 'it comes to what was paid').to.equal(8_700);
    const events = order.time_line.map(({ event }) => event);
    expect(events).to.include.members(['payment.amount_differs', 'case.decided', 'paid']);
    expect(order.time_line.find(({ event }) => event === 'paid')).to.include({
      decided_by: 'support-7',
      ordered_amount_fen: 8_800,
    });
    expect(ordersTold('CASE-0001')).to.equal(1);
    expect((await openCases()).map((each) => each.out_trade_no)).to.not.include('CASE-0001');
  });

  it('hears one of many who decide at the same moment', async () => {
    await register('CASE-0002');
    pay('CASE-0002', 8_900);
    const { case_id } = await caseOf('CASE-0002');
    const wanted = Array.from({ length: 20 }, (_, index): 'deliver' | 'refund' =>
      index % 2 === 0 ? 'deliver' : 'refund',
    );
    const answers = await Promise.all(
      wanted.map((decision) =>
        decide(case_id, decision).then(
          () => decision,
          (error: { code: string }) => error.code,
        ),
      ),
    );
    await resolved(case_id);
    const heard = new Set(answers.filter((answer) => answer !== 'CASE_DECIDED'));
    expect(heard.size, [...heard].join()).to.equal(1);
    const order = await stored('CASE-0002');
    const delivered = order.timeLine.filter(({ event }) => event === 'paid').length;
    expect([delivered, order.refundRequests.length]).to.deep.equal(heard.has('deliver') ? [1, 0] : [0, 1]);
    expect(order.timeLine.filter(({ event }) => event === 'case.decided')).to.have.length(1);
  });

  it('gives back a second payment, that very one, and delivers it to nobody', async () => {
    await register('CASE-0003');
    pay('CASE-0003', 8_800);
    await waitFor('the first payment', async () => (await stored('CASE-0003')).transactionId);
    const { transactionId } = payAgain(installation, 'CASE-0003', 8_800);
    const { case_id, kind } = await caseOf('CASE-0003');
    expect(kind).to.equal('paid_twice');
    expect((await problemOf(decide(case_id, 'deliver'))).code).to.equal('CASE_DECISION_NOT_POSSIBLE');
    const { body } = await decide(case_id, 'refund');
    expect(body.case.state).to.equal('resolved');
    expect((await decide(case_id, 'refund')).status, 'the same again').to.equal(200);
    expect((await problemOf(decide(case_id, 'discard'))).code).to.equal('CASE_DECIDED');
    const order = await stored('CASE-0003');
    expect(order.refundRequests).to.have.length(1);
    expect(order.refundRequests[0]).to.include({ transactionId, refundFen: 8_800, requestedBy: 'case' });
    expect(order.status).to.not.equal('created');
  });

  it('releases a payment that was held because its refund had been seen', async () => {
    const { payment } = await installation.createOrder('CASE-0004');
    if (payment === undefined) throw new Error('nothing to pay with');
    installation.simulator.pay({ appId, ...payment }, { drop: 20 });
    installation.simulator.refundAtConsole(mchId, 'CASE-0004', { refundFen: 100 });
    const asked = await installation.client.queryOrder({ params: { out_trade_no: 'CASE-0004' } });
    expect(asked.body.outcome).to.equal('refund_seen');
    const { case_id, kind } = await caseOf('CASE-0004');
    expect(kind).to.equal('refund_seen');
    expect(
      (await installation.client.listOrders({ query: { held: 'refund_seen' } })).body.orders,
    ).to.have.length(1);
    await decide(case_id, 'deliver');
    await resolved(case_id);
    await waitFor(
      'the order to be fulfilled',
      async () => (await stored('CASE-0004')).status === 'fulfilled',
    );
    expect(ordersTold('CASE-0004')).to.equal(1);
  });

  it('applies the payment of an unknown order once somebody has registered it', async () => {
    const letter = unknownOrder('CASE-0005');
    await installation.store.deadLetters.store(letter);
    const params = { case_id: letter.jobId };
    const unregistered = (await installation.client.readCase({ params })).body;
    expect(unregistered.case.kind).to.equal('unknown_order');
    expect(unregistered.may_decide).to.deep.equal(['hold', 'discard']);
    await register('CASE-0005');
    await decide(letter.jobId, 'deliver');
    await resolved(letter.jobId);
    expect((await stored('CASE-0005')).transactionId).to.equal(letter.payload.payment.transactionId);
  });

  it('leaves a case as it is, with a note, until somebody gives it up', async () => {
    await register('CASE-0006');
    pay('CASE-0006', 1);
    const { case_id } = await caseOf('CASE-0006');
    const { body } = await decide(case_id, 'hold');
    expect(body.case.state).to.equal('held');
    expect((await openCases({ held: 'true' })).map((each) => each.case_id)).to.deep.equal([case_id]);
    expect((await openCases({ held: 'false' })).map((each) => each.case_id)).to.not.include(case_id);
    expect((await openCases({ kind: 'amount_differs' })).map((each) => each.case_id)).to.include(case_id);
    expect((await decide(case_id, 'discard')).body.case.state).to.equal('discarded');
    expect((await openCases()).map((each) => each.case_id)).to.not.include(case_id);
    expect((await problemOf(decide(case_id, 'deliver'))).code).to.equal('CASE_DECIDED');
    const decisions = (await stored('CASE-0006')).timeLine.filter(({ event }) => event === 'case.decided');
    expect(decisions.map(({ decision }) => decision)).to.deep.equal(['hold', 'discard']);
  });

  it('has a late payment whose refund WeChat Pay closed, which a person may deliver after all', async () => {
    const { payment } = await installation.createOrder('CASE-0009');
    if (payment === undefined) throw new Error('nothing to pay with');
    await installation.store.orders.close(await stored('CASE-0009'));
    installation.simulator.faults.set({ refund_course: 'CLOSED', refund_delay_ms: 100 });
    installation.simulator.pay({ appId, ...payment });
    const found = await caseOf('CASE-0009').finally(() => installation.simulator.faults.reset());
    const expected = { total: 8_800, currency: 'CNY' };
    expect(found).to.deep.include({ kind: 'paid_late', code: 'ORDER_LATE_NOT_REFUNDED', expected });
    expect(found.payment?.amount).to.deep.equal(expected);
    expect((await read(found.case_id)).may_decide).to.deep.equal(['deliver', 'refund', 'hold', 'discard']);
    expect(ordersTold('CASE-0009')).to.equal(0);

    await decide(found.case_id, 'deliver');
    await resolved(found.case_id);
    await waitFor(
      'the order to be fulfilled',
      async () => (await stored('CASE-0009')).status === 'fulfilled',
    );
    expect(ordersTold('CASE-0009')).to.equal(1);
  });

  it('has such a one, which a person may give back under another number', async () => {
    const { payment } = await installation.createOrder('CASE-0010');
    if (payment === undefined) throw new Error('nothing to pay with');
    await installation.store.orders.close(await stored('CASE-0010'));
    installation.simulator.faults.set({ refund_course: 'CLOSED', refund_delay_ms: 100 });
    installation.simulator.pay({ appId, ...payment });
    const { case_id } = await caseOf('CASE-0010').finally(() => installation.simulator.faults.reset());
    const decided = await decide(case_id, 'refund');
    expect(decided.body.case.state).to.equal('resolved');
    const { refundRequests, transactionId } = await stored('CASE-0010');
    expect(refundRequests.map(({ outRefundNo, requestedBy }) => [outRefundNo, requestedBy])).to.deep.equal([
      [toFullRefundNo(transactionId ?? ''), 'late_payment'],
      [`case-${transactionId}`, 'case'],
    ]);
    expect(ordersTold('CASE-0010')).to.equal(0);
  });

  it('has what the day’s bill says otherwise, with both figures, for a person to close', async () => {
    await register('CASE-0011');
    pay('CASE-0011', 8_800);
    await waitFor('the payment', async () => (await stored('CASE-0011')).transactionId);
    const letter = unknownOrder('CASE-0011');
    const details = { billDate: '2026-11-22', billedFen: 8_799, ourFen: 8_800 };
    const jobId = `${letter.jobId}_BILL`;
    await installation.store.deadLetters.store({
      ...letter,
      jobId,
      errorCode: 'BILL_AMOUNT_DIFFERS',
      details,
    });
    const found = await caseOf('CASE-0011');
    const billed = { bill_date: '2026-11-22', amount: 8_799 };
    expect(found).to.deep.include({ case_id: jobId, kind: 'bill_differs', billed });
    expect(found.payment?.amount.total).to.equal(8_800);
    expect((await read(jobId)).may_decide).to.deep.equal(['hold', 'discard']);
    expect((await problemOf(decide(jobId, 'refund'))).code).to.equal('CASE_DECISION_NOT_POSSIBLE');
    expect((await decide(jobId, 'discard')).body.case.state).to.equal('discarded');
    const decisions = (await stored('CASE-0011')).timeLine.filter(({ event }) => event === 'case.decided');
    expect(decisions.map(({ code, decision }) => [code, decision])).to.deep.equal([
      ['BILL_AMOUNT_DIFFERS', 'discard'],
    ]);
  });

  it('is the merchant’s own: a case of another one, or of something else, is 404', async () => {
    const foreign = unknownOrder('CASE-0007');
    foreign.payload.payment.mchId = '1900000777';
    foreign.jobId = foreign.jobId.replace(mchId, '1900000777');
    await installation.store.deadLetters.store(foreign);
    for (const caseId of [foreign.jobId, 'no-such-case']) {
      for (const work of [() => read(caseId), () => decide(caseId, 'discard')]) {
        expect(await problemOf(work())).to.include({ status: 404, code: 'CASE_NOT_FOUND' });
      }
    }
    expect((await openCases()).map((each) => each.case_id)).to.not.include(foreign.jobId);
  });

  it('refuses a decision without a note or a name', async () => {
    const { case_id } = await (async () => {
      await register('CASE-0008');
      pay('CASE-0008', 2);
      return caseOf('CASE-0008');
    })();
    for (const body of [
      { decision: 'hold', decided_by: 'support-7' },
      { decision: 'hold', note: 'x', decided_by: '' },
      { decision: 'deliver at once', ...audit },
    ]) {
      const work = installation.client.decideCase({ params: { case_id }, body: body as never });
      expect(await problemOf(work)).to.include({ status: 400, code: 'REQUEST_INVALID' });
    }
  });
});

/** Another transaction under the same number, as a payer's second tap has been seen to make. */
function payAgain({ simulator, ingressPort }: Installation, outTradeNo: string, totalFen: number) {
  const url = `http://127.0.0.1:${ingressPort}/callbacks/wechat-pay/${mchId}`;
  const transactionId = `42000000002026112299${outTradeNo.slice(-4)}0001`;
  const plaintext = makeTransaction({ mchId, appId, outTradeNo, transactionId, totalFen });
  void simulator.sendNotification({ url, mchId, plaintext });
  return { transactionId };
}

/** The dead letter of a payment whose order nobody had registered. */
function unknownOrder(outTradeNo: string) {
  const payment = {
    type: 'payment.succeeded' as const,
    mchId,
    appId,
    outTradeNo,
    transactionId: `42000000002026112288${outTradeNo.slice(-4)}0001`,
    amountFen: 8_800,
    currency: 'CNY',
    tradeType: 'JSAPI',
  };
  const payload: JobData<'apply-payment'> = {
    requestId: 'request-1',
    callbackKey: toPaymentCallbackKey(payment),
    notificationId: 'EV-1',
    eventType: 'TRANSACTION.SUCCESS',
    receivedAt: '2026-11-22T10:00:00Z',
    payment,
  };
  return {
    queue: 'payment-event' as const,
    jobId: toApplyPaymentJobId(payment),
    jobName: 'apply-payment',
    payload,
    errorCode: 'ORDER_UNKNOWN',
    reason: 'A payment for an order that nobody registered.',
    details: {},
    attempts: 1,
    firstAttemptAt: new Date('2026-11-22T10:00:00Z'),
    failedAt: new Date('2026-11-22T10:10:00Z'),
  };
}

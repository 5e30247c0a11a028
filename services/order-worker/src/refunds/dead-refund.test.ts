import { refundStatuses, toRefundEffectId } from '@huidiao/contracts';
import { toDeadJobFacts } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createApplyRefund } from '../jobs/apply-refund.ts';
import { firstAttempt, mchId, outcomeOf, toApplyRefund } from '../order-worker.fixture.test.ts';
import { refundPace } from './refund-pace.ts';
import { useRefunds } from './refunds.fixture.test.ts';

describe('a refund that WeChat Pay accepted and did not finish for days, which is a dead letter', () => {
  const refunds = useRefunds();
  const { store, newPaidOrder, request, run, refundOf, deadLetterOf } = refunds;
  const pace = { ...refundPace, toFollowMs: () => undefined };

  async function newDeadRefund() {
    const order = await newPaidOrder();
    const number = `${order.outTradeNo}-r1`;
    await request(order, number, 300);
    await run(order, number);
    expect(await run(order, number, { pace })).to.equal('REFUND_NOT_FINAL');
    return { order, number };
  }

  /** Its callback comes after all. */
  async function tell(type: keyof typeof refundStatuses) {
    const { order, number } = await newDeadRefund();
    const { refundId = '', transactionId } = await refundOf(order, number);
    const facts = { type, refundId, transactionId, outRefundNo: number, refundFen: 300 };
    const job = toApplyRefund(order, facts);
    const outcome = await outcomeOf(
      createApplyRefund({ ...refunds.deps, store })(job, firstAttempt('apply-refund_1')),
    );
    return { outcome, order, number, letter: await deadLetterOf(order, number) };
  }

  for (const type of ['refund.succeeded', 'refund.closed'] as const) {
    it(`leaves a person nothing to decide once its callback says ${refundStatuses[type]}`, async () => {
      const { outcome, letter } = await tell(type);
      expect(outcome).to.equal('recorded');
      expect(letter).to.include({ state: 'resolved', errorCode: 'REFUND_NOT_FINAL' });
    });
  }

  it('stays one while its money hangs between the accounts', async () => {
    expect((await tell('refund.abnormal')).letter).to.include({ state: 'open' });
  });

  it('names the refund, by which a person finds it', async () => {
    const { order, number } = await newDeadRefund();
    const letter = (await deadLetterOf(order, number)) ?? expect.fail('no dead letter');
    const { outTradeNo } = order;
    expect(toDeadJobFacts(letter)).to.deep.equal({
      refundRequest: { mchId, outTradeNo, outRefundNo: number, refundFen: 300 },
    });
    expect(letter.jobId).to.equal(toRefundEffectId(mchId, outTradeNo, number));
    await store.deadLetters.resolve('order-refund', letter.jobId);
  });
});

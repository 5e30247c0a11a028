import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { paymentSucceeded } from './events/payment-events.ts';
import { outTradeNo } from './ids.ts';
import { type JobName, jobCatalogue, queueNames } from './job-catalogue.ts';
import { toApplyPaymentJobId, toCallbackJobId, toEffectId } from './job-id.ts';

const jobNames = Object.keys(jobCatalogue) as JobName[];
const payment = {
  type: 'payment.succeeded',
  mchId: '1900000001',
  appId: 'wxd678efh567hg6787',
  outTradeNo: 'order_1|a*b-c',
  transactionId: '1217752501201407033233368018',
  amountFen: 1,
  currency: 'CNY',
  tradeType: 'JSAPI',
} as const;

describe('the job catalogue', () => {
  for (const name of jobNames) {
    it(`gives ${name} a known queue and a schedule that reaches its end`, () => {
      const { queue, retry } = jobCatalogue[name];
      expect(queueNames).to.include(queue);
      expect(retry.attempts).to.be.at.least(1);
      expect(retry.baseDelayMs).to.be.within(1, retry.maxDelayMs);
      expect(retry.maxDelayMs).to.be.below(retry.giveUpAfterMs);
    });
  }

  it('gives every queue a job', () => {
    expect(new Set(jobNames.map((name) => jobCatalogue[name].queue))).to.deep.equal(new Set(queueNames));
  });

  const refused: readonly [string, object][] = [
    ['an amount as text', { amountFen: '1' }],
    ['a fraction of a fen', { amountFen: 1.5 }],
    ['an amount of nothing', { amountFen: 0 }],
    ['an amount beyond exact numbers', { amountFen: 2 ** 53 }],
    ['a currency in small letters', { currency: 'cny' }],
    ['a merchant number with a path in it', { mchId: '../1900000001' }],
    ['an order number with a space', { outTradeNo: 'order 1' }],
    ['a transaction id as a number', { transactionId: 1217752501201407 }],
    ['an openid with markup', { openId: '<o>' }],
  ];
  for (const [what, change] of refused) {
    it(`refuses a payment with ${what}`, () => {
      expect(paymentSucceeded.safeParse({ ...payment, ...change }).success).to.equal(false);
    });
  }
});

/** https://docs.bullmq.io/guide/jobs/job-ids: no colon, and not digits alone. */
function isLegalJobId(id: string): boolean {
  return !id.includes(':') && !/^[0-9]+$/.test(id) && id.length > 0 && id.length <= 200;
}

describe('job ids', () => {
  it('are legal and tell orders apart, for any order number that WeChat Pay allows', () => {
    const character = fc.constantFrom(...'0123456789AZaz_-|*');
    const orderNumber = fc.string({ unit: character, minLength: 6, maxLength: 32 });
    fc.assert(
      fc.property(orderNumber, orderNumber, (one, other) => {
        expect(outTradeNo.safeParse(one).success).to.equal(true);
        const [left, right] = [one, other].map((number) => toEffectId('fulfil-order', '1900000001', number));
        expect(isLegalJobId(String(left))).to.equal(true);
        expect(left === right).to.equal(one === other);
      }),
    );
  });

  it('name the payment and its state, so that a re-sent callback has the same id', () => {
    const id = toApplyPaymentJobId(payment);
    expect(id).to.equal('apply-payment_1900000001_1217752501201407033233368018_SUCCESS');
    expect(id).to.satisfy(isLegalJobId);
    const refunded = toApplyPaymentJobId({ ...payment, refundSeen: true });
    expect(refunded).to.equal('apply-payment_1900000001_1217752501201407033233368018_REFUND');
  });

  it('are legal for any notification id that a callback may bring', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 64 }), (notificationId) => {
        expect(toCallbackJobId('keep-callback', `notification_1900000001_${notificationId}`)).to.satisfy(
          isLegalJobId,
        );
      }),
    );
  });

  it('tell effects of one order apart by their subject', () => {
    const subjects = [undefined, 'order_paid', 'order_shipped'];
    const ids = subjects.map((subject) =>
      toEffectId('send-subscribe-message', '1900000001', 'order_1', subject),
    );
    expect(new Set(ids).size).to.equal(3);
  });
});

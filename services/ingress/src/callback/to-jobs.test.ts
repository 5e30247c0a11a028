import {
  type DomainEvent,
  type PassThrough,
  type PaymentSucceeded,
  type RefundEvent,
  type Shop,
  toCheckOrderNo,
} from '@huidiao/contracts';
import { checkNewJob } from '@huidiao/queue';
import type { GenuineCallback, ToldFact } from '@huidiao/wechat';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type ReceivedCallback, toJobs } from './to-jobs.ts';

const mchId = '1900000001';
const callback: ReceivedCallback = {
  receiver: { mchId },
  requestId: 'request-1',
  receivedAt: new Date('2026-11-22T08:00:01Z'),
  body: Buffer.from('{"id":"n-1"}'),
  rawQuery: 'nonce=1',
  headers: { 'wechatpay-nonce': 'n' },
};
const payment = (number: number): PaymentSucceeded => ({
  type: 'payment.succeeded',
  mchId,
  appId: 'wx1234567890abcdef',
  outTradeNo: `ORDER-000${number}`,
  transactionId: `420000000020261122000000000${number}`,
  amountFen: 100,
  currency: 'CNY',
  tradeType: 'JSAPI',
});
const refund: RefundEvent = {
  type: 'refund.succeeded',
  mchId,
  outTradeNo: 'ORDER-0001',
  transactionId: '4200000000202611220000000001',
  outRefundNo: 'REFUND-1',
  refundId: '50000000382019052709732678859',
  refundFen: 100,
  totalFen: 100,
  proof: 'signature',
};
const echoed: DomainEvent = { type: 'security.echoed', mchId };
const unhandled: DomainEvent = { type: 'callback.unhandled', reason: 'unknown_type', problem: 'who knows' };

function genuine(...events: [DomainEvent, ...DomainEvent[]]): GenuineCallback {
  const facts = events.map((event, index): ToldFact => ({ callbackKey: `key-${index}`, event }));
  return {
    notificationId: 'n-1',
    eventType: 'SOME.TYPE',
    callbackKey: 'whole',
    facts: facts as [ToldFact, ...ToldFact[]],
    content: '{"a":1}',
  };
}
const shop = (...events: string[]): Shop => ({
  webhookUrl: 'https://shop.example.com',
  webhookSecrets: [],
  allowPrivateNetwork: false,
  timeoutMs: 1_000,
  events,
});
const old = (name: string, ...events: string[]): PassThrough => ({
  name,
  url: 'https://old.example.com',
  events,
  allowPrivateNetwork: false,
  timeoutMs: 1_000,
});
const none = { shop: undefined, passThrough: [] };
const idsOf = (event: [DomainEvent, ...DomainEvent[]], targets: Parameters<typeof toJobs>[2] = none) =>
  toJobs(genuine(...event), callback, targets).map(({ id }) => id);

describe('the jobs of a genuine callback', () => {
  it('are one for what it tells', () => {
    expect(idsOf([payment(1)])).to.deep.equal([
      'apply-payment_1900000001_4200000000202611220000000001_SUCCESS',
    ]);
    expect(idsOf([refund])).to.deep.equal([
      'apply-refund_1900000001_50000000382019052709732678859_SUCCEEDED',
    ]);
    expect(idsOf([echoed])).to.deep.equal(['apply-event_key-0']);
    expect(idsOf([unhandled])).to.deep.equal(['keep-callback_key-0']);
  });

  it('are one for each order of a combined payment, and keep the one alone that nobody understands', () => {
    expect(idsOf([payment(1), unhandled, payment(3)])).to.deep.equal([
      'apply-payment_1900000001_4200000000202611220000000001_SUCCESS',
      'keep-callback_key-1',
      'apply-payment_1900000001_4200000000202611220000000003_SUCCESS',
    ]);
  });

  it('tell the shop of what its filter names, and never of a payment, of which it hears once it is applied', () => {
    const told = (event: DomainEvent, filter: string) =>
      idsOf([event], { ...none, shop: shop(filter) }).filter((id) => id.startsWith('forward'));
    expect(told(refund, 'refund.*')).to.deep.equal(['forward-event_whole']);
    expect(told(refund, 'refund.closed')).to.deep.equal([]);
    expect(told(echoed, '*')).to.deep.equal(['forward-event_whole']);
    expect(told(unhandled, 'callback.*')).to.deep.equal(['forward-event_whole']);
    expect(told(payment(1), '*')).to.deep.equal([]);
  });

  it('pass it through to each address that wants it, with its bytes, its query and the headers that were kept', () => {
    const passThrough = [old('one', '*'), old('two', 'payment.*'), old('three', 'refund.*')];
    const jobs = toJobs(genuine(payment(1)), callback, { ...none, passThrough });
    expect(jobs.slice(1).map(({ id }) => id)).to.deep.equal([
      'pass-through_whole_one',
      'pass-through_whole_two',
    ]);
    expect(jobs[1]?.data).to.deep.include({
      target: 'one',
      query: 'nonce=1',
      headers: { 'wechatpay-nonce': 'n' },
      body: '{"id":"n-1"}',
      bodyEncoding: 'utf8',
    });
  });

  it('tell nobody of the order that verify-callback buys to see whether its callback comes', () => {
    const check = { ...payment(1), outTradeNo: toCheckOrderNo(1) };
    const targets = { shop: shop('*'), passThrough: [old('one', '*')] };
    expect(idsOf([check], targets)).to.have.length(1);
    expect(idsOf([{ ...refund, outTradeNo: toCheckOrderNo(1) }], targets)).to.have.length(1);
  });

  it('say of what nobody understands whether somebody else sees to it', () => {
    const isForwarded = (targets: Parameters<typeof toJobs>[2]) =>
      toJobs(genuine(unhandled), callback, targets).map(
        ({ data }) => 'isForwarded' in data && data.isForwarded,
      )[0];
    expect(isForwarded(none)).to.equal(false);
    expect(isForwarded({ ...none, shop: shop('refund.*') })).to.equal(false);
    expect(isForwarded({ ...none, shop: shop('*') })).to.equal(true);
    expect(isForwarded({ ...none, passThrough: [old('one', '*')] })).to.equal(true);
  });

  it('leave an order that nobody understood to a person when only the payments beside it are passed through', () => {
    const jobs = toJobs(genuine(payment(1), unhandled), callback, {
      ...none,
      passThrough: [old('one', 'payment.*')],
    });
    expect(jobs.map(({ name }) => name)).to.deep.equal(['apply-payment', 'keep-callback', 'pass-through']);
    expect(jobs[1]?.data).to.deep.include({ isForwarded: false });
  });

  it('have room for the largest body, whatever characters it is of', () => {
    for (const character of ['\0', '\u001f', '\u0085', '"', '\n', 'é', '字']) {
      const size = Math.floor(1_500_000 / Buffer.byteLength(character));
      const received = { ...callback, body: Buffer.from(character.repeat(size)) };
      const [job] = toJobs(genuine(unhandled), received, none);
      expect(() => checkNewJob(job as NonNullable<typeof job>), JSON.stringify(character)).not.to.throw();
    }
  });

  it('fit their schemas, for a merchant and for an app, whatever bytes the body has', () => {
    const targets = { shop: shop('*'), passThrough: [old('one', '*')] };
    for (const receiver of [{ mchId }, { appId: 'wx1234567890abcdef' }]) {
      const received = { ...callback, receiver, body: Buffer.from([0xff, 0x00]) };
      for (const job of toJobs(genuine(payment(1), refund, echoed, unhandled), received, targets)) {
        expect(() => checkNewJob(job), job.id).not.to.throw();
      }
    }
  });
});

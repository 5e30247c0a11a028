import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import {
  allEvents,
  createSimulator,
  findEvent,
  type JsonObject,
  payEvents,
  type Simulator,
} from '../index.ts';
import {
  appId,
  createReceiver,
  openResource,
  type Receiver,
  testMerchant,
  verifySignature,
} from '../wechat-simulator.fixture.test.ts';

/** What the documents of WeChat Pay name, written out here once more. */
const documentedTypes = [
  'TRANSACTION.SUCCESS TRANSACTION.FAIL TRANSACTION.PAY_BACK',
  'REFUND.SUCCESS REFUND.ABNORMAL REFUND.CLOSED PROFITSHARING.SUCCESS PROFITSHARING.RETURN',
  'MCHTRANSFER.BILL.FINISHED MCHTRANSFER.BATCH.FINISHED MCHTRANSFER.BATCH.CLOSED',
  'MCHTRANSFER.QQWALLETBILL.FINISHED MCHTRANSFER.AUTHORIZATION.CONFIRMED COUPON.USE COUPON.SEND',
  'PAYSCORE.USER_OPEN_SERVICE PAYSCORE.USER_CLOSE_SERVICE PAYSCORE.USER_CONFIRM PAYSCORE.USER_PAID',
  'PAYSCORE.USER_SIGN_PLAN COMPLAINT.CREATE COMPLAINT.STATE_CHANGE VEHICLE.ENTRANCE_STATE_CHANGE',
  'DISCOUNT_CARD.USER_ACCEPTED DISCOUNT_CARD.AGREEMENT_ENDED DISCOUNT_CARD.USER_PAID',
  'MALL_TRANSACTION.SUCCESS MALL_REFUND.SUCCESS MALL_AUTH.ACTIVATE_CARD',
  'FAPIAO.USER_APPLIED FAPIAO.CARD_INSERTED FAPIAO.CARD_DISCARDED FAPIAO.ISSUED FAPIAO.REVERSED',
  'VIOLATION.PUNISH VIOLATION.INTERCEPT VIOLATION.APPEAL RISKTRADE.IDENTIFICATION',
  'ENTRUST.SIGN ENTRUST.TERMINATE ENTRUST.TERMINATE_INQUIRY ENTRUST.SIGNING ENTRUST.RELEASE',
  'INSURANCE_ENTRUST.SIGN INSURANCE_ENTRUST.TERMINATE ECOMMERCE_ENTRUST.SIGN ECOMMERCE_ENTRUST.TERMINATE',
  'PAPAY.SIGN PAPAY.TERMINATE MEMBERCARD.ACTIVATE_CARD MEMBERCARD.USERCARD_MANAGE',
  'BRAND_MEMBER_CARD_SP.USER_CARD.CREATE BRAND_MEMBER_CARD_SP.SYNC_USER_POINT',
  'BRAND_MEMBER_CARD_SP.POINT_EXCHANGE_COUPON SECURITY_ECHO.SUCCESS',
  'TRANSACTION.INDUSTRY_SUCCESS TRANSACTION.INDUSTRY_FAILED EDU_SCHOOL_PAY.USER_DEBT_STATE_UPDATE',
  'MCHTRANSFER.AUTHORIZATION.CLOSED MCHWITHDRAW.CHANGE RECHARGE.SUCCESS RECHARGE.CLOSED RECHARGE.FUND_RETURNED',
  'PAYSCORE.USER_CANCEL_SIGN_PLAN PAYSCORE.BIND_SERVICE_ACCOUNT INSURANCE_ENTRUST.RENEW',
  'CREDIT_REPAYMENT.SIGN_CONTRACT CREDIT_REPAYMENT.TERMINATE_CONTRACT PRODUCT_COUPON_SP.SEND',
  'DELIVERY_PLAN.CHANGE DELIVERY_PLAN_STATE.DELIVER MEMBERCARD.ACCEPT_CARD MEMBERCARDSP.USER_CARD.CREATE',
  'BRAND_MEMBER_CARD_SP.USER_CARD.DELETE MEMBERCARDSP.USER_CARD.DELETE DISCOUNT_CARD.GET_CARD',
  'DISCOUNT_CARD.SETTLEMENT',
].flatMap((line) => line.split(' '));

interface Envelope {
  readonly id: string;
  readonly event_type: string;
  readonly resource_type: string;
  readonly resource: { ciphertext: string; nonce: string; associated_data?: string; original_type?: string };
}

describe('wechat-simulator: events of API v3 by their names', () => {
  let simulator: Simulator;
  let receiver: Receiver;
  before(async () => {
    receiver = await createReceiver(() => 204);
    simulator = await createSimulator({ merchants: [{ ...testMerchant, notifyUrl: receiver.url }] });
  });
  after(async () => {
    await simulator.close();
    await receiver.close();
  });

  /** What arrived last, opened with the merchant's key. */
  const arrived = (): { envelope: Envelope; resource: Record<string, unknown> } => {
    const received = receiver.received.at(-1);
    if (received === undefined) throw new Error('nothing came');
    const { verifies } = verifySignature(
      (name) => received.headers[name]?.toString(),
      received.body,
      simulator.platform,
    );
    expect(verifies, 'the signature').to.equal(true);
    const envelope = JSON.parse(received.body) as Envelope;
    const plaintext = openResource(envelope.resource, testMerchant.apiV3Key);
    return { envelope, resource: JSON.parse(plaintext) as Record<string, unknown> };
  };

  it('every documented event_type can be sent, every name and alias means one event', () => {
    const types = new Set(payEvents.map(({ eventType }) => eventType));
    expect(documentedTypes.filter((type) => !types.has(type))).to.deep.equal([]);
    const names = allEvents.flatMap(({ spec }) => [spec.name, ...spec.aliases]);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).to.deep.equal([]);
  });

  for (const { name, eventType, originalType } of payEvents) {
    it(`${name} arrives signed and encrypted, as JSON`, async () => {
      const receipt = await simulator.sendEvent(name);
      expect(receipt).to.include({ outcome: 'answered', status: 204, isAccepted: true, eventType });
      const { envelope, resource } = arrived();
      expect(envelope).to.include({ event_type: eventType, resource_type: 'encrypt-resource' });
      expect(envelope.resource.original_type).to.equal(originalType ?? undefined);
      expect(Object.keys(resource)).to.have.length.above(0);
    });
  }

  it('what it is about can be said, and members changed and taken away', async () => {
    await simulator.sendEvent('payment', {
      about: { outTradeNo: 'ORDER-7', totalFen: 700 },
      fields: { amount: { payer_total: 1 }, attach: null, bank_type: 'CMB_DEBIT' },
    });
    const { resource } = arrived();
    expect(resource).to.deep.include({ out_trade_no: 'ORDER-7', mchid: testMerchant.mchId, appid: appId });
    expect(resource.amount).to.include({ total: 700, payer_total: 1 });
    expect(resource).to.include({ bank_type: 'CMB_DEBIT' });
    expect(resource).not.to.have.property('attach');
  });

  it('a whole resource can take the place of what the event says', async () => {
    const sample: JsonObject = {
      complaint_id: '200201820200101080076610000',
      action_type: 'CREATE_COMPLAINT',
    };
    await simulator.sendEvent('COMPLAINT.CREATE', { resource: sample });
    expect(arrived().resource).to.deep.include(sample);
  });

  it('two events are about two things, and one sent by an id of its own keeps it', async () => {
    await simulator.sendEvent('payment');
    const first = arrived();
    await simulator.sendEvent('payment', { id: 'EV-1' });
    const second = arrived();
    expect(first.resource.transaction_id).not.to.equal(second.resource.transaction_id);
    expect(second.envelope.id).to.equal('EV-1');
  });

  it('the ten orders of a combined payment have numbers, attach and amounts of their own', async () => {
    await simulator.sendEvent('payment-combine-ten', { about: { outTradeNo: 'WHOLE-1' } });
    const { resource } = arrived();
    const orders = resource.sub_orders as Record<string, unknown>[];
    expect(resource).to.include({ combine_out_trade_no: 'WHOLE-1', combine_mchid: testMerchant.mchId });
    expect(new Set(orders.map((order) => order.out_trade_no)).size).to.equal(10);
    expect(new Set(orders.map((order) => order.transaction_id)).size).to.equal(10);
    for (const order of orders) expect(order.out_trade_no).to.match(/^[0-9A-Za-z_\-|*]{6,32}$/);
  });

  it('profit sharing is encrypted for its receiver while the ids name another merchant', async () => {
    for (const name of ['PROFITSHARING.SUCCESS', 'TRANSACTION.SUCCESS:profit-sharing']) {
      await simulator.sendEvent(name);
      const { resource } = arrived();
      expect((resource.receiver as Record<string, unknown>).account).to.equal(testMerchant.mchId);
      expect(resource.mchid).not.to.equal(testMerchant.mchId);
    }
  });

  it('an answer other than 200 and 204 is not accepted, and the receipt says why', async () => {
    const refusing = await createReceiver(() => ({ status: 401, body: '{"code":"FAIL","message":"no"}' }));
    try {
      const receipt = await simulator.sendEvent('payment', { url: refusing.url, tamper: 'signature' });
      expect(receipt).to.include({
        status: 401,
        isAccepted: false,
        answer: '{"code":"FAIL","message":"no"}',
      });
      expect(receipt.problem).to.contain('401');
      expect(receipt.reply).to.include({ code: 'FAIL' });
    } finally {
      await refusing.close();
    }
  });

  it('single attempts stand in the ledger and are never sent again', async () => {
    const silent = await createReceiver(() => 500);
    try {
      const { id } = await simulator.sendEvent('refund', { url: silent.url });
      await simulator.clock.advance(3 * 3_600_000);
      expect(silent.received).to.have.length(1);
      const seen = simulator.ledger().notifications.find((one) => one.id === id);
      expect(seen).to.include({ channel: 'pay-v3', event_type: 'REFUND.SUCCESS', state: 'given_up' });
    } finally {
      await silent.close();
    }
  });

  it('an announced event is re-sent on the schedule of its family', async () => {
    const refusing = await createReceiver(() => 500);
    try {
      const { attempts } = simulator.announceEvent('ENTRUST.SIGNING', { url: refusing.url });
      await simulator.clock.advance(2 * 3_600_000);
      const dueMs = attempts.map(({ dueAt }) => Date.parse(dueAt));
      const gaps = dueMs.slice(1).map((due, index) => (due - (dueMs[index] ?? 0)) / 1_000);
      expect(gaps).to.deep.equal([1, ...Array(10).fill(60), ...Array(10).fill(300)]);
    } finally {
      await refusing.close();
    }
  });

  it('an unknown name, merchant or address is refused in words that help', async () => {
    expect(() => findEvent('PAYSCORE.USER')).to.throw('payscore.user_open_service');
    expect(() => simulator.announceEvent('nonsense')).to.throw('GET /simulator/events');
    expect(() => simulator.announceEvent('v2.payment')).to.throw('no event of API v3');
    expect(() => simulator.announceEvent('payment', { mchId: '1900009999' })).to.throw('1900009999');
    const bare = await createSimulator({ merchants: [testMerchant] });
    try {
      expect(() => bare.announceEvent('payment')).to.throw('name a url');
      bare.setMerchantAddresses(testMerchant.mchId, { v3: receiver.url });
      expect((await bare.sendEvent('payment')).isAccepted).to.equal(true);
    } finally {
      await bare.close();
    }
  });
});

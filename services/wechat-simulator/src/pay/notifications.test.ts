import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createSimulator, type Deliveries, makeTransaction, type Payment, type Simulator } from '../index.ts';
import {
  appId,
  callPay,
  createReceiver,
  newOutTradeNo,
  openId,
  openResource,
  prepayBody,
  type Received,
  type Receiver,
  requestPayment,
  testApp,
  testMerchant,
  verifySignature,
} from '../wechat-simulator.fixture.test.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
/** Written out here once more, as seconds: the product's table is not what it is checked with. */
const scheduleSeconds = [
  0, 15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600,
];

interface Envelope {
  readonly id: string;
  readonly event_type: string;
  readonly resource_type: string;
  readonly resource: {
    readonly algorithm: string;
    readonly ciphertext: string;
    readonly nonce: string;
    readonly associated_data?: string;
    readonly original_type: string;
  };
}

const toEnvelope = ({ body }: Received): Envelope => JSON.parse(body) as Envelope;
const open = (received: Received): string =>
  openResource(toEnvelope(received).resource, testMerchant.apiV3Key);

describe('wechat-simulator: notifications', () => {
  let simulator: Simulator;
  let receiver: Receiver;
  let status: number | undefined;

  beforeEach(async () => {
    status = 204;
    receiver = await createReceiver(() => status);
    simulator = await createSimulator({ merchants: [testMerchant], apps: [testApp], answerLimitMs: 200 });
  });
  afterEach(async () => {
    await simulator.close();
    await receiver.close();
  });

  const pay = async (deliveries?: Deliveries, change?: Record<string, unknown>): Promise<Payment> => {
    const { json } = await callPay(
      simulator.uri,
      'POST',
      '/v3/pay/transactions/jsapi',
      prepayBody(receiver.url, change),
    );
    return simulator.pay(requestPayment(json.prepay_id), deliveries);
  };
  /** Lets everything that is due within the time happen. */
  const pass = (ms: number): Promise<void> => simulator.clock.advance(ms);

  it('a payment is announced to the notify_url, signed, encrypted, naming the transaction', async () => {
    const { transactionId, outTradeNo } = await pay({}, { attach: 'table 4' });
    await pass(second);
    const [received] = receiver.received;
    if (received === undefined) throw new Error('nothing came');
    expect(
      verifySignature((name) => received.headers[name]?.toString(), received.body, simulator.platform)
        .verifies,
    ).to.equal(true);
    expect(Math.abs(Number(received.headers['wechatpay-timestamp']) - Date.now() / 1_000)).to.be.below(5);
    expect(toEnvelope(received)).to.include({
      event_type: 'TRANSACTION.SUCCESS',
      resource_type: 'encrypt-resource',
    });
    expect(JSON.parse(open(received))).to.deep.include({
      mchid: testMerchant.mchId,
      appid: appId,
      out_trade_no: outTradeNo,
      transaction_id: transactionId,
      trade_state: 'SUCCESS',
      trade_type: 'JSAPI',
      attach: 'table 4',
      payer: { openid: openId },
      amount: { total: 1_880, payer_total: 1_880, currency: 'CNY', payer_currency: 'CNY' },
    });
  });

  it('until it is acknowledged it is sent 16 times over 24 h 4 min, then given up', async () => {
    status = 500;
    const { notification } = await pay();
    await pass(23 * hour);
    expect(notification.state).to.equal('waiting');
    await pass(2 * hour);
    expect(notification.state).to.equal('given_up');
    expect(receiver.received).to.have.length(16);
    const dueMs = notification.attempts.map(({ dueAt }) => Date.parse(dueAt));
    const gaps = dueMs.map((due, index) => (due - (dueMs[index - 1] ?? due)) / 1_000);
    expect(gaps).to.deep.equal(scheduleSeconds);
    await pass(48 * hour);
    expect(receiver.received).to.have.length(16);
  });

  it('the schedule keeps its times while the clock runs fast', async () => {
    status = 500;
    simulator.clock.setSpeed(100_000);
    const { notification } = await pay();
    await waitFor('the end of the schedule', () => notification.state === 'given_up');
    const dueMs = notification.attempts.map(({ dueAt }) => Date.parse(dueAt));
    expect((Math.max(...dueMs) - Math.min(...dueMs)) / minute).to.equal(24 * 60 + 4);
    expect(receiver.received).to.have.length(16);
    for (const { headers } of receiver.received) {
      expect(Math.abs(Number(headers['wechatpay-timestamp']) - Date.now() / 1_000)).to.be.below(20);
    }
  });

  it('every attempt has a new timestamp or nonce, a new signature, and the same id', async () => {
    status = 500;
    await pay();
    await pass(2 * minute);
    expect(receiver.received.length).to.be.at.least(4);
    const distinct = (pick: (received: Received) => unknown): number =>
      new Set(receiver.received.map(pick)).size;
    expect(distinct((one) => toEnvelope(one).id)).to.equal(1);
    expect(distinct(({ headers }) => headers['wechatpay-nonce'])).to.equal(receiver.received.length);
    expect(distinct(({ headers }) => headers['wechatpay-signature'])).to.equal(receiver.received.length);
    expect(distinct((one) => toEnvelope(one).resource.nonce)).to.equal(receiver.received.length);
  });

  for (const [answer, attempts] of [
    [200, 1],
    [204, 1],
    [201, 2],
    [202, 2],
    [302, 2],
    [400, 2],
    [401, 2],
    [503, 2],
  ] as const) {
    it(`an answer of ${answer} ${attempts === 1 ? 'ends it' : 'brings it again'}`, async () => {
      status = answer;
      await pay();
      await pass(20 * second);
      expect(receiver.received).to.have.length(attempts);
    });
  }

  it('a receiver that takes longer than the limit is asked again', async () => {
    status = undefined;
    const { notification } = await pay();
    await pass(second);
    expect(notification.attempts[0]?.outcome).to.equal('timeout');
    status = 204;
    await pass(15 * second);
    expect(notification.state).to.equal('acknowledged');
  });

  it('a receiver that is not there is asked again', async () => {
    await receiver.close();
    const { notification } = await pay();
    await pass(20 * second);
    expect(notification.attempts.map(({ outcome }) => outcome)).to.deep.equal(['failed', 'failed']);
  });

  it('another attempt can be asked for at any time, after the end and after the acknowledgement too', async () => {
    status = 500;
    const { notification } = await pay();
    await pass(25 * hour);
    status = 204;
    await simulator.resend(notification.id);
    expect(notification.state).to.equal('acknowledged');
    await simulator.resend(notification.id);
    expect(receiver.received).to.have.length(18);
    expect(new Set(receiver.received.map((one) => toEnvelope(one).id)).size).to.equal(1);
    expect(await simulator.resend('unknown')).to.equal(undefined);
  });

  it('bodies vary: order of keys, unknown fields, escapes, spaces, long numbers, associated_data', async () => {
    status = 500;
    for (let index = 0; index < 3; index += 1) await pay({}, { description: '咖啡/茶' });
    await pass(2 * hour);
    const bodies = receiver.received.map(({ body }) => body);
    expect(bodies).to.have.length(27);
    for (const pattern of [
      /\\\//,
      /\\u[0-9a-f]{4}/,
      /": "/,
      /":"/,
      /[支付成功]/,
      /\b98765432109876543210\b/,
    ]) {
      expect(
        bodies.some((body) => pattern.test(body)),
        String(pattern),
      ).to.equal(true);
    }
    expect(new Set(bodies.map((body) => Object.keys(JSON.parse(body) as object).join())).size).to.be.at.least(
      3,
    );
    const associated = new Set(receiver.received.map((one) => toEnvelope(one).resource.associated_data));
    expect(associated.size).to.equal(3);
    for (const each of ['transaction', '', undefined])
      expect(associated.has(each), String(each)).to.equal(true);
    expect(receiver.received.every((one) => open(one).includes('"SUCCESS"'))).to.equal(true);
    const types = receiver.received.map(({ headers }) => headers['wechatpay-signature-type']);
    expect(new Set(types).size, 'with and without a signature type').to.equal(2);
    // What a receiver would verify if it wrote the parsed body again.
    expect(bodies.some((body) => JSON.stringify(JSON.parse(body)) !== body)).to.equal(true);
    for (const { headers, body } of receiver.received) {
      expect(
        verifySignature((name) => headers[name]?.toString(), body, simulator.platform).verifies,
      ).to.equal(true);
    }
  });

  it('without variety the body is compact and plain', async () => {
    simulator.faults.set({ variety: false });
    await pay();
    await pass(second);
    const body = receiver.received[0]?.body ?? '';
    expect(body).to.equal(JSON.stringify(JSON.parse(body)));
    expect(body).to.contain('"associated_data":"transaction"');
  });

  it('attempts can be dropped, and the re-send brings what was lost', async () => {
    const { notification } = await pay({ drop: 2 });
    await pass(20 * second);
    expect(receiver.received).to.have.length(0);
    await pass(20 * second);
    expect(receiver.received).to.have.length(1);
    expect(notification.attempts.map(({ outcome }) => outcome)).to.deep.equal([
      'dropped',
      'dropped',
      'answered',
    ]);
  });

  it('with a drop share of 1 nothing arrives in 24 hours', async () => {
    simulator.faults.set({ drop_share: 1 });
    const { notification } = await pay();
    await pass(25 * hour);
    expect([notification.state, receiver.received.length]).to.deep.equal(['given_up', 0]);
  });

  it('a notification can arrive several times at once, each copy signed anew', async () => {
    await pay({ copies: 3 });
    simulator.faults.set({ duplicate_share: 1 });
    await pay();
    await pass(second);
    expect(receiver.received).to.have.length(5);
    expect(new Set(receiver.received.map(({ headers }) => headers['wechatpay-signature'])).size).to.equal(5);
    expect(new Set(receiver.received.map((one) => toEnvelope(one).id)).size).to.equal(2);
  });

  it('a notification can be late', async () => {
    simulator.faults.set({ delay_ms: 5 * minute });
    await pay({ delayMs: 5 * minute });
    await pass(9 * minute);
    expect(receiver.received).to.have.length(0);
    await pass(2 * minute);
    expect(receiver.received).to.have.length(1);
  });

  it('notifications can overtake each other', async () => {
    simulator.faults.set({ reorder_window_ms: 10 * minute });
    const paid: string[] = [];
    for (let index = 0; index < 10; index += 1) paid.push((await pay()).outTradeNo);
    await pass(11 * minute);
    const arrived = receiver.received.map(
      (one) => (JSON.parse(open(one)) as { out_trade_no: string }).out_trade_no,
    );
    expect(arrived).not.to.deep.equal(paid);
    expect([...arrived].sort()).to.deep.equal([...paid].sort());
  });

  it('a payment can be re-sent after its refund was announced', async () => {
    const { notification, transactionId, outTradeNo } = await pay();
    await pass(second);
    const { mchId } = testMerchant;
    await simulator.sendNotification({
      url: receiver.url,
      mchId,
      eventType: 'REFUND.SUCCESS',
      originalType: 'refund',
      plaintext: {
        mchid: mchId,
        out_trade_no: outTradeNo,
        transaction_id: transactionId,
        refund_status: 'SUCCESS',
      },
    });
    await simulator.resend(notification.id);
    const types = receiver.received.map((one) => toEnvelope(one).event_type);
    expect(types).to.deep.equal(['TRANSACTION.SUCCESS', 'REFUND.SUCCESS', 'TRANSACTION.SUCCESS']);
  });

  it('an order that was prepaid elsewhere can be paid, once', async () => {
    const payment = {
      mchId: testMerchant.mchId,
      appId,
      openId,
      outTradeNo: newOutTradeNo(),
      totalFen: 500,
      notifyUrl: receiver.url,
    };
    const { transactionId } = simulator.payDirectly(payment);
    await pass(second);
    expect(JSON.parse(open(receiver.received[0] as Received))).to.include({ transaction_id: transactionId });
    expect(() => simulator.payDirectly(payment)).to.throw('prepaid here');
  });

  it('one notification can be sent by hand, and is not sent again', async () => {
    status = 500;
    const receipt = await simulator.sendNotification({
      url: receiver.url,
      mchId: testMerchant.mchId,
      plaintext: makeTransaction({
        mchId: testMerchant.mchId,
        appId,
        outTradeNo: 'BY-HAND-1',
        transactionId: '4200000000000000000000000001',
        totalFen: 1,
      }),
    });
    await pass(hour);
    expect(receipt).to.include({ outcome: 'answered', status: 500 });
    expect(receiver.received).to.have.length(1);
  });
});

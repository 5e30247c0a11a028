import { createHash } from 'node:crypto';
import { type CallbackUnhandled, paymentSucceeded } from '@huidiao/contracts';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  makeNotification,
  type NotificationToMake,
  paidTransaction,
  platform,
  signNotification,
  testMerchant,
  testNow,
} from './platform.fixture.test.ts';
import { createPlatformKeys } from './platform-keys.ts';
import {
  createReceivingMerchant,
  type NotificationOutcome,
  receiveNotification,
} from './receive-notification.ts';
import type { SignedMessage } from './signed-message.ts';
import { vectorBytes, vectorJson, vectorText } from './vectors.fixture.test.ts';

const merchant = createReceivingMerchant(testMerchant);
const sample = (path: string) => vectorJson<Record<string, unknown>>(`v3-resource-samples/cn/${path}.json`);

function receive(made: NotificationToMake | SignedMessage, mchId = testMerchant.mchId): NotificationOutcome {
  const message = 'headers' in made ? made : makeNotification(made);
  return receiveNotification(message, { ...merchant, mchId }, testNow);
}

/** The event of a genuine notification, or what else came out. */
function eventOf(made: NotificationToMake | SignedMessage, mchId?: string) {
  const outcome = receive(made, mchId);
  return outcome.kind === 'genuine' ? outcome.callback.facts[0].event : outcome;
}

/** The key of the one fact that it tells, which is also the key of the whole. */
function keyOf(made: NotificationToMake | SignedMessage): string {
  const outcome = receive(made);
  if (outcome.kind !== 'genuine') throw new Error(`it is ${outcome.kind}`);
  const { callbackKey, facts } = outcome.callback;
  expect(facts).to.have.length(1);
  expect(facts[0].callbackKey).to.equal(callbackKey);
  return callbackKey;
}

const unhandled = (reason: CallbackUnhandled['reason']) => ({ type: 'callback.unhandled', reason });

describe('receiving a payment notification', () => {
  it('gives a payment.succeeded with our names, and a key that every re-send has', () => {
    const event = {
      type: 'payment.succeeded',
      mchId: '1900000001',
      appId: 'wx8888888888888888',
      outTradeNo: 'order_0001',
      transactionId: '1217752501201407033233368018',
      amountFen: 1999,
      payerTotalFen: 1500,
      currency: 'CNY',
      openId: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
      tradeType: 'JSAPI',
      bankType: 'OTHERS',
      attach: '',
      successTime: '2026-11-22T10:00:00+08:00',
    };
    const callbackKey = 'payment_1900000001_1217752501201407033233368018_SUCCESS';
    expect(receive({})).to.deep.equal({
      kind: 'genuine',
      serial: platform.id,
      keyKind: 'public_key',
      callback: {
        notificationId: '3119dfba-e649-5eec-ab1e-3412bc4d2e17',
        eventType: 'TRANSACTION.SUCCESS',
        callbackKey,
        facts: [{ callbackKey, event }],
        content: JSON.stringify(paidTransaction),
      },
    });
    expect(paymentSucceeded.parse(event)).to.deep.equal(event);
  });

  it('reads the official sample of a transaction', () => {
    const resource = sample('Transactions/TransactionResource');
    expect(eventOf({ resource }, '1230000109')).to.deep.include({
      type: 'payment.succeeded',
      mchId: '1230000109',
      outTradeNo: '1217752501201407033233368018',
      amountFen: 100,
      tradeType: 'MICROPAY',
      attach: '自定义数据',
    });
  });

  it('does without what is optional, absent or null', () => {
    const { payer, attach, bank_type, success_time, amount, ...needed } = paidTransaction;
    const event = {
      type: 'payment.succeeded',
      mchId: '1900000001',
      appId: 'wx8888888888888888',
      outTradeNo: 'order_0001',
      transactionId: '1217752501201407033233368018',
      amountFen: 1999,
      currency: 'CNY',
      tradeType: 'JSAPI',
    };
    const { total } = amount;
    expect(eventOf({ resource: { ...needed, amount: { total } } })).to.deep.equal(event);
    const nulls = {
      payer: null,
      attach: null,
      bank_type: null,
      success_time: null,
      sub_mchid: null,
      receiver: null,
    };
    const none = { total, payer_total: null, currency: null };
    expect(eventOf({ resource: { ...needed, ...nulls, amount: none } })).to.deep.equal(event);
  });

  it('is not disturbed by order, spacing, escapes, unknown fields and large numbers', () => {
    const reversed = Object.fromEntries(Object.entries(paidTransaction).reverse());
    const plaintext = JSON.stringify({ ...reversed, installment_info: { n: 1 } }, null, 3)
      .replace('JSAPI', 'JS\\u0041PI')
      .replace('{', '{"large":123456789012345678901234567890,"__proto__":{"mchid":"1"},');
    expect(eventOf({ plaintext })).to.include({ type: 'payment.succeeded', tradeType: 'JSAPI' });
  });

  it('takes a transaction_id that a double would round digit for digit', () => {
    const plaintext = JSON.stringify(paidTransaction).replace(/"(1217752501201407033233368018)"/, '$1');
    expect(eventOf({ plaintext })).to.deep.equal(eventOf({}));
  });

  it('opens with the previous APIv3 key while a change is under way', () => {
    const changed = createReceivingMerchant({
      ...testMerchant,
      apiV3Key: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
      apiV3KeyPrevious: testMerchant.apiV3Key,
    });
    expect(receiveNotification(makeNotification(), changed, testNow).kind).to.equal('genuine');
  });

  it('takes absent associated data and an absent original_type', () => {
    const made = { associatedData: undefined, originalType: undefined };
    expect(eventOf(made)).to.include({ type: 'payment.succeeded' });
  });

  const refused: [string, NotificationToMake][] = [
    ['amount as text', { resource: { ...paidTransaction, amount: { total: '1999', currency: 'CNY' } } }],
    [
      'amount with a fraction',
      { resource: { ...paidTransaction, amount: { total: 19.99, currency: 'CNY' } } },
    ],
    ['an amount of nothing', { resource: { ...paidTransaction, amount: { total: 0, currency: 'CNY' } } }],
    ['a negative amount', { resource: { ...paidTransaction, amount: { total: -1, currency: 'CNY' } } }],
    [
      'an amount beyond 2^53',
      { resource: { ...paidTransaction, amount: { total: 2 ** 53, currency: 'CNY' } } },
    ],
    ['no amount', { resource: { ...paidTransaction, amount: undefined } }],
    ['transaction_id as a number', { resource: { ...paidTransaction, transaction_id: 121775250120140 } }],
    ['no transaction_id', { resource: { ...paidTransaction, transaction_id: undefined } }],
    ['no mchid', { resource: { ...paidTransaction, mchid: undefined } }],
    ['mchid as a number', { resource: { ...paidTransaction, mchid: 1900000001 } }],
    ['an out_trade_no with a slash', { resource: { ...paidTransaction, out_trade_no: 'order/0001' } }],
    ['a plaintext that is no JSON', { plaintext: '{"mchid":' }],
    ['a plaintext that is a list', { plaintext: '[]' }],
    ['a plaintext that is null', { plaintext: 'null' }],
    ['an empty plaintext', { plaintext: '' }],
    ['an algorithm that is not ours', { algorithm: 'AEAD_SM4_GCM' }],
  ];
  for (const [what, made] of refused) {
    it(`keeps ${what} as genuine but not understood`, () => {
      expect(eventOf(made)).to.deep.include(unhandled('schema_refused'));
      expect(keyOf(made)).to.equal('notification_1900000001_3119dfba-e649-5eec-ab1e-3412bc4d2e17');
    });
  }

  it('names the field that it refuses, and no value', () => {
    const event = eventOf({ resource: { ...paidTransaction, amount: { total: 'seven', currency: 'CNY' } } });
    expect(event).to.have.property('problem').that.includes('amount.total').and.not.includes('seven');
  });

  it('takes REFUND for a payment whose refund was seen, under a key of its own', () => {
    const refunded = { resource: { ...paidTransaction, trade_state: 'REFUND' } };
    expect(keyOf(refunded)).to.equal('payment_1900000001_1217752501201407033233368018_REFUND');
    const event = eventOf(refunded);
    expect(event).to.deep.equal({ ...eventOf({}), refundSeen: true });
    expect(paymentSucceeded.parse(event)).to.deep.equal(event);
  });

  it('keeps a state that says nothing of a payment, under a key of its own', () => {
    for (const state of ['NOTPAY', 'CLOSED', 'PAYERROR', 'SOMETHING_NEW']) {
      const key = keyOf({ resource: { ...paidTransaction, trade_state: state } });
      expect(key).to.equal(`payment_1900000001_1217752501201407033233368018_${state}`);
      expect(eventOf({ resource: { ...paidTransaction, trade_state: state } }))
        .to.deep.include(unhandled('schema_refused'))
        .and.to.have.property('problem')
        .that.includes(state);
    }
  });
});

describe('receiving a notification of another merchant, or of an unknown type', () => {
  const sampled: [string, NotificationToMake][] = [
    ['a combined payment', { resource: sample('CombineTransactions/CombineTransactionResource') }],
    [
      "a service provider's payment",
      { resource: sample('_Partner/Transactions/PartnerTransactionResource') },
    ],
    ['a parking payment', { resource: sample('Vehicle/VehicleTransactionResource') }],
    ['profit sharing made by API v2', { resource: sample('ProfitSharing/ProfitSharingResource') }],
    [
      'profit sharing',
      {
        eventType: 'PROFITSHARING.SUCCESS',
        resource: sample('_Partner/ProfitSharing/PartnerProfitSharingResource'),
      },
    ],
    ['a refund', { eventType: 'REFUND.SUCCESS', resource: sample('Refund/RefundResource') }],
    ['a transfer', { eventType: 'MCHTRANSFER.BILL.FINISHED', resource: { mchid: '1900001109' } }],
    ['a pay score order', { eventType: 'PAYSCORE.USER_PAID', resource: { mchid: '1230000109' } }],
    [
      'a pay score permission',
      { eventType: 'PAYSCORE.USER_CLOSE_SERVICE', resource: { mch_id: '1230000109' } },
    ],
    ['a payment', {}],
  ];
  for (const [what, made] of sampled) {
    it(`refuses ${what} that belongs to another merchant`, () => {
      expect(eventOf(made, '1888888888')).to.deep.equal({
        kind: 'not-authentic',
        reason: 'ids_of_another_merchant',
        serial: platform.id,
      });
    });
  }

  it("never minds whose sub_mchid a service provider's payment names", () => {
    const resource = {
      ...sample('_Partner/Transactions/PartnerTransactionResource'),
      sub_mchid: '1777777777',
    };
    expect(eventOf({ resource }, '1230000109')).to.include({
      type: 'payment.succeeded',
      subMchId: '1777777777',
    });
  });

  const unknown: [string, NotificationToMake][] = [
    ['another original_type', { originalType: 'profitsharing' }],
    ['a type from the future', { eventType: 'SOMETHING.NEW', resource: { mchid: '1' } }],
    ['a type that every object has', { eventType: 'constructor', resource: { mchid: '1' } }],
    ['a type that is none', { eventType: '__proto__', resource: {} }],
  ];
  for (const [what, made] of unknown) {
    it(`keeps ${what} as a type that nothing handles, never as a payment`, () => {
      expect(eventOf(made)).to.deep.include(unhandled('unknown_type'));
      expect(keyOf(made)).to.equal('notification_1900000001_3119dfba-e649-5eec-ab1e-3412bc4d2e17');
    });
  }

  it('cannot open it either without the right APIv3 key, whatever its type', () => {
    const made = { eventType: 'SOMETHING.NEW', apiV3Key: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' };
    expect(receive(made)).to.include({ kind: 'not-openable', reason: 'tag_mismatch' });
  });

  it('reads the whole notification of wechatpay-go', () => {
    const vector = vectorJson<{ headers: Record<string, string>; api_v3_key: string; clock_unix: number }>(
      'v3-notification/go-payscore-user-open.json',
    );
    const headers = Object.fromEntries(
      Object.entries(vector.headers).map(([name, value]) => [name.toLowerCase(), [value]]),
    );
    const body = vectorBytes('v3-notification/go-payscore-user-open.body.json');
    const certificate = vectorText('pem/go_platform_cert_D7CE59D1F522D701.pem');
    const receiving = {
      mchId: '1234567890',
      keys: createPlatformKeys({ wechatpayPublicKeys: [], platformCertificatePems: [certificate] }),
      apiV3Keys: [vector.api_v3_key],
    };
    const at = new Date(vector.clock_unix * 1000);
    const outcome = receiveNotification({ headers, body }, receiving, at);
    expect(outcome).to.include({ kind: 'genuine', serial: 'D7CE59D1F522D701', keyKind: 'certificate' });
    expect(outcome).to.have.property('callback').that.includes({
      notificationId: '3119dfba-e649-5eec-ab1e-3412bc4d2e17',
      eventType: 'PAYSCORE.USER_OPEN_SERVICE',
    });
    expect(outcome).to.have.nested.property('callback.facts[0].event.type', 'pay_score.permission_opened');
  });
});

describe('receiving what cannot be opened or read', () => {
  it('tells a wrong APIv3 key apart, with the ids for the log', () => {
    expect(receive({ apiV3Key: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' })).to.deep.equal({
      kind: 'not-openable',
      reason: 'tag_mismatch',
      notificationId: '3119dfba-e649-5eec-ab1e-3412bc4d2e17',
      eventType: 'TRANSACTION.SUCCESS',
      serial: platform.id,
    });
  });

  it('tells an altered ciphertext under a good signature apart from a forgery', () => {
    const envelope = (made: Record<string, unknown>) => {
      const resource = made.resource as { ciphertext: string };
      const first = resource.ciphertext.startsWith('A') ? 'B' : 'A';
      return { ...made, resource: { ...resource, ciphertext: first + resource.ciphertext.slice(1) } };
    };
    expect(receive({ envelope })).to.include({ kind: 'not-openable', reason: 'tag_mismatch' });
  });

  it('keeps a resource that no key could open, for a re-send would not help', () => {
    const envelope = (made: Record<string, unknown>) => ({
      ...made,
      resource: { ...(made.resource as object), ciphertext: 'no base64!' },
    });
    expect(eventOf({ envelope })).to.deep.include(unhandled('schema_refused'));
    expect(receive({ envelope })).to.have.nested.property('callback.content', undefined);
  });

  const bodies: [string, Buffer, string][] = [
    ['no JSON', Buffer.from('<xml/>'), 'unreadable'],
    ['an empty body', Buffer.alloc(0), 'unreadable'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'unreadable'],
    ['a list', Buffer.from('[]'), 'unreadable'],
    ['no resource', Buffer.from('{"id":"1","event_type":"TRANSACTION.SUCCESS"}'), 'TRANSACTION.SUCCESS'],
    ['an id of 65 characters', Buffer.from(`{"id":"${'1'.repeat(65)}","event_type":"A"}`), 'A'],
    ['a hundred thousand brackets', Buffer.from('['.repeat(100_000)), 'unreadable'],
  ];
  for (const [what, body, eventType] of bodies) {
    it(`keeps a signed body with ${what} under its hash`, () => {
      const id = createHash('sha256').update(body).digest('hex');
      expect(receive(signNotification(body)))
        .to.have.property('callback')
        .that.includes({
          notificationId: id,
          eventType,
          callbackKey: `notification_1900000001_${id}`,
          content: undefined,
        });
      expect(eventOf(signNotification(body))).to.deep.include(unhandled('schema_refused'));
    });
  }

  it('passes on why a notification is not authentic', () => {
    const good = makeNotification();
    expect(receive({ ...good, headers: {} })).to.deep.equal({
      kind: 'not-authentic',
      reason: 'header_missing',
    });
    expect(receive({ ...good, body: Buffer.concat([good.body, Buffer.from(' ')]) })).to.deep.equal({
      kind: 'not-authentic',
      reason: 'signature_wrong',
      serial: platform.id,
    });
  });

  it('throws on no signed body and no opened resource, whatever they hold', () => {
    const awkward = fc.anything({ withNullPrototype: false, withBigInt: false, maxDepth: 3 });
    fc.assert(
      fc.property(awkward, fc.constantFrom(...Object.keys(paidTransaction), '__proto__'), (value, field) => {
        const resource = { ...paidTransaction, [field]: value };
        expect(receive({ plaintext: JSON.stringify(resource) }).kind).to.be.oneOf([
          'genuine',
          'not-authentic',
        ]);
        const envelope = (made: Record<string, unknown>) => ({ ...made, resource: value });
        expect(receive({ envelope }).kind).to.be.oneOf(['genuine', 'not-openable']);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a merchant that receives', () => {
  it('is refused as configuration with an APIv3 key of other than 32 bytes', () => {
    for (const changed of [
      { apiV3Key: 'testMchAPIv3Key0' },
      { apiV3Key: `${testMerchant.apiV3Key}x` },
      { apiV3Key: '钥'.repeat(32) },
      { apiV3KeyPrevious: 'testMchAPIv3Key0' },
    ]) {
      expect(() => createReceivingMerchant({ ...testMerchant, ...changed }))
        .to.throw()
        .with.property('code', 'CONFIG_INVALID');
    }
  });
});

import { paymentSucceeded } from '@huidiao/contracts';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { makeNotification, testMerchant, testNow } from '../pay/platform.fixture.test.ts';
import { createReceivingMerchant, receiveNotification } from '../pay/receive-notification.ts';
import { createReceivingMerchantV2 } from './receive-v2-notification.ts';
import { callbackOf, eventOf, factOf, paymentOf, receive, refused } from './received-v2.fixture.test.ts';
import {
  apiV2Key,
  type Change,
  changed,
  contract,
  payment,
  previousApiV2Key,
  signedBody,
  signOf,
  toXml,
} from './v2.fixture.test.ts';

describe('a payment notification of API v2', () => {
  it('gives the event and the key that API v3 gives for the same payment', () => {
    const { notificationId, ...callback } = callbackOf(receive(signedBody(payment)));
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
      attach: '支付 测试&<b>',
      successTime: '2026-11-22T10:00:00+08:00',
    };
    const callbackKey = 'payment_1900000001_1217752501201407033233368018_SUCCESS';
    expect(notificationId).to.match(/^[0-9a-f]{64}$/);
    expect(callback).to.deep.equal({
      eventType: 'v2.payment',
      callbackKey,
      facts: [{ callbackKey, event }],
      content: JSON.stringify(payment),
    });
    expect(paymentSucceeded.parse(event)).to.deep.equal(event);
  });

  for (const [how, signing] of [
    ['MD5', { type: 'MD5' }],
    ['HMAC-SHA256', { type: 'HMAC-SHA256' }],
    ['the previous key', { key: previousApiV2Key }],
    ['HMAC-SHA256 and the previous key', { type: 'HMAC-SHA256', key: previousApiV2Key }],
  ] as const) {
    it(`is genuine when signed with ${how}, whatever sign_type says`, () => {
      for (const sign_type of [undefined, '', 'MD5', 'HMAC-SHA256', 'something new']) {
        expect(eventOf(signedBody(changed(payment, { sign_type }), signing))).to.include({
          type: 'payment.succeeded',
        });
      }
    });
  }

  it('is genuine with fields that nobody knows yet, and with a sign in small letters', () => {
    const fields = { ...payment, settlement_rate: '1', empty: '' };
    const body = toXml('xml', { ...fields, sign: signOf(fields).toLowerCase() });
    expect(eventOf(body)).to.include({ type: 'payment.succeeded' });
  });

  const signed = { ...payment, sign: signOf(payment) };
  for (const [what, body, reason] of [
    ['no XML', 'SUCCESS', 'xml_refused'],
    ['another root', toXml('root', signed), 'xml_refused'],
    ['a DOCTYPE', `<!DOCTYPE xml>${toXml('xml', signed)}`, 'xml_refused'],
    [
      'a nested field',
      toXml('xml', signed).replace('<total_fee>', '<total_fee><a/></total_fee><total_fee>'),
      'fields_not_flat',
    ],
    [
      'a field that comes twice',
      toXml('xml', signed).replace('<total_fee>', '<total_fee>1</total_fee><total_fee>'),
      'fields_not_flat',
    ],
    ['no sign', toXml('xml', payment), 'sign_missing'],
    ['an empty sign', toXml('xml', { ...payment, sign: '' }), 'sign_missing'],
    ['a sign of another length', toXml('xml', { ...payment, sign: 'AB' }), 'sign_malformed'],
    ['a sign with a space', toXml('xml', { ...payment, sign: ` ${signOf(payment)}` }), 'sign_malformed'],
    ['a sign of other letters', toXml('xml', { ...payment, sign: 'G'.repeat(32) }), 'sign_malformed'],
    ['the sign of another key', signedBody(payment, { key: 'x'.repeat(32) }), 'sign_wrong'],
    ['the sign of an empty key', signedBody(payment, { key: '' }), 'sign_wrong'],
    ['a field that was added', toXml('xml', { ...signed, attach2: 'x' }), 'sign_wrong'],
    ['an altered amount', toXml('xml', { ...signed, total_fee: '1' }), 'sign_wrong'],
    ['a sign over another order', toXml('xml', { ...signed, out_trade_no: 'order_0002' }), 'sign_wrong'],
  ] as const) {
    it(`is refused with ${what}`, () => {
      expect(receive(body)).to.deep.equal(refused(reason));
    });
  }

  it('is refused when its good sign stands under the ids of another merchant', () => {
    const body = signedBody({ ...payment, mch_id: '1900000002' });
    expect(receive(body)).to.deep.equal(refused('ids_of_another_merchant'));
  });

  it('keeps one that names no merchant', () => {
    expect(paymentOf({ mch_id: undefined })).to.include({ reason: 'schema_refused' });
    expect(eventOf(signedBody(changed(contract, { mch_id: '' })))).to.include({ reason: 'schema_refused' });
  });

  for (const name of [
    'change_type',
    'contract_id',
    'req_info',
    'trade_state',
    'coupon_fee_0',
    'sub_mch_id',
  ]) {
    it(`means the same with an empty ${name}, which the sign does not cover`, () => {
      const body = signedBody(payment).toString().replace('</xml>', `<${name}></${name}></xml>`);
      expect(receive(Buffer.from(body))).to.deep.equal(receive(signedBody(payment)));
    });
  }

  it('of a service provider names the merchant below it', () => {
    const event = paymentOf({
      sub_mch_id: '1900000109',
      sub_appid: 'wx7777777777777777',
      sub_openid: 'oSub',
    });
    expect(event).to.include({
      mchId: '1900000001',
      subMchId: '1900000109',
      subAppId: 'wx7777777777777777',
      subOpenId: 'oSub',
    });
  });

  it('of a direct merchant may name the merchant itself as the one below', () => {
    expect(paymentOf({ sub_mch_id: '1900000001' })).not.to.have.property('subMchId');
  });

  it('takes what the buyer paid from cash_fee, or from what the coupons left', () => {
    const coupons = { cash_fee: undefined, coupon_fee_0: '100', coupon_id_0: '10000', coupon_fee_1: '399' };
    for (const [change, payerTotalFen] of [
      [{ cash_fee: '0' }, 0],
      [{ cash_fee: '1500', cash_fee_type: 'CNY' }, 1500],
      [{ cash_fee: '1500', cash_fee_type: 'USD' }, undefined],
      [{ cash_fee: undefined }, undefined],
      [coupons, 1500],
      [{ ...coupons, coupon_fee_1: '5000' }, undefined],
      [{ ...coupons, coupon_fee_1: 'x' }, undefined],
    ] as const) {
      const event = paymentOf(change);
      expect('payerTotalFen' in event ? event.payerTotalFen : undefined).to.equal(payerTotalFen);
    }
  });

  it('is a payment although its time makes no sense', () => {
    for (const time_end of [undefined, '', '20260230100000', '20261122250000', 'yesterday']) {
      const event = paymentOf({ time_end });
      expect(event).to.include({ type: 'payment.succeeded' });
      expect(event).not.to.have.property('successTime');
    }
  });

  for (const [name, value] of [
    ['total_fee', undefined],
    ['total_fee', '0'],
    ['total_fee', '-1'],
    ['total_fee', '1.5'],
    ['total_fee', '1e3'],
    ['total_fee', ' 1'],
    ['total_fee', '0x10'],
    ['total_fee', '0199'],
    ['total_fee', '9999999999999999'],
    ['cash_fee', '1.0'],
    ['fee_type', 'yuan'],
    ['appid', undefined],
    ['appid', 'gh_123456'],
    ['out_trade_no', 'a/b/c/d'],
    ['transaction_id', ''],
    ['openid', 'o p'],
    ['trade_type', undefined],
  ] as const) {
    it(`is kept, but no payment, with ${name} ${JSON.stringify(value)}`, () => {
      const { callbackKey, event } = factOf(signedBody(changed(payment, { [name]: value })));
      expect(event).to.include({ type: 'callback.unhandled', reason: 'schema_refused' });
      expect(callbackKey).to.match(/^v2_1900000001_[0-9a-f]{64}$/);
    });
  }

  for (const change of [
    { result_code: 'FAIL', err_code: 'SYSTEMERROR' },
    { return_code: 'FAIL' },
    { result_code: undefined },
    { return_code: undefined },
    { trade_state: 'PAYERROR' },
    { trade_state: 'USERPAYING' },
  ]) {
    it(`is genuine and no payment with ${JSON.stringify(change)}`, () => {
      expect(paymentOf(change)).to.include({ type: 'callback.unhandled', reason: 'unknown_type' });
    });
  }

  it('says that a refund was seen as API v3 does', () => {
    const { callbackKey, event } = factOf(signedBody(changed(payment, { trade_state: 'REFUND' })));
    expect(event).to.include({ type: 'payment.succeeded', refundSeen: true });
    expect(callbackKey).to.equal('payment_1900000001_1217752501201407033233368018_REFUND');
  });

  it('has one id over all its sendings, and another for what says something else', () => {
    const idOf = (change: Change, signing = {}) =>
      callbackOf(receive(signedBody(changed(payment, change), signing))).notificationId;
    const id = idOf({});
    expect(idOf({ nonce_str: 'another', sign_type: 'HMAC-SHA256' }, { type: 'HMAC-SHA256' })).to.equal(id);
    expect(idOf({ attach: 'another' })).not.to.equal(id);
  });
});

describe('any other notification of API v2', () => {
  it('is kept by its fields when it is signed', () => {
    const fields = { mch_id: '1900000001', plate_number: '粤B888888', vehicle_event_type: 'ENTRANCE' };
    const callback = callbackOf(receive(signedBody(fields)));
    expect(callback.eventType).to.equal('v2.unknown');
    expect(callback.facts[0].event).to.deep.equal({
      type: 'callback.unhandled',
      reason: 'unknown_type',
      problem:
        'nothing handles a notification of these fields: mch_id, plate_number, vehicle_event_type, sign',
    });
    expect(callback.content).to.equal(JSON.stringify(fields));
  });

  it('keeps a field that has the name of every object’s prototype', () => {
    const body = signedBody(JSON.parse('{"mch_id":"1900000001","__proto__":"x"}'));
    expect(callbackOf(receive(body)).content).to.equal('{"mch_id":"1900000001","__proto__":"x"}');
  });
});

describe('a merchant of API v2', () => {
  it('is one with an APIv2 key', () => {
    expect(createReceivingMerchantV2(testMerchant)).to.equal(undefined);
    expect(createReceivingMerchantV2({ ...testMerchant, apiV2KeyPrevious: previousApiV2Key })).to.equal(
      undefined,
    );
    expect(createReceivingMerchantV2({ ...testMerchant, apiV2Key })?.apiV2Keys).to.deep.equal([apiV2Key]);
  });

  it('is paid once, whether API v2 or API v3 tells of it', () => {
    const told = receiveNotification(makeNotification({}), createReceivingMerchant(testMerchant), testNow);
    if (told.kind !== 'genuine') throw new Error(told.kind);
    const ofV3 = told.callback.facts[0];
    const attach = ofV3.event.type === 'payment.succeeded' ? ofV3.event.attach : undefined;
    const ofV2 = factOf(signedBody(payment));
    expect(ofV2.callbackKey).to.equal(ofV3.callbackKey);
    expect({ ...ofV2.event, attach }).to.deep.equal(ofV3.event);
  });
});

import { refundEvent } from '@huidiao/contracts';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { callbackOf, eventOf, receive, refundOf, refused } from './received-v2.fixture.test.ts';
import {
  encryptReqInfo,
  previousApiV2Key,
  refund,
  refundBody,
  signedBody,
  toXml,
} from './v2.fixture.test.ts';

describe('a refund notification of API v2', () => {
  it('gives the event and the key that API v3 gives for the same refund, proved by the key alone', () => {
    const { notificationId, ...callback } = callbackOf(receive(refundBody()));
    const event = {
      type: 'refund.succeeded',
      mchId: '1900000001',
      outTradeNo: '71106718111915575302817',
      transactionId: '4200000215201811190261405420',
      outRefundNo: '131811191610442717309',
      refundId: '50000408942018111907145868882',
      refundFen: 3960,
      totalFen: 3960,
      successTime: '2018-11-19T16:24:13+08:00',
      proof: 'key_alone',
    };
    const callbackKey = 'refund_1900000001_50000408942018111907145868882_SUCCEEDED';
    const around = {
      return_code: 'SUCCESS',
      appid: 'wx8888888888888888',
      mch_id: '1900000001',
    };
    expect(notificationId).to.match(/^[0-9a-f]{64}$/);
    expect(callback).to.deep.equal({
      eventType: 'v2.refund',
      callbackKey,
      facts: [{ callbackKey, event }],
      content: JSON.stringify({ ...around, ...refund }),
    });
    expect(refundEvent.parse(event)).to.deep.equal(event);
  });

  it('tells what became of it', () => {
    expect(refundOf({ inside: { refund_status: 'CHANGE' } }))
      .to.include({ type: 'refund.abnormal' })
      .and.not.have.property('successTime');
    expect(refundOf({ inside: { refund_status: 'REFUNDCLOSE' } })).to.include({ type: 'refund.closed' });
  });

  it('is opened with the previous key too', () => {
    expect(refundOf({ key: previousApiV2Key })).to.include({ type: 'refund.succeeded' });
  });

  it('of a service provider names the merchant below it', () => {
    expect(refundOf({ around: { sub_mch_id: '1900000109' } })).to.include({ subMchId: '1900000109' });
  });

  it('says nothing by what stands around the encrypted part but whose it is', () => {
    const around = { refund_status: 'CHANGE', success_time: '2020-01-01 00:00:00', refund_fee: '1' };
    expect(refundOf({ around })).to.deep.equal(refundOf({}));
    const { notificationId, content } = callbackOf(receive(refundBody()));
    const added = callbackOf(receive(refundBody({ around: { ...around, note: 'made up' } })));
    expect(added).to.include({ notificationId, content });
    const ofAnotherApp = callbackOf(receive(refundBody({ around: { appid: 'wx7777777777777777' } })));
    expect(ofAnotherApp).to.include({ notificationId });
    expect(refundOf({ around, inside: { success_time: undefined } })).not.to.have.property('successTime');
    expect(refundOf({ around, inside: { refund_fee: undefined } })).to.include({ reason: 'schema_refused' });
  });

  it('that no key of ours opens is an error of ours', () => {
    const body = refundBody({ key: 'x'.repeat(32) });
    const outcome = receive(body);
    expect(outcome).to.include({
      kind: 'not-openable',
      reason: 'req_info_of_another_key',
      eventType: 'v2.refund',
    });
    expect(outcome.kind === 'not-openable' && outcome.notificationId).to.match(/^[0-9a-f]{64}$/);
  });

  for (const [what, plaintext] of [
    ['no XML', 'SUCCESS'],
    ['another root', toXml('xml', refund)],
    ['a field that comes twice', toXml('root', refund).replace('<refund_id>', '<refund_id/><refund_id>')],
    ['a DOCTYPE', `<!DOCTYPE root>${toXml('root', refund)}`],
  ] as const) {
    it(`is not taken for opened where it holds ${what}`, () => {
      const body = refundBody({ around: { req_info: encryptReqInfo(plaintext) } });
      expect(receive(body)).to.include({ kind: 'not-openable', reason: 'req_info_of_another_key' });
    });
  }

  it('is refused with a req_info that is empty', () => {
    expect(receive(refundBody({ around: { req_info: '' } }))).to.deep.equal(refused('sign_missing'));
  });

  for (const [what, req_info] of [
    ['no base64', '!'.repeat(24)],
    ['no whole blocks', Buffer.alloc(17).toString('base64')],
    ['of another alphabet', Buffer.alloc(16, 0xff).toString('base64url')],
    ['without its padding', Buffer.alloc(16).toString('base64').replaceAll('=', '')],
  ] as const) {
    it(`is refused with a req_info that is ${what}`, () => {
      expect(receive(refundBody({ around: { req_info } }))).to.deep.equal(refused('req_info_malformed'));
    });
  }

  it('is opened although its base64 is broken into lines', () => {
    const req_info = encryptReqInfo(toXml('root', refund)).replaceAll(/.{76}/g, '$&\r\n');
    expect(eventOf(refundBody({ around: { req_info } }))).to.include({ type: 'refund.succeeded' });
  });

  for (const mch_id of ['1900000002', '', undefined]) {
    it(`is refused, unopened, under the merchant ${JSON.stringify(mch_id)}`, () => {
      const body = refundBody({ around: { mch_id }, key: 'x'.repeat(32) });
      expect(receive(body)).to.deep.equal(refused('ids_of_another_merchant'));
    });
  }

  it('is refused with a sign that is wrong, and taken with one that is good', () => {
    const around = { mch_id: '1900000001', req_info: encryptReqInfo(toXml('root', refund)) };
    expect(receive(toXml('xml', { ...around, sign: 'A'.repeat(32) }))).to.deep.equal(refused('sign_wrong'));
    expect(eventOf(signedBody(around))).to.include({ type: 'refund.succeeded', proof: 'key_alone' });
  });

  for (const [name, value] of [
    ['refund_status', 'PROCESSING'],
    ['refund_status', undefined],
    ['refund_id', undefined],
    ['refund_fee', '-1'],
    ['total_fee', '9999999999999999'],
  ] as const) {
    it(`is kept with ${name} ${JSON.stringify(value)}`, () => {
      expect(refundOf({ inside: { [name]: value } })).to.include({
        type: 'callback.unhandled',
        reason: 'schema_refused',
      });
    });
  }
});

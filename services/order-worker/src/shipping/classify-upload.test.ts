import { AppError } from '@huidiao/errors';
import type { OrderShipment } from '@huidiao/store';
import type { TradeOrder } from '@huidiao/wechat';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  classifyBefore,
  classifyKnown,
  classifyRefusal,
  classifyUpload,
  mustLookFirst,
  type UploadAnswer,
} from './classify-upload.ts';

const refused = (error: AppError): UploadAnswer => ({ kind: 'refused', error });
const unknown = (error: AppError): UploadAnswer => ({ kind: 'unknown', error });
const mayChange = { kind: 'transient', details: { attemptsAtMost: 3 } } as const;

describe('classifyUpload', () => {
  const rows: [what: string, answer: UploadAnswer, attempt: number, meaning: string][] = [
    ['it is taken', { kind: 'uploaded' }, 1, 'ended uploaded'],
    ['nothing', unknown(new AppError('WECHAT_UNREACHABLE')), 1, 'again unknown'],
    ['nothing for the twentieth time', unknown(new AppError('WECHAT_UNREACHABLE')), 20, 'again unknown'],
    [
      'a code that leaves it open',
      unknown(new AppError('WECHAT_UNREACHABLE', mayChange)),
      9,
      'again unknown',
    ],
    ['that it is shipped already', refused(new AppError('SHIPMENT_NOT_TAKEN')), 1, 'look'],
    ['that it is not shippable yet', refused(new AppError('SHIPMENT_NOT_TAKEN', mayChange)), 1, 'look'],
    ['that the shipment is wrong', refused(new AppError('SHIPMENT_REFUSED')), 1, 'refused'],
    ['that it knows no payment', refused(new AppError('SHIPMENT_PAYMENT_UNKNOWN')), 6, 'again pending'],
    ['that it knows no payment even now', refused(new AppError('SHIPMENT_PAYMENT_UNKNOWN')), 7, 'refused'],
    ['that our token is wrong', refused(new AppError('WECHAT_REFUSED')), 1, 'again pending'],
  ];
  for (const [what, answer, attempt, meaning] of rows) {
    it(`takes it as "${meaning}" that WeChat says ${what} in attempt ${attempt}`, () => {
      const verdict = classifyUpload(answer, { attempt });
      expect([verdict.kind, ...('state' in verdict ? [verdict.state] : [])].join(' ')).to.equal(meaning);
    });
  }
});

describe('classifyRefusal', () => {
  it('ends a shipment that WeChat refused for good, and tries again what may change', () => {
    const final = new AppError('SHIPMENT_NOT_TAKEN', { kind: 'permanent' });
    expect(classifyRefusal(final)).to.deep.equal({ kind: 'refused', error: final });
    const notYet = new AppError('SHIPMENT_NOT_TAKEN', { kind: 'transient' });
    expect(classifyRefusal(notYet)).to.deep.equal({ kind: 'again', state: 'pending', error: notYet });
  });
});

const items = [{ trackingNo: 'SF1', expressCompany: 'SF', itemDesc: '龙井茶' }];
const shipment: OrderShipment = {
  shipmentId: 's-1',
  logisticsType: 1,
  deliveryMode: 1,
  isAllDelivered: true,
  isReplacement: false,
  items,
  contentHash: 'hash',
  state: 'pending',
  createdAt: new Date('2026-11-22T08:00:00Z'),
};
const replacement: OrderShipment = { ...shipment, isReplacement: true };
const unshipped: TradeOrder = {
  openId: 'o-buyer',
  isRefunded: false,
  logisticsType: undefined,
  isFinished: false,
  finishCount: 0,
  items: [],
  descriptions: [],
};
const ours: TradeOrder = { ...unshipped, logisticsType: 1, isFinished: true, finishCount: 1, items };
const another: TradeOrder = { ...ours, items: [{ trackingNo: 'YT2', expressCompany: 'YTO' }] };
const refundedToo: TradeOrder = { ...ours, isRefunded: true };

describe('what WeChat knows of a payment', () => {
  const rows: [what: string, found: TradeOrder, sent: OrderShipment, known: string, before: string][] = [
    ['nothing of a shipment', unshipped, shipment, 'open', 'open'],
    ['this shipment', ours, shipment, 'ended uploaded', 'ended uploaded'],
    ['another one, complete', another, shipment, 'open', 'refused'],
    ['what a replacement takes the place of', another, replacement, 'open', 'open'],
    ['the replacement', { ...ours, finishCount: 2 }, replacement, 'ended uploaded', 'ended uploaded'],
    ['that it is refunded', refundedToo, shipment, 'ended cancelled', 'ended cancelled'],
  ];
  const toWords = (verdict: ReturnType<typeof classifyKnown>): string =>
    verdict === undefined ? 'open' : [verdict.kind, ...('state' in verdict ? [verdict.state] : [])].join(' ');

  for (const [what, found, sent, known, before] of rows) {
    it(`is ${what}: ${known} after an upload, ${before} before one`, () => {
      expect(toWords(classifyKnown(found, sent))).to.equal(known);
      expect(toWords(classifyBefore(found, sent))).to.equal(before);
    });
  }
  it('says why a shipment is refused that was shipped elsewhere', () => {
    const verdict = classifyBefore(another, shipment);
    expect(verdict).to.have.nested.property('error.code', 'SHIPMENT_NOT_TAKEN');
    expect(verdict).to.have.nested.property('error.details.reason', 'shipped_elsewhere');
  });
});

describe('mustLookFirst', () => {
  const shipped = { shipping: { shippedAt: new Date('2026-11-22T08:00:00Z') } };
  const rows: [what: string, looks: boolean, asked: Parameters<typeof mustLookFirst>][] = [
    ['that nobody shipped', false, [{}, shipment, 'o-buyer']],
    ['whose payer is not known', true, [{}, shipment, undefined]],
    ['that WeChat says is shipped', true, [shipped, shipment, 'o-buyer']],
    ['whose shipment is to be replaced', false, [shipped, replacement, 'o-buyer']],
  ];
  for (const [what, looks, asked] of rows) {
    it(`${looks ? 'asks' : 'does not ask'} WeChat before an upload of an order ${what}`, () => {
      expect(mustLookFirst(...asked)).to.equal(looks);
    });
  }
});

import { expect } from 'chai';
import { describe, it } from 'mocha';
import { hasUpload, type TradeOrder, type UploadTrace } from './read-trade-order.ts';

const parcel = { itemDesc: '茶*1', trackingNo: 'YT1', expressCompany: 'YTO' };
const sent: UploadTrace = { logisticsType: 1, isAllDelivered: true, isReplacement: false, items: [parcel] };
const known: TradeOrder = {
  openId: undefined,
  isRefunded: false,
  logisticsType: 1,
  isFinished: true,
  finishCount: 1,
  items: [parcel],
  descriptions: ['茶*1'],
};
const virtual = { logisticsType: 3, items: [{ itemDesc: 'a code' }] } as const;

describe('whether WeChat has an upload', () => {
  const rows: readonly (readonly [string, Partial<TradeOrder>, Partial<UploadTrace>, boolean])[] = [
    ['that it shows', {}, {}, true],
    ['that it shows beside others', { items: [{ trackingNo: 'A', expressCompany: 'SF' }, parcel] }, {}, true],
    ['of another number', { items: [{ trackingNo: 'YT2', expressCompany: 'YTO' }] }, {}, false],
    ['of another express company', { items: [{ trackingNo: 'YT1', expressCompany: 'SF' }] }, {}, false],
    [
      'of two parcels, of which it shows one',
      {},
      { items: [parcel, { ...parcel, trackingNo: 'YT2' }] },
      false,
    ],
    ['of the last parcel, while it waits for more', { isFinished: false }, {}, false],
    ['of one parcel of several', { isFinished: false }, { isAllDelivered: false }, true],
    ['of another kind', { logisticsType: 2 }, {}, false],
    ['of nothing yet', { logisticsType: undefined, isFinished: false, items: [] }, {}, false],
    ['that took the place of another, which it shows', { finishCount: 2 }, { isReplacement: true }, true],
    ['that takes the place of the one that it shows', {}, { isReplacement: true }, false],
    ['of virtual goods', { logisticsType: 3, items: [], descriptions: ['a code'] }, virtual, true],
    ['of virtual goods without a description', { logisticsType: 3, descriptions: [] }, virtual, true],
    ['of other virtual goods', { logisticsType: 3, descriptions: ['another'] }, virtual, false],
  ];
  for (const [what, order, trace, expected] of rows) {
    it(`${expected ? 'yes' : 'no'}: one ${what}`, () => {
      expect(hasUpload({ ...known, ...order }, { ...sent, ...trace })).to.equal(expected);
    });
  }
});

import { createOrderRequest } from '@huidiao/contracts';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toContentHash, toOrderContent } from './to-order-content.ts';

const plain = {
  appid: 'wxd678efh567hg6787',
  out_trade_no: 'order_000001',
  description: 'tea',
  amount: { total: 100 },
  payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
  logistics_type: 3,
};
const toHash = (change: object = {}) =>
  toContentHash(toOrderContent(createOrderRequest.parse({ ...plain, ...change })));

describe('the digest of an order’s content', () => {
  it('is for a plain order what it was before an order could say more', () => {
    expect(toHash()).to.equal('74a7c7923e3c57a1ceba63b0e4412eeb17f02f5b500427491096a73b37287542');
  });

  const changes: readonly [string, object][] = [
    ['goods_tag', { goods_tag: 'WXG' }],
    ['support_fapiao', { support_fapiao: true }],
    ['detail', { detail: { cost_price: 1 } }],
    ['a good', { detail: { goods_detail: [{ merchant_goods_id: '1', quantity: 1, unit_price: 1 }] } }],
    ['scene_info', { scene_info: { payer_client_ip: '14.23.150.211' } }],
    ['settle_info', { settle_info: { profit_sharing: false } }],
    ['sub_mchid', { sub_mchid: '1900000109' }],
    ['sub_appid', { sub_mchid: '1900000109', sub_appid: 'wxsub0000000000001' }],
    [
      'a payer in the app of the merchant below it',
      {
        sub_mchid: '1900000109',
        sub_appid: plain.appid,
        payer: { sub_openid: plain.payer.openid },
      },
    ],
  ];
  it('differs with everything that an order can say more', () => {
    const hashes = [toHash(), ...changes.map(([, change]) => toHash(change))];
    expect(new Set(hashes).size).to.equal(hashes.length);
  });

  it('is the same however the JSON is written', () => {
    const scene = { payer_client_ip: '14.23.150.211', device_id: '1' };
    const [one, other] = [
      { goods_tag: 'WXG', scene_info: scene },
      { scene_info: Object.fromEntries(Object.entries(scene).reverse()), goods_tag: 'WXG' },
    ];
    expect(toHash(one)).to.equal(toHash(other));
    const options = [one, other].map(
      (change) => toOrderContent(createOrderRequest.parse({ ...plain, ...change })).prepayOptions,
    );
    expect(JSON.stringify(options[0])).to.equal(JSON.stringify(options[1]));
  });
});

import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createOrderRequest } from './create-order-request.ts';

const order = {
  appid: 'wxd678efh567hg6787',
  out_trade_no: 'order_000001',
  description: '腾讯充值中心-QQ会员充值',
  amount: { total: 100 },
  payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
  logistics_type: 3,
};

function refusedPaths(change: object): string[] {
  const parsed = createOrderRequest.safeParse({ ...order, ...change });
  return parsed.error?.issues.map((issue) => issue.path.join('.')) ?? [];
}

describe('the schema of POST /v1/orders', () => {
  it('takes an order, in CNY and with prepay unless it says otherwise', () => {
    const parsed = createOrderRequest.parse(order);
    expect(parsed.prepay).to.equal(true);
    expect(parsed.amount).to.deep.equal({ total: 100, currency: 'CNY' });
  });

  const taken: readonly [string, object][] = [
    ['an order that is prepaid elsewhere, without a payer', { prepay: false, payer: undefined }],
    ['the shortest and strangest order number', { out_trade_no: '_-|*1a' }],
    ['an expiry with an offset', { time_expire: '2026-12-01T10:00:00+08:00' }],
    ['a description of 127 Chinese characters', { description: '字'.repeat(127) }],
    ['attach with 128 characters', { attach: 'x'.repeat(128) }],
    [
      'everything that a prepay can say',
      {
        goods_tag: 'WXG',
        support_fapiao: true,
        detail: {
          cost_price: 0,
          invoice_id: '微信123',
          goods_detail: [
            { merchant_goods_id: '1', wechatpay_goods_id: '2', goods_name: '茶', quantity: 1, unit_price: 0 },
          ],
        },
        scene_info: {
          payer_client_ip: '2001:db8::1',
          device_id: '013467007045764',
          store_info: { id: '0001', name: '腾讯大厦分店', area_code: '440305', address: '深圳' },
        },
        settle_info: { profit_sharing: true },
      },
    ],
    [
      'an order of a merchant below a service provider',
      { sub_mchid: '1900000109', sub_appid: 'wxsub0000000000001', payer: { sub_openid: 'o-1' } },
    ],
  ];
  for (const [what, change] of taken) {
    it(`takes ${what}`, () => {
      expect(refusedPaths(change)).to.deep.equal([]);
    });
  }

  const refused: readonly [string, object, string][] = [
    ['an order to prepay without a payer', { payer: undefined }, 'payer.openid'],
    ['an amount in yuan', { amount: { total: 0.01 } }, 'amount.total'],
    ['an amount as text', { amount: { total: '100' } }, 'amount.total'],
    ['an amount of nothing', { amount: { total: 0 } }, 'amount.total'],
    ['a negative amount', { amount: { total: -1 } }, 'amount.total'],
    ['another currency', { amount: { total: 1, currency: 'USD' } }, 'amount.currency'],
    ['an order number of 5 characters', { out_trade_no: '12345' }, 'out_trade_no'],
    ['an order number of 33 characters', { out_trade_no: 'x'.repeat(33) }, 'out_trade_no'],
    ['an order number with a slash', { out_trade_no: 'order/1' }, 'out_trade_no'],
    ['a description of 128 characters', { description: 'x'.repeat(128) }, 'description'],
    ['an empty description', { description: '' }, 'description'],
    ['attach with 129 characters', { attach: 'x'.repeat(129) }, 'attach'],
    ['an expiry without an offset', { time_expire: '2026-12-01T10:00:00' }, 'time_expire'],
    ['a logistics type that WeChat does not know', { logistics_type: 5 }, 'logistics_type'],
    ['no logistics type', { logistics_type: undefined }, 'logistics_type'],
    ['a merchant number, for the API key names the merchant', { mchid: '1900000001' }, ''],
    ['an openid within another object', { payer: { openid: { $ne: '' } } }, 'payer.openid'],
    ['a scene without the payer’s address', { scene_info: {} }, 'scene_info.payer_client_ip'],
    ['a price in yuan', { detail: { cost_price: 1.5 } }, 'detail.cost_price'],
    ['goods without any', { detail: { goods_detail: [] } }, 'detail.goods_detail'],
    [
      'goods of no number',
      { detail: { goods_detail: [{ merchant_goods_id: '1', quantity: 0, unit_price: 1 }] } },
      'detail.goods_detail.0.quantity',
    ],
    ['profit sharing as text', { settle_info: { profit_sharing: 'true' } }, 'settle_info.profit_sharing'],
    ['a goods_tag of 33 characters', { goods_tag: 'x'.repeat(33) }, 'goods_tag'],
    ['an operator of a database', { goods_tag: { $ne: '' } }, 'goods_tag'],
    [
      'a scene with a field of its own',
      { scene_info: { payer_client_ip: '1.1.1.1', $where: '1' } },
      'scene_info',
    ],
    ['a merchant below it of letters', { sub_mchid: 'abcdefgh' }, 'sub_mchid'],
  ];
  for (const [what, change, path] of refused) {
    it(`refuses ${what}`, () => {
      expect(refusedPaths(change)).to.deep.equal([path]);
    });
  }
});

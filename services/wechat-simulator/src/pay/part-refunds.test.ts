import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import {
  appId,
  callPay,
  newOutTradeNo,
  openId,
  requestPayment,
  testMerchant,
} from '../wechat-simulator.fixture.test.ts';
import { createPayPlatform, mchId, outcomeOf, type PayPlatform } from './pay-platform.fixture.test.ts';

const otherMchId = '1900000110';

describe('wechat-simulator: a part of a combined order that is another direct merchant’s', () => {
  let platform: PayPlatform;
  let part: { readonly out_trade_no: string; readonly transaction_id: string };
  beforeEach(async () => {
    platform = await createPayPlatform({ merchants: [testMerchant, { ...testMerchant, mchId: otherMchId }] });
    const sub_orders = [mchId, otherMchId].map((owner) => ({
      mchid: owner,
      attach: 'part',
      out_trade_no: newOutTradeNo(),
      description: '咖啡一杯',
      amount: { total_amount: 100, currency: 'CNY' },
    }));
    const combine_out_trade_no = newOutTradeNo();
    const { json } = await platform.post('/combine-transactions/jsapi', {
      combine_appid: appId,
      combine_mchid: mchId,
      combine_out_trade_no,
      scene_info: { payer_client_ip: '203.0.113.7' },
      sub_orders,
      combine_payer_info: { openid: openId },
      notify_url: platform.receiver.url,
    });
    platform.simulator.pay(requestPayment(json.prepay_id), { drop: 20 });
    const { text } = await platform.get(`/combine-transactions/out-trade-no/${combine_out_trade_no}`);
    part = (JSON.parse(text) as { sub_orders: (typeof part)[] }).sub_orders[1] ?? expect.fail('no part');
  });
  afterEach(() => platform.close());

  const amount = { refund: 100, total: 100, currency: 'CNY' };
  const refundAs = (signer: string, body: object) =>
    callPay(
      platform.simulator.uri,
      'POST',
      '/v3/refund/domestic/refunds',
      { out_refund_no: `refund-${part.out_trade_no}`, amount, ...body },
      { mchId: signer },
    );

  it('is refunded by that one', async () => {
    const accepted = await refundAs(otherMchId, { transaction_id: part.transaction_id });
    expect(outcomeOf(accepted)).to.equal('200');
    const path = `/v3/refund/domestic/refunds/refund-${part.out_trade_no}`;
    const ask = (signer: string, query = '') =>
      callPay(platform.simulator.uri, 'GET', `${path}${query}`, undefined, { mchId: signer });
    expect(outcomeOf(await ask(otherMchId))).to.equal('200');
    expect(outcomeOf(await ask(mchId))).to.equal('404 RESOURCE_NOT_EXISTS');
    expect(outcomeOf(await ask(otherMchId, `?sub_mchid=${otherMchId}`))).to.equal('400 INVALID_REQUEST');
  });

  it('is refunded by nobody else, whatever that one names', async () => {
    const { transaction_id, out_trade_no } = part;
    const sub_mchid = otherMchId;
    expect(outcomeOf(await refundAs(mchId, { transaction_id }))).to.equal('400 INVALID_REQUEST');
    expect(outcomeOf(await refundAs(mchId, { out_trade_no }))).to.equal('404 RESOURCE_NOT_EXISTS');
    expect(outcomeOf(await refundAs(mchId, { transaction_id, sub_mchid }))).to.equal('400 INVALID_REQUEST');
    const own = await refundAs(otherMchId, { transaction_id, sub_mchid });
    expect(outcomeOf(own), 'a direct merchant has none below it').to.equal('400 INVALID_REQUEST');
    expect(platform.simulator.ledger(out_trade_no).refunds).to.deep.equal([]);
  });
});

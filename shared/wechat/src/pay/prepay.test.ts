import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toCombinedBody } from './combined-order.ts';
import { type JsapiPrepay, toJsapiBody, toNativeBody } from './prepay.ts';

const prepay: JsapiPrepay = {
  appId: 'wx1234567890abcdef',
  description: 'tea',
  outTradeNo: 'order-0001',
  amountFen: 100,
  currency: 'CNY',
  notifyUrl: 'https://callbacks.example.com/callbacks/wechat-pay/1900000001',
  timeExpire: new Date('2026-11-22T12:00:00Z'),
  openId: 'o-buyer',
};
const options = {
  goods_tag: 'WXG',
  detail: { cost_price: 1 },
  scene_info: { payer_client_ip: '14.23.150.211' },
  settle_info: { profit_sharing: true },
};
const order = {
  description: 'tea',
  out_trade_no: 'order-0001',
  time_expire: '2026-11-22T20:00:00+08:00',
  notify_url: 'https://callbacks.example.com/callbacks/wechat-pay/1900000001',
  amount: { total: 100, currency: 'CNY' },
};

describe('the body of a prepay', () => {
  it('of a direct merchant', () => {
    expect(toJsapiBody('1900000001', { ...prepay, attach: 'shop-7', options })).to.deep.equal({
      appid: 'wx1234567890abcdef',
      mchid: '1900000001',
      ...order,
      attach: 'shop-7',
      payer: { openid: 'o-buyer' },
      ...options,
    });
  });

  it('of a plain order is to the byte what it was before there were options', () => {
    expect(JSON.stringify(toJsapiBody('1900000001', prepay))).to.equal(
      '{"appid":"wx1234567890abcdef","mchid":"1900000001","description":"tea","out_trade_no":"order-0001",' +
        '"time_expire":"2026-11-22T20:00:00+08:00",' +
        '"notify_url":"https://callbacks.example.com/callbacks/wechat-pay/1900000001",' +
        '"amount":{"total":100,"currency":"CNY"},"payer":{"openid":"o-buyer"}}',
    );
    expect(toNativeBody('1900000001', prepay)).to.not.have.property('payer');
  });

  it('of a service provider, paid in its own app', () => {
    expect(toJsapiBody('1900000001', { ...prepay, subMchId: '1900000109', options })).to.deep.equal({
      sp_appid: 'wx1234567890abcdef',
      sp_mchid: '1900000001',
      sub_mchid: '1900000109',
      ...order,
      payer: { sp_openid: 'o-buyer' },
      ...options,
    });
  });

  it('of a service provider, paid in the app of the merchant below it', () => {
    const sub = { subMchId: '1900000109', subAppId: prepay.appId, spAppId: 'wxprovider00000001' };
    expect(toJsapiBody('1900000001', { ...prepay, ...sub })).to.deep.include({
      sp_appid: 'wxprovider00000001',
      sub_appid: 'wx1234567890abcdef',
      payer: { sub_openid: 'o-buyer' },
    });
  });

  it('of a combined order', () => {
    const { description, amountFen, currency, appId, openId, notifyUrl, timeExpire } = prepay;
    const content = { description, amountFen, currency, attach: 'a' };
    const body = toCombinedBody('1900000001', {
      appId,
      openId,
      notifyUrl,
      timeExpire,
      combineOutTradeNo: 'whole-0001',
      scene: options.scene_info,
      parts: [
        { mchId: '1900000001', outTradeNo: 'part-0001', ...content, options: { goods_tag: 'WXG' } },
        { mchId: '1900000001', subMchId: '1900000109', outTradeNo: 'part-0002', ...content },
      ],
    });
    const common = {
      attach: 'a',
      description: 'tea',
      amount: { total_amount: 100, currency: 'CNY' },
    };
    expect(body).to.deep.equal({
      combine_appid: 'wx1234567890abcdef',
      combine_mchid: '1900000001',
      combine_out_trade_no: 'whole-0001',
      scene_info: { payer_client_ip: '14.23.150.211' },
      sub_orders: [
        { mchid: '1900000001', out_trade_no: 'part-0001', ...common, goods_tag: 'WXG' },
        { mchid: '1900000001', sub_mchid: '1900000109', out_trade_no: 'part-0002', ...common },
      ],
      combine_payer_info: { openid: 'o-buyer' },
      time_expire: '2026-11-22T20:00:00+08:00',
      notify_url: 'https://callbacks.example.com/callbacks/wechat-pay/1900000001',
    });
  });
});

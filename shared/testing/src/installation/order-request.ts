import type { NewOrder } from '@huidiao/store';
import { testMerchant } from '../test-merchant.ts';

/** The body of POST /v1/orders for a cup of tea of ¥88 that needs no delivery. */
export function toOrderRequest(outTradeNo: string) {
  return {
    appid: testMerchant.appId,
    out_trade_no: outTradeNo,
    description: '龙井茶',
    amount: { total: 8_800, currency: 'CNY' },
    payer: { openid: `o-buyer-of-${outTradeNo}` },
    logistics_type: 3,
  } as const;
}

/** The same order as the store registers it, one hour before it expires: paid by the merchant's own system. */
export function toNewOrder(outTradeNo: string): NewOrder {
  const { appid, description, amount, payer, logistics_type } = toOrderRequest(outTradeNo);
  return {
    mchId: testMerchant.mchId,
    appId: appid,
    outTradeNo,
    openId: payer.openid,
    description,
    amountFen: amount.total,
    currency: amount.currency,
    logisticsType: logistics_type,
    timeExpire: new Date(Date.now() + 60 * 60_000),
    prepay: false,
    contentHash: outTradeNo,
  };
}

import { z } from 'zod';
import { isCheckOrder } from '../check-order.ts';
import { appId, mchId, openId, outTradeNo } from '../ids.ts';
import { keptText, plainText } from '../text.ts';
import { amount } from './amount.ts';
import { logisticsType } from './logistics-type.ts';
import { prepayOptions } from './prepay-options.ts';

export const description = plainText(127).meta({
  description: 'What the buyer sees (商品描述), in one line.',
  examples: ['龙井茶 250g ×2'],
});

export const attach = keptText(128).meta({
  description: 'Comes back with the payment (商户数据包).',
  examples: ['shop-7'],
});

/** A number that a shop may give an order. */
export const shopOutTradeNo = outTradeNo.refine(
  (number) => !isCheckOrder(number),
  'begins like the orders of verify-callback, which nobody delivers',
);

export const timeExpire = z.iso.datetime({ offset: true }).meta({
  description:
    'Until when it can be paid (支付结束时间), RFC 3339 with offset; by default two hours from now. It is always sent to WeChat Pay.',
  examples: ['2027-01-05T12:00:00+08:00'],
});

interface Parties {
  readonly prepay: boolean;
  readonly sub_mchid?: string | undefined;
  readonly sub_appid?: string | undefined;
  readonly payer?:
    | { readonly openid?: string | undefined; readonly sub_openid?: string | undefined }
    | undefined;
}

/** Who is paid and who pays, as far as the request alone can tell. */
function refuseParties(order: Parties, context: z.RefinementCtx): void {
  const refuse = (path: string[], message: string): void => {
    context.addIssue({ code: 'custom', path, message });
  };
  const { openid, sub_openid } = order.payer ?? {};
  const isNamed = openid !== undefined || sub_openid !== undefined;
  if (!isNamed && (order.prepay || order.payer !== undefined)) {
    refuse(['payer', 'openid'], 'is required unless prepay is false');
  }
  if (openid !== undefined && sub_openid !== undefined) {
    refuse(['payer', 'sub_openid'], 'cannot stand beside openid: the buyer pays in one app');
  }
  if (order.sub_mchid === undefined && order.sub_appid !== undefined) {
    refuse(['sub_appid'], 'wants a sub_mchid');
  }
  if (sub_openid !== undefined && (order.sub_mchid === undefined || order.sub_appid === undefined)) {
    refuse(['payer', 'sub_openid'], 'wants a sub_mchid and a sub_appid');
  }
}

const payer = z
  .strictObject({
    openid: openId
      .optional()
      .describe('The buyer in `appid`: of a service provider the buyer in its own app.'),
    sub_openid: openId.optional().describe('The buyer in `sub_appid`, in place of openid.'),
  })
  .meta({
    id: 'Payer',
    description:
      'Who pays. Required to prepay; without it the buyer cannot be told by message unless the payment names them.',
  });

/** Body of `POST /v1/orders`. The merchant is the one of the API key. */
export const createOrderRequest = z
  .strictObject({
    appid: appId.describe('The app that the buyer pays in; of a service provider sp_appid.'),
    sub_mchid: mchId.optional().describe('Whose order a service provider (服务商) makes (子商户号).'),
    sub_appid: appId.optional().describe('The app of that merchant.'),
    out_trade_no: shopOutTradeNo,
    description,
    amount,
    payer: payer.optional(),
    attach: attach.optional(),
    time_expire: timeExpire.optional(),
    ...prepayOptions.shape,
    logistics_type: logisticsType,
    prepay: z
      .boolean()
      .default(true)
      .describe("`false` registers an order that the merchant's own system prepays."),
  })
  .superRefine(refuseParties)
  .meta({
    id: 'CreateOrderRequest',
    description: 'An order. The merchant is that of the API key.',
    examples: [
      {
        appid: 'wx8888888888888888',
        out_trade_no: 'tea-20270105-0001',
        description: '龙井茶 250g ×2',
        amount: { total: 8800 },
        payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
        attach: 'shop-7',
        logistics_type: 1,
      },
    ],
  });
export type CreateOrderRequest = z.infer<typeof createOrderRequest>;

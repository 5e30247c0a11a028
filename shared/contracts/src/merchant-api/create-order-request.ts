import { z } from 'zod';
import { isCheckOrder } from '../check-order.ts';
import { amountFen, appId, mchId, openId, outTradeNo } from '../ids.ts';
import { logisticsType } from './logistics-type.ts';
import { prepayOptions } from './prepay-options.ts';

/** Shown to the buyer; WeChat allows 127 characters. */
export const description = z
  .string()
  .min(1)
  .max(127)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must hold no control characters and no half characters');

/** Comes back with the payment. */
export const attach = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^\0\p{Cs}]*$/u, 'must hold no NUL and no half characters');

export const amount = z.strictObject({ total: amountFen, currency: z.literal('CNY').default('CNY') });

/** A number that a shop may give an order. */
export const shopOutTradeNo = outTradeNo.refine(
  (number) => !isCheckOrder(number),
  'begins like the orders of verify-callback, which nobody delivers',
);

/** RFC 3339 with offset. Default: two hours from now. */
export const timeExpire = z.iso.datetime({ offset: true });

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

/** Body of `POST /v1/orders`. The merchant is the one of the API key. */
export const createOrderRequest = z
  .strictObject({
    /** Of a service provider sp_appid. */
    appid: appId,
    /** 子商户号: whose order a service provider (服务商) makes. */
    sub_mchid: mchId.optional(),
    /** The app of that merchant. */
    sub_appid: appId.optional(),
    out_trade_no: shopOutTradeNo,
    description,
    amount,
    /**
     * Required to prepay; without it the buyer cannot be told by message unless the payment names them. A service
     * provider names the buyer in its own app (openid), or in that of the merchant below it (sub_openid).
     */
    payer: z.strictObject({ openid: openId.optional(), sub_openid: openId.optional() }).optional(),
    attach: attach.optional(),
    time_expire: timeExpire.optional(),
    ...prepayOptions.shape,
    logistics_type: logisticsType,
    /** `false` registers an order that the merchant's own system prepays. */
    prepay: z.boolean().default(true),
  })
  .superRefine(refuseParties);
export type CreateOrderRequest = z.infer<typeof createOrderRequest>;

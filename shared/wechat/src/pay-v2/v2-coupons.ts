import type { V2Fields } from './v2-sign.ts';
import { fenText } from './v2-values.ts';

/** One of the coupons (代金券) that paid a part: coupon_id_$n, coupon_type_$n and coupon_fee_$n, $n from 0. */
export interface V2Coupon {
  readonly couponId: string | undefined;
  /** CASH (充值) or NO_CASH; an open set. */
  readonly couponType: string | undefined;
  readonly amountFen: number | undefined;
}

const numbered = /^coupon_(?:id|type|fee)_(0|[1-9][0-9]{0,3})$/;

/** The numbered coupons of a payment, by their numbers. https://pay.weixin.qq.com/wiki/doc/api/jsapi.php?chapter=9_7 */
export function readV2Coupons(fields: V2Fields): readonly V2Coupon[] {
  const numbers = [...fields.keys()].flatMap((name) => numbered.exec(name)?.[1] ?? []);
  return [...new Set(numbers)]
    .sort((a, b) => Number(a) - Number(b))
    .map((number) => ({
      couponId: fields.get(`coupon_id_${number}`),
      couponType: fields.get(`coupon_type_${number}`),
      amountFen: fenText.safeParse(fields.get(`coupon_fee_${number}`)).data,
    }));
}

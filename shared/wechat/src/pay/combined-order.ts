import type { PrepayOptions } from '@huidiao/contracts';
import { toBeijingTime } from './to-beijing-time.ts';

/** One of the orders of a combined payment (子单), as its prepay and its close name it. */
export interface CombinedPart {
  /** 商户号 of the part: combine_mchid, or another one that may be paid along with it. */
  readonly mchId: string;
  readonly outTradeNo: string;
  /** 子商户号, where a service provider is `mchId`. */
  readonly subMchId?: string | undefined;
}

export interface CombinedPartPrepay extends CombinedPart {
  readonly subAppId?: string | undefined;
  readonly description: string;
  readonly amountFen: number;
  readonly currency: string;
  /** WeChat Pay demands one of each part. */
  readonly attach: string;
  readonly options?: Pick<PrepayOptions, 'goods_tag' | 'detail' | 'settle_info'> | undefined;
}

/** A combined payment (合单): 2 to 10 orders that are paid at once. */
export interface CombinedPrepay {
  readonly appId: string;
  readonly combineOutTradeNo: string;
  /** The payer in `appId`. */
  readonly openId: string;
  readonly scene: { readonly payer_client_ip: string; readonly device_id?: string | undefined };
  readonly parts: readonly CombinedPartPrepay[];
  readonly timeExpire: Date;
  readonly notifyUrl: string;
}

/** What closes it: number, app and parts have to be those of the prepay. */
export interface CombinedToClose {
  readonly appId: string;
  readonly combineOutTradeNo: string;
  readonly parts: readonly CombinedPart[];
}

/** https://pay.weixin.qq.com/doc/v3/merchant/4012556982. The same payment always makes the same body. */
export function toCombinedBody(mchId: string, prepay: CombinedPrepay): Record<string, unknown> {
  return {
    combine_appid: prepay.appId,
    combine_mchid: mchId,
    combine_out_trade_no: prepay.combineOutTradeNo,
    scene_info: prepay.scene,
    sub_orders: prepay.parts.map((part) => ({
      ...toPartIds(part),
      ...(part.subAppId === undefined ? {} : { sub_appid: part.subAppId }),
      attach: part.attach,
      description: part.description,
      amount: { total_amount: part.amountFen, currency: part.currency },
      ...part.options,
    })),
    combine_payer_info: { openid: prepay.openId },
    time_expire: toBeijingTime(prepay.timeExpire),
    notify_url: prepay.notifyUrl,
  };
}

/** https://pay.weixin.qq.com/doc/v3/partner/4012709095 */
export function toCombinedCloseBody({ appId, parts }: CombinedToClose): Record<string, unknown> {
  return { combine_appid: appId, sub_orders: parts.map(toPartIds) };
}

function toPartIds({ mchId, outTradeNo, subMchId }: CombinedPart): Record<string, unknown> {
  return {
    mchid: mchId,
    ...(subMchId === undefined ? {} : { sub_mchid: subMchId }),
    out_trade_no: outTradeNo,
  };
}

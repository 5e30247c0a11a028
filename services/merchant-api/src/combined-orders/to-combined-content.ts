import type { CreateCombinedOrderRequest } from '@huidiao/contracts';
import type { NewCombinedOrder, NewOrder } from '@huidiao/store';
import { toHash, toWholeSeconds } from '../orders/to-order-content.ts';

/** A combined order to be registered, and the orders that are its parts. */
export interface CombinedContent {
  readonly combined: NewCombinedOrder;
  readonly orders: readonly NewOrder[];
}

interface Surroundings {
  readonly mchId: string;
  readonly notifyUrl: string;
  /** When it can be paid no more, where the request says nothing of it. */
  readonly defaultExpiry: Date;
}

/**
 * What a request registers. The digest of a part names the whole too, so that neither a plain order of the same content
 * nor a part of another whole passes for it; the whole's covers all of its parts.
 */
export function toCombinedContent(
  request: CreateCombinedOrderRequest,
  { mchId, notifyUrl, defaultExpiry }: Surroundings,
): CombinedContent {
  const { combine_out_trade_no: combineOutTradeNo, time_expire } = request;
  const wantedExpiry = time_expire === undefined ? undefined : toWholeSeconds(new Date(time_expire));
  const timeExpire = wantedExpiry ?? defaultExpiry;
  const orders = request.sub_orders.map((part): NewOrder => {
    const facts = toOrderFacts(request, part, mchId);
    const hashed = [facts, part.mchid ?? mchId, wantedExpiry?.getTime() ?? null];
    return {
      ...facts,
      mchId,
      timeExpire,
      notifyUrl,
      combineOutTradeNo,
      prepay: true,
      contentHash: toHash(['combined-v1', combineOutTradeNo, ...hashed]),
    };
  });
  const combined = {
    mchId,
    combineOutTradeNo,
    appId: request.combine_appid,
    parts: request.sub_orders.map((part) => ({
      mchId: part.mchid ?? mchId,
      outTradeNo: part.out_trade_no,
      ...(part.sub_mchid !== undefined && { subMchId: part.sub_mchid }),
    })),
    timeExpire,
    notifyUrl,
    contentHash: toHash(orders.map(({ contentHash }) => contentHash)),
  };
  return { combined, orders };
}

type Part = CreateCombinedOrderRequest['sub_orders'][number];

/** The part as an order; WeChat Pay names whoever is paid that is not the merchant of the path as sub_mchid. */
function toOrderFacts(request: CreateCombinedOrderRequest, part: Part, mchId: string) {
  const { goods_tag, detail, settle_info } = part;
  const owner = part.sub_mchid ?? part.mchid;
  return {
    appId: request.combine_appid,
    subMchId: owner === mchId ? undefined : owner,
    subAppId: part.sub_appid,
    outTradeNo: part.out_trade_no,
    openId: request.combine_payer_info.openid,
    description: part.description,
    amountFen: part.amount.total,
    currency: part.amount.currency,
    attach: part.attach ?? part.out_trade_no,
    logisticsType: part.logistics_type,
    prepayOptions: {
      ...(goods_tag !== undefined && { goods_tag }),
      ...(detail !== undefined && { detail }),
      scene_info: request.scene_info,
      ...(settle_info !== undefined && { settle_info }),
    },
  };
}

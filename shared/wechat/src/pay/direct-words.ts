import { type Resource, readPath } from './events/event-rule.ts';

/** What a trade_type is called where WeChat names neither it nor a scene: education's debits have none. */
export const unnamedTradeType = 'UNKNOWN';

/** Who pays a combined order, and what the order is a part of. */
interface Combined {
  readonly combine_mchid: string;
  readonly combine_appid: string;
  readonly [field: string]: unknown;
}

/**
 * A transaction of whichever kind in the words of a direct merchant: that of a merchant below a service provider, of a
 * cross-border merchant (which calls its number `id`), or a debit.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012075420, https://pay.weixin.qq.com/doc/v3/partner/4012085801
 */
export function toDirectWords(resource: Resource): Resource {
  const either = (...paths: string[]) =>
    paths.map((path) => readPath(resource, path)).find((value) => value !== undefined);
  const { payer } = resource;
  return {
    ...resource,
    mchid: either('sp_mchid', 'mchid'),
    appid: either('sp_appid', 'appid'),
    transaction_id: either('transaction_id', 'id'),
    trade_type: either('trade_type', 'trade_scene') ?? unnamedTradeType,
    payer: {
      ...(typeof payer === 'object' && payer !== null && !Array.isArray(payer) ? payer : {}),
      openid: either('payer.sp_openid', 'payer.openid'),
    },
  };
}

/** A part of a combined order likewise, whose amounts have other names. https://pay.weixin.qq.com/doc/v3/merchant/4012557006 */
export function toDirectWordsOfPart(combined: Combined, order: Resource): Resource {
  const owner = readPath(order, 'sub_mchid') ?? readPath(order, 'mchid');
  return {
    ...order,
    mchid: combined.combine_mchid,
    appid: combined.combine_appid,
    sub_mchid: owner === combined.combine_mchid ? undefined : owner,
    trade_type: readPath(order, 'trade_type') ?? unnamedTradeType,
    payer: {
      openid: readPath(combined, 'combine_payer_info.openid'),
      sub_openid: readPath(order, 'sub_openid'),
    },
    amount: {
      total: readPath(order, 'amount.total_amount'),
      payer_total: readPath(order, 'amount.payer_amount'),
      currency: readPath(order, 'amount.currency'),
    },
  };
}

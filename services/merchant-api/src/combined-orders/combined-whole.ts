import type { CombinedOrderResource } from '@huidiao/contracts';
import type { CombinedOrder, Order, Store } from '@huidiao/store';
import type { CombinedPrepay } from '@huidiao/wechat';
import { findParts } from '../orders/ask-about-whole.ts';
import { decideNotPayable, type NotPayableReason } from '../orders/decide-payable.ts';
import { toOrderResource } from '../orders/to-order-resource.ts';

/** A combined order with its parts, as they were read. */
export interface CombinedWhole {
  readonly combined: CombinedOrder;
  readonly orders: readonly Order[];
}

export interface ReadCombinedDeps {
  readonly orders: Pick<Store['orders'], 'find'>;
  readonly combinedOrders: Pick<Store['combinedOrders'], 'find'>;
}

/** @returns undefined where the merchant has none of this number, or no part of it; @throws AppError STORE_UNAVAILABLE */
export async function findWhole(
  deps: ReadCombinedDeps,
  mchId: string,
  combineOutTradeNo: string,
): Promise<CombinedWhole | undefined> {
  const combined = await deps.combinedOrders.find(mchId, combineOutTradeNo);
  if (combined === undefined) return undefined;
  const orders = await findParts(deps, combined);
  return orders.length === 0 ? undefined : { combined, orders };
}

/** `paid` once a part is, for WeChat Pay lets pay the whole only; `closed` once every part is. */
export function toWholeStatus({ orders }: CombinedWhole): CombinedOrderResource['status'] {
  const isOver = orders.some(({ status }) => status !== 'created' && status !== 'closed');
  if (isOver) return 'paid';
  return orders.every(({ status }) => status === 'closed') ? 'closed' : 'created';
}

/** Why no payment can be started for the whole: the first reason of a part, or that one is missing. */
export function decideWholeNotPayable(
  { combined, orders }: CombinedWhole,
  now: Date,
): NotPayableReason | undefined {
  if (orders.length < combined.parts.length) return 'not registered in full';
  for (const order of orders) {
    const reason = decideNotPayable(order, now);
    if (reason !== undefined) return reason;
    if (order.openId === undefined) return 'of no known payer';
  }
  return undefined;
}

/** What WeChat Pay is asked to prepay: what is stored, so that the same number always comes with the same body. */
export function toCombinedPrepay({ combined, orders }: CombinedWhole): CombinedPrepay {
  const [first] = orders;
  const { payer_client_ip, device_id } = first?.prepayOptions?.scene_info ?? { payer_client_ip: '' };
  return {
    appId: combined.appId,
    combineOutTradeNo: combined.combineOutTradeNo,
    openId: first?.openId ?? '',
    scene: { payer_client_ip, ...(device_id !== undefined && { device_id }) },
    parts: combined.parts.flatMap((part) => {
      const order = orders.find(({ outTradeNo }) => outTradeNo === part.outTradeNo);
      return order === undefined ? [] : [{ ...part, ...toPartContent(order) }];
    }),
    timeExpire: combined.timeExpire,
    notifyUrl: combined.notifyUrl,
  };
}

function toPartContent({
  subAppId,
  description,
  amountFen,
  currency,
  attach,
  outTradeNo,
  prepayOptions,
}: Order) {
  const { scene_info: _scene, support_fapiao: _fapiao, ...options } = prepayOptions ?? {};
  return { subAppId, description, amountFen, currency, attach: attach ?? outTradeNo, options };
}

/** A combined order as the merchant sees it. */
export function toCombinedResource(whole: CombinedWhole): CombinedOrderResource {
  const { combined, orders } = whole;
  return {
    mchid: combined.mchId,
    combine_appid: combined.appId,
    combine_out_trade_no: combined.combineOutTradeNo,
    status: toWholeStatus(whole),
    amount: {
      total: orders.reduce((sum, { amountFen }) => sum + amountFen, 0),
      currency: orders[0]?.currency ?? 'CNY',
    },
    time_expire: combined.timeExpire.toISOString(),
    created_at: combined.createdAt.toISOString(),
    orders: orders.map(toOrderResource),
  };
}

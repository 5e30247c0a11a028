import type { MerchantDirectory, RefundEvent } from '@huidiao/contracts';
import type { Order, Store } from '@huidiao/store';

export interface FindRefundedDeps {
  readonly store: { readonly orders: Pick<Store['orders'], 'find' | 'findPart'> };
  readonly directory: Pick<MerchantDirectory, 'merchants'>;
}

/** An order with what was told of a refund of it, in the words of the order. */
export interface Refunded {
  readonly order: Order;
  readonly refund: RefundEvent;
}

/**
 * The order that a refund is of: the merchant's own, or the part of another direct merchant's combined order (合单) that
 * went to it. What an order of a service provider is told comes to the service provider.
 * @throws AppError STORE_UNAVAILABLE
 */
export async function findRefunded(
  { store, directory }: FindRefundedDeps,
  told: RefundEvent,
): Promise<Refunded | undefined> {
  const { mchId, outTradeNo } = told;
  const own = await store.orders.find(mchId, outTradeNo);
  if (own !== undefined) return { order: own, refund: told };
  const part = await store.orders.findPart(mchId, outTradeNo);
  if (part === undefined || directory.merchants.get(part.mchId)?.isServiceProvider !== false)
    return undefined;
  return { order: part, refund: { ...told, mchId: part.mchId, subMchId: mchId } };
}

import type { Order, Store } from '@huidiao/store';
import type { Caller } from '../http/endpoint-handler.ts';

/**
 * The order of this number as far as the caller may know of it: a merchant's server sees all of its merchant's, a user
 * those that they bought or paid. Any other is as unknown as one that does not exist.
 *
 * @throws AppError STORE_UNAVAILABLE.
 */
export async function findOwnOrder(
  orders: Pick<Store['orders'], 'find'>,
  caller: Caller,
  outTradeNo: string,
): Promise<Order | undefined> {
  const order = await orders.find(caller.merchant.mchId, outTradeNo);
  if (order === undefined || caller.kind === 'api_key') return order;
  const isTheirs = order.openId === caller.openId || order.payment?.openId === caller.openId;
  return order.appId === caller.appId && isTheirs ? order : undefined;
}

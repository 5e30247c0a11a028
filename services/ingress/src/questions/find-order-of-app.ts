import { type App, type MerchantDirectory, outTradeNo } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { Order, Store } from '@huidiao/store';

/** WeChat waits 3 s for the answer, of which the body and the two stores may already have taken most. */
const limitMs = 1_000;

/** A merchant's order of that number, or that there surely is none, or that it could not be read in time. */
export type FoundOrder = Order | 'none' | AppError;

/** Looks for an order under any of its numbers, at each merchant that lists the app. Never rejects. */
export async function findOrderOfApp(
  deps: { readonly orders: Pick<Store['orders'], 'find'>; readonly directory: MerchantDirectory },
  { appId }: App,
  orderNumbers: readonly string[],
): Promise<FoundOrder> {
  const merchants = [...deps.directory.merchants.values()].filter(({ appIds }) => appIds.includes(appId));
  const numbers = orderNumbers.filter((number) => outTradeNo.safeParse(number).success);
  const looks = merchants.flatMap(({ mchId }) => numbers.map((number) => deps.orders.find(mchId, number)));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<AppError>((resolve) => {
    const details = { operation: 'orders.find', reason: 'no answer in time' };
    timer = setTimeout(() => resolve(new AppError('STORE_UNAVAILABLE', { details })), limitMs);
  });
  const found = Promise.all(looks).then(
    (orders): FoundOrder => orders.find((order) => order?.appId === appId) ?? 'none',
    (cause: unknown) => (cause instanceof AppError ? cause : new AppError('STORE_UNAVAILABLE', { cause })),
  );
  return await Promise.race([found, late]).finally(() => clearTimeout(timer));
}

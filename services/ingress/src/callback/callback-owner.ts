import type { App, Merchant } from '@huidiao/contracts';
import type { CallbackOwner } from './callback-handler.ts';

/** Who is told of a merchant's callbacks, and what it may ask of us. */
export function toMerchantOwner(merchant: Merchant): CallbackOwner {
  const { mchId, shop, passThrough, limits } = merchant;
  return { receiver: { mchId }, shop, passThrough, limits };
}

/** The same of an app. */
export function toAppOwner(app: App): CallbackOwner {
  const { appId, shop, passThrough, limits } = app;
  return { receiver: { appId }, shop, passThrough, limits };
}

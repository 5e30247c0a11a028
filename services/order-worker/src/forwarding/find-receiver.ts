import type { App, CallbackReceiver, Merchant, MerchantDirectory } from '@huidiao/contracts';
import { merchantNotConfigured, notConfigured } from '../jobs/merchant-not-configured.ts';

/** Whose callback it is, with what the merchants file says of them now. */
export type Receiver = Merchant | App;

/** @throws AppError MERCHANT_NOT_CONFIGURED (waits) where this process does not know them (yet) */
export function findReceiver(directory: MerchantDirectory, receiver: CallbackReceiver): Receiver {
  if ('mchId' in receiver) {
    const merchant = directory.merchants.get(receiver.mchId);
    if (merchant === undefined) throw merchantNotConfigured(receiver.mchId);
    return merchant;
  }
  const app = directory.apps.get(receiver.appId);
  if (app === undefined) throw notConfigured({ appId: receiver.appId });
  return app;
}

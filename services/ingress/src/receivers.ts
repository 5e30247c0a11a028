import type { App, Merchant } from '@huidiao/contracts';
import type { LiveDirectory } from '@huidiao/runtime';
import {
  createReceivingApp,
  createReceivingMerchant,
  createReceivingMerchantV2,
  type PlatformKeyrings,
  type ReceivingApp,
  type ReceivingMerchant,
  type ReceivingMerchantV2,
} from '@huidiao/wechat';

/** What verifies and opens callbacks, by the id that stands in their path. */
export interface Receivers {
  findMerchant(
    mchId: string,
  ): { readonly merchant: Merchant; readonly receiving: ReceivingMerchant } | undefined;
  /** `receiving` is undefined for a merchant without APIv2密钥. */
  findMerchantV2(
    mchId: string,
  ): { readonly merchant: Merchant; readonly receiving: ReceivingMerchantV2 | undefined } | undefined;
  /** `receiving` is undefined for an app without Token(令牌). */
  findApp(appId: string): { readonly app: App; readonly receiving: ReceivingApp | undefined } | undefined;
}

/**
 * Makes what each merchant and app needs once, now and whenever the directory changes: parsing a key costs several
 * times as much as a verification.
 *
 * @throws AppError CONFIG_INVALID on keys that cannot be used
 */
export function createReceivers(
  directory: LiveDirectory,
  keyrings: Pick<PlatformKeyrings, 'of'>,
): Receivers & { close(): void } {
  const payV3 = directory.perObject<Merchant, ReceivingMerchant>({
    make: (merchant) => createReceivingMerchant(merchant, keyrings.of(merchant)),
  });
  const payV2 = directory.perObject<Merchant, ReceivingMerchantV2 | undefined>({
    make: createReceivingMerchantV2,
  });
  const push = directory.perObject<App, ReceivingApp | undefined>({ make: createReceivingApp });
  const makeAll = (): void => {
    for (const merchant of directory.merchants.values()) {
      payV3(merchant);
      payV2(merchant);
    }
    for (const app of directory.apps.values()) push(app);
  };
  makeAll();
  const unfollow = directory.onChange(makeAll);

  return {
    findMerchant(mchId) {
      const merchant = directory.merchants.get(mchId);
      return merchant && { merchant, receiving: payV3(merchant) };
    },
    findMerchantV2(mchId) {
      const merchant = directory.merchants.get(mchId);
      return merchant && { merchant, receiving: payV2(merchant) };
    },
    findApp(appId) {
      const app = directory.apps.get(appId);
      return app && { app, receiving: push(app) };
    },
    close: unfollow,
  };
}

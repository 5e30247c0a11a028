import type { MerchantDirectory, Shop as ShopSettings } from '@huidiao/contracts';
import { createShop, type Shop } from '@huidiao/example-shop';
import { createSimulator, type Simulator } from '@huidiao/wechat-simulator';
import { createKeys, toDirectory } from '../test-merchant.ts';
import type { Closers } from './closers.ts';
import type { InstallationOptions } from './installation-options.ts';

/** What an installation stands between, and what it knows of both sides. */
export interface Surroundings {
  readonly simulator: Simulator;
  readonly shop: Shop;
  /** How the merchant reaches the shop, also where `merchant` left it out. */
  readonly shopSettings: ShopSettings;
  /** One merchant with one app, which all services share. */
  readonly directory: MerchantDirectory;
}

/** WeChat and the shop, each on a free port, with keys that are made for them. */
export async function openSurroundings(
  options: InstallationOptions,
  closers: Closers,
): Promise<Surroundings> {
  const keys = createKeys();
  const simulator = await createSimulator({
    merchants: [{ ...keys.ofWeChat, isServiceProvider: options.merchant?.isServiceProvider === true }],
    apps: [keys.appOfWeChat],
    ...options.simulator,
  });
  closers.add(() => simulator.close());
  const shop = await createShop({ webhookSecret: keys.webhookSecret });
  closers.add(() => shop.close());
  const shopSettings: ShopSettings = {
    webhookUrl: shop.webhookUrl,
    webhookSecrets: [keys.webhookSecret],
    allowPrivateNetwork: true,
    events: [],
    timeoutMs: 30_000,
    ...options.shop,
  };
  const directory = toDirectory(keys, simulator, shopSettings, options.merchant, options.app);
  return { simulator, shop, shopSettings, directory };
}

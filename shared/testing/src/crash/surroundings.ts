import type { Shop as ShopSettings } from '@huidiao/contracts';
import { createShop, type Shop } from '@huidiao/example-shop';
import { createSimulator, type Simulator } from '@huidiao/wechat-simulator';
import { createKeys, toDirectory } from '../test-merchant.ts';

/** WeChat and the shop, which are never killed. All runs share them, each with orders of its own. */
export interface Surroundings {
  readonly simulator: Simulator;
  readonly shop: Shop;
  readonly directory: ReturnType<typeof toDirectory>;
  close(): Promise<void>;
}

export async function openSurroundings(): Promise<Surroundings> {
  const keys = createKeys();
  const simulator = await createSimulator({
    merchants: [keys.ofWeChat],
    apps: [keys.appOfWeChat],
  });
  // Each run is answered alike.
  simulator.faults.set({ msgid_missing_share: 0 });
  const shop = await createShop({ webhookSecret: keys.webhookSecret });
  const settings: ShopSettings = {
    webhookUrl: shop.webhookUrl,
    webhookSecrets: [keys.webhookSecret],
    allowPrivateNetwork: true,
    timeoutMs: 30_000,
  };
  return {
    simulator,
    shop,
    directory: toDirectory(keys, simulator, settings),
    async close() {
      await simulator.close();
      await shop.close();
    },
  };
}

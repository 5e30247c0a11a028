import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { App, Merchant, Shop as ShopSettings } from '@huidiao/contracts';
import { createShop, type Shop } from '@huidiao/example-shop';
import { createSimulator, type Simulator } from '@huidiao/wechat-simulator';
import { createKeys, testMerchant, toDirectory } from '../test-merchant.ts';

/** WeChat and the shop, which are never killed. All runs share them, each with orders of its own. */
export interface Surroundings {
  readonly simulator: Simulator;
  readonly shop: Shop;
  /** The merchant's system of before, which takes callbacks that are passed through (透传). */
  readonly oldSystem: OldSystem;
  directoryFor(facts: MerchantFacts): ReturnType<typeof toDirectory>;
  close(): Promise<void>;
}

/** What a scenario says of the merchant. */
export interface MerchantFacts {
  /** Which events the shop wants to hear of; default none. */
  readonly shopEvents?: readonly string[];
  readonly merchant?: Partial<Merchant>;
  readonly app?: Partial<App>;
}

export interface OldSystem {
  readonly url: string;
  /** How often each notification came, by its id (通知ID). */
  readonly notifications: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

export async function openSurroundings(): Promise<Surroundings> {
  const keys = createKeys();
  const simulator = await createSimulator({
    merchants: [keys.ofWeChat],
    apps: [keys.appOfWeChat],
  });
  // Each run is answered alike, and what takes its time at WeChat takes its course when a scenario says so.
  simulator.faults.set({ msgid_missing_share: 0, refund_course: 'PROCESSING', trade_visible_after_ms: 0 });
  simulator.manageTrades({ appId: testMerchant.appId, isManaged: true });
  const shop = await createShop({ webhookSecret: keys.webhookSecret });
  const toSettings = (events: readonly string[]): ShopSettings => ({
    webhookUrl: shop.webhookUrl,
    webhookSecrets: [keys.webhookSecret],
    allowPrivateNetwork: true,
    events,
    timeoutMs: 30_000,
  });
  const oldSystem = await openOldSystem();
  const passThrough = [
    {
      name: 'old-system',
      url: oldSystem.url,
      events: ['complaint.*'],
      allowPrivateNetwork: true,
      timeoutMs: 30_000,
    },
  ];
  return {
    simulator,
    shop,
    oldSystem,
    directoryFor: ({ shopEvents = [], merchant, app }) =>
      toDirectory(keys, simulator, toSettings(shopEvents), { passThrough, ...merchant }, app),
    async close() {
      await simulator.close();
      await shop.close();
      await oldSystem.close();
    },
  };
}

async function openOldSystem(): Promise<OldSystem> {
  const notifications = new Map<string, number>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { id } = JSON.parse(Buffer.concat(chunks).toString()) as { id: string };
      notifications.set(id, (notifications.get(id) ?? 0) + 1);
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    notifications,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

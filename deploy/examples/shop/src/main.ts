import { loadShopConfig } from './config.ts';
import { createShop } from './shop.ts';

const shop = await createShop(loadShopConfig(process.env));
console.log(
  JSON.stringify({
    event: 'service.ready',
    service: 'example-shop',
    port: shop.port,
    webhookUrl: shop.webhookUrl,
  }),
);
process.send?.({ type: 'ready', service: 'example-shop', port: shop.port }, undefined, {}, () => undefined);

let stopping = false;
const stop = (): void => {
  if (stopping) return;
  stopping = true;
  // The IPC channel would keep the process alive.
  if (process.connected) process.disconnect();
  void shop.close();
};
for (const event of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.on(event, stop);
// The parent may have gone while this process was starting.
if (process.send !== undefined && !process.connected) stop();

import { loadShopConfig } from './config.ts';
import { createShop, type Shop } from './shop.ts';

const shop = await open().catch((error: NodeJS.ErrnoException) => {
  const what = error.code === 'EADDRINUSE' ? '; set PORT to one that is free' : '';
  console.error(`example-shop: ${error.message}${what}`);
  process.exit(1);
});
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

async function open(): Promise<Shop> {
  return await createShop(loadShopConfig(process.env));
}

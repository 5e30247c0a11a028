import { resolve } from 'node:path';
import { type BuyConfig, loadBuyConfig } from './config.ts';
import { openApiKey } from './installation/api-key.ts';
import { openMaterial } from './installation/material.ts';
import { buySomething, followOrder, isSettled, isTold } from './installation/purchase.ts';
import { toJourney } from './installation/to-journey.ts';

/*
 * The command `node deploy/local/dist/buy.js FOLDER`: one purchase in an installation whose material is in FOLDER and
 * whose addresses are MERCHANT_API_URL and SIMULATOR_URL. Needs MONGODB_URI and MERCHANTS_FILE to make an API key.
 * Ends with 0 when the order was fulfilled and the buyer told.
 */

try {
  const [folder, ...rest] = process.argv.slice(2);
  if (!folder || rest.length > 0) throw new Error('usage: buy FOLDER');
  process.exitCode = await buy(folder, loadBuyConfig());
} catch (error) {
  console.error(`buy: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function buy(dataFolder: string, { merchantApi, simulator, env }: BuyConfig): Promise<number> {
  const { ids } = openMaterial(dataFolder);
  const cloneFolder = resolve(import.meta.dirname, '../../..');
  const { key } = await openApiKey({ cloneFolder, dataFolder, merchantApi, mchId: ids.mchId, env });
  const api = { url: merchantApi, key };
  const order = await followOrder(api, await buySomething(api, { simulator }, ids));
  console.log(toJourney(order));
  return isSettled(order) && isTold(order) ? 0 : 1;
}

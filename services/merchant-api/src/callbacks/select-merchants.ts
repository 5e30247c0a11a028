import type { MerchantDirectory } from '@huidiao/contracts';
import { WrongUsage } from './wrong-usage.ts';

/**
 * One merchant with the apps that it lists, or all.
 * @throws WrongUsage for a merchant that is not configured
 */
export function selectMerchants(directory: MerchantDirectory, mchId: string | undefined): MerchantDirectory {
  if (mchId === undefined) return directory;
  const merchant = directory.merchants.get(mchId);
  if (merchant === undefined) {
    const known = [...directory.merchants.keys()].join(', ');
    throw new WrongUsage(`merchant ${mchId} is not in MERCHANTS_FILE, which names ${known}`);
  }
  const apps = [...directory.apps].filter(([appId]) => merchant.appIds.includes(appId));
  return { merchants: new Map([[mchId, merchant]]), apps: new Map(apps) };
}

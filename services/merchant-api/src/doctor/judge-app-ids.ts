import type { MerchantDirectory } from '@huidiao/contracts';
import type { Finding } from './finding.ts';

/**
 * Whether the appids of the merchants and the apps name the same: a letter that was mistyped is in one of them alone.
 * @param asked those of `all` that are told of
 */
export function judgeAppIds(all: MerchantDirectory, asked: MerchantDirectory): Finding[] {
  return [...judgeListed(all, asked), ...judgeListing(all, asked)];
}

/** Payments alone need no more than the AppID. */
function judgeListed({ merchants, apps }: MerchantDirectory, asked: MerchantDirectory): Finding[] {
  const listed = [...merchants.values()].flatMap(({ mchId, appIds }, index) =>
    appIds.map((appId) => ({ mchId, appId, index })),
  );
  return listed
    .filter(({ mchId, appId }) => asked.merchants.has(mchId) && !apps.has(appId))
    .map(({ mchId, appId, index }) => ({
      about: `merchant ${mchId}`,
      level: 'skipped',
      says: `${appId} is none of the apps, so that it has payments alone: no login, no messages, no shipments told to WeChat`,
      where: `merchants[${index}].appids`,
    }));
}

/** Of pushes of such an app nobody is told, and payments in it are not taken. */
function judgeListing({ merchants }: MerchantDirectory, { apps }: MerchantDirectory): Finding[] {
  const listed = new Set([...merchants.values()].flatMap(({ appIds }) => appIds));
  return [...apps.values()]
    .filter(({ appId, shop }) => !listed.has(appId) && shop === undefined)
    .map(({ appId }) => ({
      about: `app ${appId}`,
      level: 'warning',
      says: 'it is in the appids of no merchant: no payment in it is taken, and nobody is told of its events',
      where: 'appids of the merchant that is paid in it',
      todo: ['compare it with the appids, letter by letter; or give it a shop of its own'],
    }));
}

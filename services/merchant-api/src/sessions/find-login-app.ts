import type { App, Merchant, MerchantDirectory } from '@huidiao/contracts';
import type { FieldError } from '../http/problem.ts';

/** Which app and whose shop a login is for. */
export interface LoginApp {
  readonly app: App;
  readonly merchant: Merchant;
}

/** The app of a login, and the merchant: the one that is named, or the only one that lists the app. */
export function findLoginApp(
  { apps, merchants }: MerchantDirectory,
  { appid, mchid }: { readonly appid: string; readonly mchid?: string | undefined },
): LoginApp | { readonly errors: readonly FieldError[] } {
  const app = apps.get(appid);
  const listing = [...merchants.values()].filter(({ appIds }) => appIds.includes(appid));
  if (app === undefined || listing.length === 0) {
    return { errors: [{ field: 'appid', message: 'is no mini-program of this installation' }] };
  }
  if (mchid === undefined) {
    const [merchant, ...others] = listing;
    if (merchant !== undefined && others.length === 0) return { app, merchant };
    return { errors: [{ field: 'mchid', message: 'is required: several merchants list this app' }] };
  }
  const named = listing.find(({ mchId }) => mchId === mchid);
  if (named !== undefined) return { app, merchant: named };
  return { errors: [{ field: 'mchid', message: 'is no merchant that lists this app' }] };
}

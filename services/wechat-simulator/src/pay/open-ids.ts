import { BoundedMap } from '../bounded-map.ts';

/** Which app an openid belongs to: the one that it was first seen with, since nobody registers buyers here. */
export interface OpenIds {
  /** Remembers the pair; false where the openid is known under another app. */
  belongs(appId: string, openId: string): boolean;
}

/** Remembers the newest 100,000 openids. */
export function createOpenIds(): OpenIds {
  const appOf = new BoundedMap<string, string>(100_000);
  return {
    belongs: (appId, openId) => {
      const known = appOf.get(openId);
      if (known === undefined) appOf.set(openId, appId);
      return known === undefined || known === appId;
    },
  };
}

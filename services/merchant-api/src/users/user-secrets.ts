import type { App, KeptProfile } from '@huidiao/contracts';
import type { Person, ToldOfUser, UserSecrets } from '@huidiao/store';
import { createAppSeal } from '@huidiao/wechat';

/** What data of before the last wx.login may still come in for; a login race takes seconds. */
const previousKeyMs = 10 * 60_000;

type Kind = 'session_key' | 'nickname' | 'avatar_url';

/** Seals and opens what is kept of one user. */
export interface UserVault {
  /** What is kept after a login: the new session_key, and for ten minutes the one that it took the place of. */
  toSecretsAfterLogin(before: UserSecrets, sessionKey: string, now: Date): UserSecrets;
  /** The keys that the user's data may have been made with, the likeliest first. */
  toSessionKeys(secrets: UserSecrets, now: Date): string[];
  sealProfile(profile: KeptProfile): ToldOfUser;
  /** `undefined` where nothing is kept, or nothing that opens. */
  openProfile(secrets: UserSecrets): KeptProfile | undefined;
}

/**
 * Bound to app, user and kind, so that a text of one row opens in no other. What only the previous app_secret opens is
 * sealed anew at the next login; what nothing opens is left out.
 */
export function createUserVault(app: App, { openId }: Pick<Person, 'openId'>): UserVault {
  const appSeal = createAppSeal(app, 'user data');
  const seal = (kind: Kind, text: string) => appSeal.seal(text, [kind, openId]);
  const open = (kind: Kind, sealed: string | undefined) =>
    sealed === undefined ? undefined : appSeal.open(sealed, [kind, openId]);
  const sealAnew = (kind: Kind, sealed: string | undefined) => {
    const text = open(kind, sealed);
    return text === undefined ? undefined : seal(kind, text);
  };

  function toPrevious({ sessionKey, previousSessionKey: older }: UserSecrets, fresh: string, now: Date) {
    const current = open('session_key', sessionKey);
    // WeChat often gives the same key again: then the one before it is still the one before.
    if (current === fresh) {
      const sealed = sealAnew('session_key', older?.sealed);
      const isUsable = older !== undefined && older.usableUntil > now;
      return sealed !== undefined && isUsable ? { sealed, usableUntil: older.usableUntil } : undefined;
    }
    if (current === undefined) return undefined;
    return {
      sealed: seal('session_key', current),
      usableUntil: new Date(now.getTime() + previousKeyMs),
    };
  }

  return {
    toSecretsAfterLogin: (before, sessionKey, now) => ({
      sessionKey: seal('session_key', sessionKey),
      previousSessionKey: toPrevious(before, sessionKey, now),
      nickname: sealAnew('nickname', before.nickname),
      avatarUrl: sealAnew('avatar_url', before.avatarUrl),
    }),
    toSessionKeys({ sessionKey, previousSessionKey: previous }, now) {
      const current = open('session_key', sessionKey);
      const isUsable = previous !== undefined && previous.usableUntil > now;
      const before = isUsable ? open('session_key', previous.sealed) : undefined;
      return [current, before].filter((key) => key !== undefined);
    },
    sealProfile: ({ nickname, avatar_url: avatarUrl }) => ({
      nickname: nickname === undefined ? undefined : seal('nickname', nickname),
      avatarUrl: avatarUrl === undefined ? undefined : seal('avatar_url', avatarUrl),
    }),
    openProfile(secrets) {
      const nickname = open('nickname', secrets.nickname);
      const avatarUrl = open('avatar_url', secrets.avatarUrl);
      if (nickname === undefined && avatarUrl === undefined) return undefined;
      return {
        ...(nickname === undefined ? {} : { nickname }),
        ...(avatarUrl === undefined ? {} : { avatar_url: avatarUrl }),
      };
    },
  };
}

import { randomBytes } from 'node:crypto';
import { BoundedMap } from '../bounded-map.ts';

/** A WeChat user as one app knows it. */
export interface User {
  readonly appId: string;
  readonly openId: string;
  /** Where the app is bound to an open platform account. */
  unionId: string | undefined;
  /** With the country's code where that is not 86. */
  phoneNumber: string;
  /** WeChat blocks its logins (40226). */
  isRisky: boolean;
  /** Of a service account: a user who does not follow gets no template message (43004). */
  isFollowing: boolean;
  /** Of a service account: the user refuses its messages, which only the event tells. */
  isBlockingMessages: boolean;
  /** 16 bytes in base64; undefined before the first wx.login. */
  sessionKey: string | undefined;
}

/** A code that a client was given: worth something once, for five minutes. */
export interface Code {
  readonly user: User;
  /** The session_key at the moment when it was given. */
  readonly sessionKey: string | undefined;
  /** Simulated milliseconds. */
  readonly expiresAtMs: number;
  isUsed: boolean;
}

/** All users that were heard of, with their codes. */
export interface UserBook {
  /** The user, heard of from now on. */
  of(appId: string, openId: string): User;
  find(appId: string, openId: string): User | undefined;
  /** Gives a code of wx.login, or of the phone button: the one is worth nothing as the other. */
  giveCode(kind: CodeKind, user: User, atMs: number): string;
  findCode(kind: CodeKind, code: string): Code | undefined;
  /** Counts a login of the user within this minute; false where there were `limit` already. */
  takeLogin(user: User, minute: number, limit: number): boolean;
}

export type CodeKind = 'login' | 'phone';

/** Both kinds live five minutes: https://developers.weixin.qq.com/miniprogram/dev/api/open-api/login/wx.login.html */
const codeLifeMs = 300_000;
const rememberedUsers = 100_000;

/** Without users; remembers the newest 100,000, and as many codes of either kind. */
export function createUserBook(): UserBook {
  const users = new BoundedMap<string, User>(rememberedUsers);
  const codes = {
    login: new BoundedMap<string, Code>(rememberedUsers),
    phone: new BoundedMap<string, Code>(rememberedUsers),
  };
  const logins = new WeakMap<User, { minute: number; count: number }>();

  const find = (appId: string, openId: string): User | undefined => users.get(`${appId}/${openId}`);
  return {
    find,
    of: (appId, openId) => {
      const known = find(appId, openId);
      if (known !== undefined) return known;
      const user = toNewUser(appId, openId);
      users.set(`${appId}/${openId}`, user);
      return user;
    },
    giveCode: (kind, user, atMs) => {
      const code = kind === 'login' ? randomBytes(24).toString('base64url') : randomBytes(32).toString('hex');
      const { sessionKey } = user;
      codes[kind].set(code, { user, sessionKey, expiresAtMs: atMs + codeLifeMs, isUsed: false });
      return code;
    },
    findCode: (kind, code) => codes[kind].get(code),
    takeLogin: (user, minute, limit) => {
      const known = logins.get(user);
      const count = known?.minute === minute ? known.count : 0;
      if (count >= limit) return false;
      logins.set(user, { minute, count: count + 1 });
      return true;
    },
  };
}

function toNewUser(appId: string, openId: string): User {
  const digits = [...openId].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 100_000_000, 7);
  return {
    appId,
    openId,
    unionId: undefined,
    phoneNumber: `138${String(digits).padStart(8, '0')}`,
    isRisky: false,
    isFollowing: true,
    isBlockingMessages: false,
    sessionKey: undefined,
  };
}

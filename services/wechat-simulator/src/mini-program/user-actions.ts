import type { Context } from '../context.ts';
import type { JsonObject } from '../write-json.ts';
import {
  getPhoneNumber,
  getUserInfo,
  logIn,
  type PhoneNumberDetail,
  setUser,
  type UserChange,
  type UserInfo,
} from './client-user.ts';
import type { Buyer } from './consents.ts';

/** What users do in a mini-program, in place of a phone. All throw ControlRefusal. */
export interface UserActions {
  /**
   * wx.login: a code for jscode2session, once and within five simulated minutes. `renewsSession`: whether the
   * session_key changes; by default as often as `session_renewal_share` says.
   */
  login(user: Buyer & { readonly renewsSession?: boolean }): { code: string };
  /** wx.getUserInfo, sealed with the session_key of this moment; anonymous unless a profile is given. */
  getUserInfo(user: Buyer & { readonly profile?: JsonObject }): UserInfo;
  /** The phone button: a code for getuserphonenumber, once and within five simulated minutes. */
  getPhoneNumber(user: Buyer): PhoneNumberDetail;
  /** What WeChat knows about a user: unionid, phone number, risk, and for service accounts whether it follows. */
  setUser(change: UserChange): void;
}

/** The same actions, bound to one simulator. */
export function toUserActions(context: Context): UserActions {
  return {
    login: (user) => logIn(context, user),
    getUserInfo: (user) => getUserInfo(context, user),
    getPhoneNumber: (user) => getPhoneNumber(context, user),
    setUser: (change) => setUser(context, change),
  };
}

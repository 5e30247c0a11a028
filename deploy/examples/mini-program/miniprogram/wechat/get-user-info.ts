import { type Failure, type PrivacyRefusal, toPrivacyRefusal } from './privacy';

export type UserInfoResult =
  | { readonly kind: 'given'; readonly info: WechatMiniprogram.GetUserInfoSuccessCallbackResult }
  | { readonly kind: 'refused'; readonly why: PrivacyRefusal | 'denied' };

/**
 * wx.getUserInfo with what a server needs to check it. Since 2021 it shows no popup and gives anonymous data (微信用户),
 * but for very old versions; it fails where the user did not agree to the privacy guideline. Never rejects.
 * https://developers.weixin.qq.com/miniprogram/dev/api/open-api/user-info/wx.getUserInfo.html
 */
export function getUserInfo(): Promise<UserInfoResult> {
  return new Promise((resolve) => {
    let ended: UserInfoResult = { kind: 'refused', why: 'denied' };
    wx.getUserInfo({
      withCredentials: true,
      lang: 'zh_CN',
      success: (info) => {
        ended = { kind: 'given', info };
      },
      fail: (failure) => {
        ended = { kind: 'refused', why: toPrivacyRefusal(failure as Failure) ?? 'denied' };
      },
      complete: () => resolve(ended),
    });
  });
}

/** A user of one mini-program. */
export interface AppUser {
  readonly appId: string;
  readonly openId: string;
}

export type PopupChoice = 'accept' | 'reject';

/** What a phone asks of WeChat's servers; the simulator is one. All may throw. */
export interface WeChat {
  login(user: AppUser & { readonly renewsSession?: boolean }): { readonly code: string };
  getUserInfo(user: AppUser): {
    readonly userInfo: object;
    readonly rawData: string;
    readonly signature: string;
    readonly encryptedData: string;
    readonly iv: string;
    readonly cloudID: string;
  };
  getPhoneNumber(user: AppUser): { readonly code: string };
  pay(payment: {
    readonly appId: string;
    readonly timeStamp: string;
    readonly nonceStr: string;
    readonly package: string;
    readonly signType: string;
    readonly paySign: string;
  }): unknown;
  answerPopup(
    answer: AppUser & {
      readonly answers: readonly { readonly templateId: string; readonly answer: PopupChoice }[];
    },
  ): unknown;
  grant(key: AppUser & { readonly templateId: string }, count: number): void;
}

/** What the person with the phone does; a test changes it as it goes. */
export interface Person {
  /**
   * On the payment sheet. `pays_unseen`: pays, and the phone loses its network before the mini-program hears of it, so
   * that no callback comes; `pays_then_offline`: the callback comes, the network goes; `fails`: WeChat says that it went
   * wrong although the money is gone.
   */
  payment: 'pays' | 'cancels' | 'pays_unseen' | 'pays_then_offline' | 'fails';
  /** In the popup about messages: now, kept by 总是保持以上选择, turned off altogether, or later by `answerPopup`. */
  popup: PopupChoice | 'kept' | 'off' | 'later';
  /** Towards the privacy guideline, and whether that names the data at all. */
  privacy: 'agreed' | 'refused' | 'undeclared';
  /** Whether wx.login gives another session_key. */
  renewsSession: boolean;
}

export const compliantPerson: Person = {
  payment: 'pays',
  popup: 'accept',
  privacy: 'agreed',
  renewsSession: false,
};

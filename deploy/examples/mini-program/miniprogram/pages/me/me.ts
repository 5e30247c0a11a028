import type { Answer } from '../../api/request';
import { logIn, logOut } from '../../api/session';
import { readPhoneNumber, readProfile, type ToldProfile, tellNickname, tellUserInfo } from '../../api/users';
import { toProblemText } from '../../texts/problem-text';
import { getUserInfo } from '../../wechat/get-user-info';
import { forgetAvatar, getKeptAvatar, keepAvatar } from '../../wechat/kept-avatar';
import { type Failure, type PrivacyRefusal, toPrivacyRefusal } from '../../wechat/privacy';

type ChosenAvatar = WechatMiniprogram.CustomEvent<Partial<Failure> & { readonly avatarUrl?: string }>;
type GivenPhone = WechatMiniprogram.CustomEvent<Failure & { readonly code?: string }>;

const refusals: Readonly<Record<PrivacyRefusal | 'denied', string>> = {
  refused: '您未同意隐私保护指引，可手动填写',
  undeclared: '该功能暂不可用',
  denied: '未获得授权，可手动填写',
};

/** The data were made under a session_key that the server does not have: log in, and only then fetch them again. */
const wantsLogin = ['PROFILE_SIGNATURE_WRONG', 'SESSION_KEY_EXPIRED', 'PROFILE_OF_ANOTHER_USER'];

Page({
  data: {
    nickname: '',
    avatarUrl: '',
    phoneNumber: '',
    /** wx.getUserInfo gave nothing of the user's own, or nothing at all. */
    asksByForm: false,
    isAsking: false,
    hint: '',
  },

  async onShow() {
    if (this.data.avatarUrl === '') this.setData({ avatarUrl: getKeptAvatar() });
    const answer = await readProfile();
    if (answer.kind !== 'ok') return this.setData({ hint: toProblemText(answer) });
    this.setData({ hint: '' });
    this.showProfile(answer.body.profile);
  },

  async readUserInfo() {
    if (this.data.isAsking) return;
    this.setData({ isAsking: true, hint: '' });
    await this.tellUserInfo();
    this.setData({ isAsking: false });
  },

  async tellUserInfo() {
    let answer: Answer<ToldProfile> = { kind: 'unreachable' };
    for (let tries = 0; tries < 2; tries += 1) {
      if (tries > 0) await logIn();
      const result = await getUserInfo();
      if (result.kind === 'refused') {
        this.setData({ hint: refusals[result.why], asksByForm: result.why !== 'undeclared' });
        return;
      }
      answer = await tellUserInfo(result.info);
      if (answer.kind !== 'problem' || !wantsLogin.includes(answer.code)) break;
    }
    if (answer.kind !== 'ok') return this.setData({ hint: toProblemText(answer) });
    this.setData({ asksByForm: answer.body.anonymous });
    this.showProfile(answer.body.profile);
  },

  /** Kept on this phone alone; a shop that wants it uploads it (wx.uploadFile) and tells its https address. */
  chooseAvatar({ detail }: ChosenAvatar) {
    const { avatarUrl, errMsg = '', errno } = detail;
    if (avatarUrl !== undefined) {
      this.setData({ avatarUrl });
      return keepAvatar(avatarUrl);
    }
    const refusal = toPrivacyRefusal({ errMsg, ...(errno === undefined ? {} : { errno }) });
    if (refusal !== undefined) this.setData({ hint: refusals[refusal] });
  },

  async saveNickname({ detail }: WechatMiniprogram.FormSubmit) {
    const nickname = String(detail.value.nickname ?? '').trim();
    if (nickname === '') return this.setData({ hint: '请输入昵称' });
    const answer = await tellNickname(nickname);
    if (answer.kind !== 'ok') return this.setData({ hint: toProblemText(answer) });
    this.setData({ asksByForm: answer.body.anonymous, hint: '' });
    this.showProfile(answer.body.profile);
  },

  async readPhone({ detail }: GivenPhone) {
    const refusal = toPrivacyRefusal(detail);
    if (refusal !== undefined) return this.setData({ hint: refusals[refusal] });
    // The user tapped 不允许, or the account has no balance for the check (errno 1400001).
    if (detail.code === undefined) return this.setData({ hint: '未获取手机号' });
    const answer = await readPhoneNumber(detail.code);
    if (answer.kind !== 'ok') return this.setData({ hint: toProblemText(answer) });
    this.setData({ phoneNumber: answer.body.phone_number, hint: '' });
  },

  async leave() {
    forgetAvatar();
    await logOut();
    this.setData({ nickname: '', avatarUrl: '', phoneNumber: '', asksByForm: false, hint: '已退出登录' });
  },

  showProfile(profile: ToldProfile['profile']) {
    const { nickname = this.data.nickname, avatar_url: avatarUrl = this.data.avatarUrl } = profile ?? {};
    this.setData({ nickname, avatarUrl });
  },
});

/** Why a component or call gives no personal data. */
export type PrivacyRefusal =
  /** The user did not agree to the privacy guideline (用户隐私保护指引). */
  | 'refused'
  /** The guideline in 设置 → 服务内容声明 does not name this kind of data: only the developer can mend it. */
  | 'undeclared';

/** What the failure of a call or the detail of a button's event holds; the typings leave errno out. */
export interface Failure {
  readonly errMsg: string;
  readonly errno?: number;
}

/**
 * Whether a failure is about privacy, by its errno: 104 the user refused, 112 nothing was declared.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/user-privacy/PrivacyAuthorize.html
 */
export function toPrivacyRefusal({ errno, errMsg }: Failure): PrivacyRefusal | undefined {
  if (errno === 104) return 'refused';
  if (errno !== 112) return undefined;
  console.error('the privacy guideline does not declare this:', errMsg);
  return 'undeclared';
}

import type { Answer } from '../api/request';

/** What a user can do about it, where that is more than trying again. */
const texts: Readonly<Record<string, string>> = {
  WX_LOGIN_FAILED: '微信登录失败，请检查网络后重试',
  LOGIN_BLOCKED: '微信认为该账号存在风险，暂时无法登录',
  LOGIN_TOO_FREQUENT: '登录过于频繁，请一分钟后再试',
  REQUEST_RATE_EXCEEDED: '操作过于频繁，请稍后再试',
  GOODS_UNKNOWN: '商品已下架',
  ORDER_NOT_FOUND: '没有找到该订单',
  ORDER_NOT_PAYABLE: '订单已支付或已关闭',
  PROFILE_STALE: '手机时间不准确，请校准后重试',
  PHONE_CODE_INVALID: '授权已失效，请重新点击获取手机号',
  PHONE_OUTCOME_UNKNOWN: '网络不稳定，请重新点击获取手机号',
};

/** What to tell the user of an answer that is no good one. */
export function toProblemText(answer: Exclude<Answer<unknown>, { kind: 'ok' }>): string {
  if (answer.kind === 'unreachable') return '网络不可用，请稍后再试';
  return texts[answer.code] ?? '服务繁忙，请稍后再试';
}

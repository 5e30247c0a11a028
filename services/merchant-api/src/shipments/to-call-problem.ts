import type { AppError } from '@huidiao/errors';
import type { Problem } from '../http/problem.ts';

/** What a call to WeChat's order management that brought nothing means for whoever asked for it. */
export function toCallProblem(error: AppError): Problem {
  const { code, details } = error;
  if (code === 'RECEIPT_REMINDER_REFUSED') return { status: 422, code, detail: toDetail(details.remoteCode) };
  if (code === 'WECHAT_TOKEN_REFUSED') return { status: 502, code };
  if (error.kind !== 'permanent' || code === 'WECHAT_CREDENTIALS_REFUSED') throw error;
  return { status: 422, code: 'WECHAT_REFUSED', detail: toDetail(details.remoteCode) };
}

/** WeChat's code, for whoever looks it up; its text may quote what was sent. */
function toDetail(remoteCode: unknown): string {
  return `WeChat refused${remoteCode === undefined ? '' : `: ${String(remoteCode)}`}.`;
}

import { z } from 'zod';
import { appId, openId } from '../ids.ts';

const named = {
  appId,
  /** The person: OpenID, never FromUserName, which is a system account. */
  openId,
  occurredAt: z.string().datetime(),
};

/** https://developers.weixin.qq.com/miniprogram/dev/framework/security.html#授权用户信息变更 */
export const userDataEvents = {
  /** user_authorization_revoke: the user withdraws consent to data that `revokeInfo` names by WeChat's codes. */
  'user_data.revoked': z.object({
    type: z.literal('user_data.revoked'),
    ...named,
    revokeInfo: z.array(z.string().max(8)).max(64),
  }),
  /** user_authorization_cancellation: the user closed the WeChat account. */
  'user_data.cancelled': z.object({ type: z.literal('user_data.cancelled'), ...named }),
  /** user_info_modified: WeChat cleaned a risky profile. */
  'user_data.modified': z.object({ type: z.literal('user_data.modified'), ...named }),
} as const;

import { type PushKinds, type ReadPush, toCandidate } from '../push-kind.ts';

/**
 * 授权用户信息变更: what users take back. The person is OpenID; FromUserName is a system account.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/security.html
 */
export const userDataPushes: PushKinds = {
  user_authorization_revoke: {
    toEvent: (push) =>
      toCandidate('user_data.revoked', {
        ...toNamed(push),
        revokeInfo: (push.fields.text('RevokeInfo') ?? '').split(/[^0-9A-Za-z]+/).filter(Boolean),
      }),
    toKeyParts,
  },
  user_authorization_cancellation: {
    toEvent: (push) => toCandidate('user_data.cancelled', toNamed(push)),
    toKeyParts,
  },
  user_info_modified: { toEvent: (push) => toCandidate('user_data.modified', toNamed(push)), toKeyParts },
};

function toNamed({ base, fields }: ReadPush) {
  return { ...base, openId: fields.text('OpenID') };
}

function toKeyParts({ fields }: ReadPush): readonly (string | undefined)[] {
  return [fields.text('OpenID'), fields.text('CreateTime'), fields.text('RevokeInfo') ?? '-'];
}

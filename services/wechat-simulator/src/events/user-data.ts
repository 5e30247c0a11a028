import type { JsonObject } from '../write-json.ts';
import type { PushSpec } from './event-spec.ts';
import type { EventSubject } from './event-subject.ts';

/*
 * Users withdraw consents or close their accounts. The person is OpenID: FromUserName is a system account.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/security.html
 */

function person(about: EventSubject): JsonObject {
  return { OpenID: about.openId, AppID: about.appId };
}

function plugin(about: EventSubject, revokeInfo: string): JsonObject {
  return {
    ...person(about),
    RevokeInfo: revokeInfo,
    PluginID: about.appId,
    OpenPID: `G${about.number}`,
  };
}

const common = { msgType: 'event', demand: 'plain', from: 'system' } as const;

export const userDataPushes: readonly PushSpec[] = [
  {
    ...common,
    name: 'user_authorization_revoke',
    aliases: ['user-revoked'],
    event: 'user_authorization_revoke',
    fields: (about) => plugin(about, '8'),
  },
  {
    ...common,
    name: 'user_authorization_cancellation',
    aliases: ['user-cancelled'],
    event: 'user_authorization_cancellation',
    fields: (about) => plugin(about, '1'),
  },
  {
    ...common,
    name: 'user_info_modified',
    aliases: ['user-modified'],
    event: 'user_info_modified',
    fields: person,
  },
  {
    ...common,
    name: 'user_info_modified:lower-case',
    aliases: ['user-modified-lower-case'],
    event: 'user_info_modified',
    fields: (about) => ({ openid: about.openId, appid: about.appId }),
  },
];

import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createTime, expectPush, keyOf } from '../push.fixture.test.ts';

const person = { OpenID: 'oaKk343WOktAaT2ygsX138BGblrg', AppID: 'wx13974bf780d3dc89' };
const openId = person.OpenID;

describe('pushes of user data', () => {
  it('say what a user takes back, and who: never FromUserName', () =>
    expectPush({
      fields: {
        Event: 'user_authorization_revoke',
        ...person,
        RevokeInfo: '1',
        PluginID: 'wx1',
        OpenPID: ' G7',
      },
      event: { type: 'user_data.revoked', openId, revokeInfo: ['1'] },
      key: `${openId}|${createTime}|1`,
    }));

  it('say it of several data at once, and of none', () => {
    const fields = { Event: 'user_authorization_revoke', ...person };
    expectPush({
      fields,
      event: { type: 'user_data.revoked', openId, revokeInfo: [] },
      key: `${openId}|${createTime}|-`,
    });
    const key = keyOf({ ...fields, RevokeInfo: '6,8' }).replace(/^.*_revoke_/, '');
    expectPush({
      fields: { ...fields, RevokeInfo: '6,8' },
      event: { type: 'user_data.revoked', openId, revokeInfo: ['6', '8'] },
      key,
    });
  });

  it('say that an account was closed', () =>
    expectPush({
      fields: { Event: 'user_authorization_cancellation', ...person },
      event: { type: 'user_data.cancelled', openId },
      key: `${openId}|${createTime}|-`,
    }));

  it('say that a profile was cleaned, by names in small letters too', () =>
    expectPush({
      fields: { Event: 'user_info_modified', openid: openId, appid: 'wx13974bf780d3dc89', MsgType: 'Event' },
      event: { type: 'user_data.modified', openId },
      key: `${openId}|${createTime}|-`,
    }));

  it('of two data that are taken back within a second are two facts', () => {
    const fields = { Event: 'user_authorization_revoke', ...person };
    expect(keyOf({ ...fields, RevokeInfo: '6' })).not.to.equal(keyOf({ ...fields, RevokeInfo: '8' }));
  });
});

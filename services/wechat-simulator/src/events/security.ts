import type { PayEventSpec } from './event-spec.ts';

/*
 * The test that a merchant asks for by /v3/security/echo, and an event that no document names: receivers have to keep
 * it and acknowledge it. https://pay.weixin.qq.com/doc/v3/partner/4019605946
 */

export const securityEvents: readonly PayEventSpec[] = [
  {
    name: 'SECURITY_ECHO.SUCCESS',
    aliases: ['security-echo'],
    eventType: 'SECURITY_ECHO.SUCCESS',
    originalType: 'security',
    summary: '回调通知成功',
    resource: (about) => ({ echo_message: about.text }),
  },
  {
    name: 'FUTURE.NEWS',
    aliases: ['unknown-event'],
    eventType: 'FUTURE.NEWS',
    originalType: 'future',
    summary: '未来的通知',
    resource: (about) => ({ mchid: about.mchId, future_id: about.number, news: about.text }),
  },
];

import type { PushSpec } from './event-spec.ts';

/*
 * What users write to customer service. MsgId is a JSON number beyond 2^53.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/customer-message/receive.html
 */

const written = { demand: 'customer-service', from: 'user' } as const;

export const customerServicePushes: readonly PushSpec[] = [
  {
    ...written,
    name: 'text',
    aliases: ['customer-text'],
    msgType: 'text',
    fields: (about) => ({ Content: about.text, MsgId: about.msgId }),
  },
  {
    ...written,
    name: 'image',
    aliases: ['customer-image'],
    msgType: 'image',
    fields: (about) => ({
      PicUrl: 'https://mmbiz.qpic.cn/example/0',
      MediaId: `media-${about.number}`,
      MsgId: about.msgId,
    }),
  },
  {
    ...written,
    name: 'miniprogrampage',
    aliases: ['customer-page'],
    msgType: 'miniprogrampage',
    fields: (about) => ({
      MsgId: about.msgId,
      Title: '商品详情',
      AppId: about.appId,
      PagePath: 'pages/item?id=7',
      ThumbUrl: 'https://mmbiz.qpic.cn/example/1',
      ThumbMediaId: `thumb-${about.number}`,
    }),
  },
  {
    name: 'user_enter_tempsession',
    aliases: ['customer-entered'],
    msgType: 'event',
    event: 'user_enter_tempsession',
    demand: 'plain',
    from: 'user',
    fields: () => ({ SessionFrom: 'sessionFrom' }),
  },
];

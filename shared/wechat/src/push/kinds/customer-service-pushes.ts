import { type PushKind, type PushKinds, toCandidate } from '../push-kind.ts';

/** What users write, by MsgType. https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/customer-message/receive.html */
export const customerServiceMessages: PushKinds = {
  text: toMessage('text'),
  image: toMessage('image'),
  miniprogrampage: toMessage('miniprogrampage'),
};

/** What customer service tells besides them. */
export const customerServicePushes: PushKinds = {
  user_enter_tempsession: {
    toEvent: ({ base, fields }) =>
      toCandidate('customer_service.entered', {
        ...base,
        openId: fields.text('FromUserName'),
        sessionFrom: fields.prose('SessionFrom'),
      }),
  },
};

function toMessage(messageType: 'text' | 'image' | 'miniprogrampage'): PushKind {
  return {
    toEvent: ({ base, fields }) =>
      toCandidate('customer_service.message_received', {
        ...base,
        openId: fields.text('FromUserName'),
        messageType,
        msgId: fields.text('MsgId'),
      }),
    // MsgId alone is not enough: it was seen twice, for two users. https://github.com/binarywang/WxJava/issues/333
    toKeyParts: ({ fields }) => [fields.text('FromUserName'), fields.text('MsgId')],
    toQuestion({ fields }) {
      const openId = fields.text('FromUserName');
      const originalId = fields.text('ToUserName');
      return openId && originalId ? { kind: 'customer_service', openId, originalId } : undefined;
    },
  };
}

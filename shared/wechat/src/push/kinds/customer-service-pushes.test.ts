import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  expectPush,
  fromUser,
  keyOf,
  now,
  originalId,
  receiveEverywhere,
  toApp,
  toSafeRequest,
} from '../push.fixture.test.ts';
import { receivePush } from '../receive-push.ts';

const kinds = {
  text: { Content: 'what the user wrote' },
  image: { PicUrl: 'https://example.com/a.png', MediaId: 'm1' },
  miniprogrampage: { Title: 'a title', AppId: 'wx1', PagePath: 'pages/a', ThumbUrl: '', ThumbMediaId: '' },
};

describe('pushes of customer service', () => {
  for (const [MsgType, fields] of Object.entries(kinds)) {
    it(`say that a user sent ${MsgType}, and not what`, () => {
      expectPush({
        fields: { MsgType, ...fields, MsgId: '23637352235060880' },
        event: {
          type: 'customer_service.message_received',
          openId: fromUser,
          messageType: MsgType,
          msgId: '23637352235060880',
        },
        key: `${fromUser}|23637352235060880`,
      });
    });
  }

  it('keep what a user wrote in the content', () => {
    for (const { outcome } of receiveEverywhere({ MsgType: 'text', ...kinds.text, MsgId: '1' })) {
      const content = outcome.kind === 'genuine' ? outcome.callback.content : undefined;
      expect(JSON.parse(content ?? '')).to.deep.include({ Content: 'what the user wrote' });
    }
  });

  it('are two facts where two users have one MsgId', () => {
    const fields = { MsgType: 'text', Content: 'a', MsgId: '1' };
    expect(keyOf({ ...fields, FromUserName: 'oOther' })).not.to.equal(keyOf(fields));
    expect(keyOf({ ...fields, Content: 'b', CreateTime: 1_763_776_801 })).to.equal(keyOf(fields));
  });

  it('say that a user opened customer service', () =>
    expectPush({
      fields: { Event: 'user_enter_tempsession', SessionFrom: 'order_1' },
      event: { type: 'customer_service.entered', openId: fromUser, sessionFrom: 'order_1' },
    }));

  it('want an answer only where the app hands over to people, and never for opening it', () => {
    const body = (fields: object) =>
      toSafeRequest(
        JSON.stringify({ ToUserName: originalId, FromUserName: fromUser, CreateTime: 1, ...fields }),
      );
    const message = body({ MsgType: 'text', Content: 'a', MsgId: '1' });
    const entered = body({ MsgType: 'event', Event: 'user_enter_tempsession' });
    const questionOf = (request: typeof message, customerService: 'transfer' | 'off') => {
      const outcome = receivePush(request, toApp({ customerService }), now);
      return outcome.kind === 'genuine' ? outcome.question : outcome;
    };
    expect(questionOf(message, 'transfer')).to.deep.equal({
      kind: 'customer_service',
      openId: fromUser,
      originalId,
    });
    expect(questionOf(message, 'off')).to.equal(undefined);
    expect(questionOf(entered, 'transfer')).to.equal(undefined);
  });
});

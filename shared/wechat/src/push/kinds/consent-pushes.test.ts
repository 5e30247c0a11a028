import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { appId, createTime, expectPush, fromUser, keyOf, receiveEverywhere } from '../push.fixture.test.ts';

const accepted = { TemplateId: 'T1', SubscribeStatusString: 'accept', PopupScene: '0' };
const rejected = { TemplateId: 'T2', SubscribeStatusString: 'reject', PopupScene: 0 };
const Event = 'subscribe_msg_popup_event';

function toKey(...items: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(items)).digest('hex');
  const joined = `${fromUser}|${createTime}|${hash}`;
  if (joined.length <= 115) return joined;
  const parts = JSON.stringify([fromUser, String(createTime), hash]);
  return `h.${createHash('sha256').update(parts).digest('hex')}`;
}

describe('pushes of consent', () => {
  const both = {
    answers: [
      { templateId: 'T1', answer: 'accept' },
      { templateId: 'T2', answer: 'reject' },
    ],
  };
  for (const [what, fields] of [
    ['a list at the top', { List: [accepted, rejected] }],
    ['a list in a wrapper', { SubscribeMsgPopupEvent: { List: [accepted, rejected] } }],
    ['a wrapper for each', { SubscribeMsgPopupEvent: [{ List: accepted }, { List: rejected }] }],
    ['a wrapper that is the list', { SubscribeMsgPopupEvent: [accepted, rejected] }],
  ] as const) {
    it(`say what a user answered, by ${what}`, () =>
      expectPush({
        fields: { Event, ...fields },
        event: { type: 'consent.answered', openId: fromUser, ...both },
        key: toKey('T1', 'accept', '0', 'T2', 'reject', '0'),
      }));
  }

  for (const fields of [{ List: accepted }, { SubscribeMsgPopupEvent: { List: accepted } }]) {
    it(`say one answer by an object in ${Object.keys(fields)}`, () =>
      expectPush({
        fields: { Event, ...fields },
        event: {
          type: 'consent.answered',
          openId: fromUser,
          answers: [{ templateId: 'T1', answer: 'accept' }],
        },
        key: toKey('T1', 'accept', '0'),
      }));
  }

  it('say that a user changed the settings', () =>
    expectPush({
      fields: {
        Event: 'subscribe_msg_change_event',
        List: { TemplateId: 'T2', SubscribeStatusString: 'reject' },
      },
      event: {
        type: 'consent.changed',
        openId: fromUser,
        answers: [{ templateId: 'T2', answer: 'reject' }],
      },
      key: toKey('T2', 'reject', ''),
    }));

  it('count acceptWithAudio as accept, and pass over what is neither accept nor reject', () =>
    expectPush({
      fields: {
        Event,
        List: [
          { TemplateId: 'T1', SubscribeStatusString: 'acceptWithAudio' },
          { TemplateId: 'T2', SubscribeStatusString: 'ban' },
          { TemplateId: 'T3', SubscribeStatusString: 'filter' },
        ],
      },
      event: {
        type: 'consent.answered',
        openId: fromUser,
        answers: [{ templateId: 'T1', answer: 'accept' }],
      },
      key: toKey('T1', 'acceptWithAudio', '', 'T2', 'ban', '', 'T3', 'filter', ''),
    }));

  it('without any answer are kept', () => {
    for (const fields of [{ List: '' }, { List: { TemplateId: 'T2', SubscribeStatusString: 'ban' } }]) {
      for (const { outcome } of receiveEverywhere({ Event, ...fields })) {
        const event = outcome.kind === 'genuine' ? outcome.callback.facts[0].event : outcome;
        expect(event).to.deep.include({ type: 'callback.unhandled', reason: 'schema_refused' });
      }
    }
  });

  it('of two answers within a second are two facts', () => {
    const other = { ...accepted, TemplateId: 'T9' };
    expect(keyOf({ Event, List: other })).not.to.equal(keyOf({ Event, List: accepted }));
    expect(keyOf({ Event, List: { ...accepted, SubscribeStatusString: 'reject' } })).not.to.equal(
      keyOf({ Event, List: accepted }),
    );
    expect(keyOf({ Event, List: accepted, CreateTime: createTime + 1 })).not.to.equal(
      keyOf({ Event, List: accepted }),
    );
  });

  it('are one fact in whatever form the list comes', () => {
    const keys = [{ List: accepted }, { List: [accepted] }, { SubscribeMsgPopupEvent: { List: [accepted] } }];
    expect(new Set(keys.map((fields) => keyOf({ Event, ...fields }))).size).to.equal(1);
  });

  const sent = { TemplateId: 'T1', MsgID: '1864323726461255680', ErrorCode: '0', ErrorStatus: 'success' };
  it('say what became of a message', () =>
    expectPush({
      fields: { Event: 'subscribe_msg_sent_event', List: sent },
      event: {
        type: 'message.reported',
        openId: fromUser,
        reports: [{ templateId: 'T1', msgId: '1864323726461255680', errorCode: '0', errorStatus: 'success' }],
      },
      key: '1864323726461255680|T1',
    }));

  it('say it of several messages, whose numbers differ in the last digit', () => {
    const fields = {
      Event: 'subscribe_msg_sent_event',
      SubscribeMsgSentEvent: { List: [sent, { ...sent, MsgID: '1864323726461255681' }] },
    };
    expectPush({
      fields,
      event: {
        type: 'message.reported',
        openId: fromUser,
        reports: ['1864323726461255680', '1864323726461255681'].map((msgId) => ({
          templateId: 'T1',
          msgId,
          errorCode: '0',
          errorStatus: 'success',
        })),
      },
      key: '1864323726461255680|T1|1864323726461255681|T1',
    });
    expect(keyOf(fields)).to.match(new RegExp(`^push_${appId}_subscribe_msg_sent_event_`));
  });
});

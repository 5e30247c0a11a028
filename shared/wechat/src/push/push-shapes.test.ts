import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  now,
  pushVector,
  toApp,
  toEncryptedRequest,
  toPlainRequest,
  toPlaintextApp,
  toSafeRequest,
} from './push.fixture.test.ts';
import { receivePush } from './receive-push.ts';

interface Shape {
  readonly name: string;
  readonly body: string;
  readonly expected: Readonly<Record<string, unknown>> & {
    readonly list?: readonly Readonly<Record<string, string>>[];
  };
}

const { cases } = pushVector<{ cases: readonly Shape[] }>('15-event-shapes');
const opened = cases.filter(({ body }) => !body.includes('<Encrypt>'));
const [compatible] = cases.filter(({ body }) => body.includes('<Encrypt>'));

/** What each shape's expectations are called in the typed event. */
const eventNames: Readonly<Record<string, string>> = {
  FromUserName: 'openId',
  OpenID: 'openId',
  openid: 'openId',
  RevokeInfo: 'revokeInfo',
  notify_code: 'notifyCode',
  notify_type: 'notifyType',
  card_status: 'cardStatus',
  fail_ret: 'failRet',
  trace_id: 'traceId',
  errcode: 'errCode',
  suggest: 'suggest',
  label: 'label',
  WayBillId: 'waybillId',
  OrderId: 'orderId',
  Version: 'version',
  MsgId: 'msgId',
  MsgID: 'msgId',
  Status: 'status',
  SessionFrom: 'sessionFrom',
};
const itemNames: Readonly<Record<string, string>> = {
  TemplateId: 'templateId',
  SubscribeStatusString: 'answer',
  MsgID: 'msgId',
  ErrorCode: 'errorCode',
  ErrorStatus: 'errorStatus',
};

/** The members of the typed event that the shape's expectations ask for. */
function toExpected({ expected }: Shape): Record<string, unknown> {
  const told = Object.entries(expected).flatMap(([name, value]) => {
    const known = eventNames[name];
    if (known === undefined) return [];
    return [[known, known === 'revokeInfo' ? [String(value)] : String(value)]];
  });
  return Object.fromEntries(told);
}

function toItems({ expected }: Shape): Record<string, string>[] | undefined {
  return expected.list?.map((item) =>
    Object.fromEntries(
      Object.entries(item).flatMap(([name, value]) => {
        const known = itemNames[name];
        return known === undefined ? [] : [[known, value]];
      }),
    ),
  );
}

describe('the published bodies of pushes', () => {
  it('are 22, one of which is encrypted with a key that nobody published', () => {
    expect(cases).to.have.length(22);
    expect(opened).to.have.length(21);
  });

  for (const shape of opened) {
    it(`are read: ${shape.name}`, () => {
      const { body, expected } = shape;
      for (const outcome of [
        receivePush(toPlainRequest(body), toPlaintextApp(), now),
        receivePush(toSafeRequest(body), toApp(), now),
      ]) {
        if (outcome.kind !== 'genuine') throw new Error(outcome.reason);
        const { event } = outcome.callback.facts[0];
        expect(event.type).not.to.equal('callback.unhandled');
        expect(event).to.deep.include(toExpected(shape));
        expect(outcome.callback.eventType).to.equal(expected.Event ?? expected.MsgType);
        const items = 'answers' in event ? event.answers : 'reports' in event ? event.reports : undefined;
        expect(items).to.deep.equal(toItems(shape));
        if (expected.actionsCount === undefined) continue;
        const actions = 'actions' in event ? event.actions : [];
        expect(actions).to.have.length(Number(expected.actionsCount));
        expect(actions.at(-1)?.actionType).to.equal('200001');
      }
    });
  }

  it('are read in their content, with everything that the event leaves out', () => {
    for (const { body, expected, name } of opened) {
      const outcome = receivePush(toSafeRequest(body), toApp(), now);
      const content = JSON.parse((outcome.kind === 'genuine' && outcome.callback.content) || '{}');
      for (const field of [
        'Event',
        'MsgType',
        'Content',
        'Title',
        'PagePath',
        'AppId',
        'AppID',
        'FailTime',
      ].concat(['ScreenShot', 'CreateTime', 'MsgId', 'MsgID', 'appid'])) {
        if (expected[field] !== undefined)
          expect(String(content[field]), name).to.equal(String(expected[field]));
      }
    }
  });

  it('are never read by the plain fields beside Encrypt', () => {
    const [, plain = '', encrypt = ''] =
      /^<xml>(.*)<Encrypt><!\[CDATA\[(.*)\]\]><\/Encrypt><\/xml>$/.exec(compatible?.body ?? '') ?? [];
    expect(plain).to.include('failed:user block');
    const request = toEncryptedRequest(encrypt, true, { plain });
    expect(receivePush(request, toApp(), now)).to.deep.include({
      kind: 'not-openable',
      reason: 'key_does_not_open',
    });
    expect(receivePush(request, toApp({}, ['OTHER']), now)).to.deep.include({ kind: 'not-authentic' });
  });
});

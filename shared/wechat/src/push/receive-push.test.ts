import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  appId,
  encodingAesKey,
  now,
  originalId,
  pushVector,
  type SignedRequest,
  toApp,
  token,
  toPlainRequest,
  toPlaintextApp,
  toSafeRequest,
} from './push.fixture.test.ts';
import { type PushOutcome, receivePush } from './receive-push.ts';

const message = `{"ToUserName":"${originalId}","FromUserName":"oSystem","CreateTime":1763776800,"MsgType":"event","Event":"debug_demo","debug_str":"hello"}`;
const xmlMessage = `<xml><ToUserName><![CDATA[${originalId}]]></ToUserName><CreateTime>1763776800</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[debug_demo]]></Event><debug_str><![CDATA[hello]]></debug_str></xml>`;
const otherKey = 'A'.repeat(43);
const safe = toSafeRequest(message);

function textOf(outcome: PushOutcome): string {
  if (outcome.kind !== 'genuine') return outcome.reason;
  const { event } = outcome.callback.facts[0];
  return event.type === 'push.debugged' ? (event.text ?? '') : event.type;
}

function changeQuery({ rawQuery, body }: SignedRequest, change: (query: string) => string): SignedRequest {
  return { rawQuery: change(rawQuery), body };
}

describe('a push', () => {
  it('of the official example in plaintext mode is genuine', () => {
    const { input } = pushVector<{
      input: { token: string; query: Record<string, string>; bodyJson: object };
    }>('02-official-plaintext-post');
    const request = {
      rawQuery: new URLSearchParams(input.query).toString(),
      body: Buffer.from(JSON.stringify(input.bodyJson, undefined, 4)),
    };
    const outcome = receivePush(request, toApp({}, [input.token], []), new Date(1_714_037_060_000));
    expect(textOf(outcome)).to.equal('hello world');
  });

  it('of the official example in safe mode is genuine', () => {
    const { input, expected } = pushVector<{
      input: {
        token: string;
        encodingAESKey: string;
        appid: string;
        query: Record<string, string>;
        bodyJson: object;
      };
      expected: { message: string };
    }>('03-official-safe-mode-json');
    const request = {
      rawQuery: new URLSearchParams(input.query).toString(),
      body: Buffer.from(JSON.stringify(input.bodyJson)),
    };
    const app = toApp({ appId: input.appid }, [input.token], [input.encodingAESKey]);
    const outcome = receivePush(request, app, new Date(1_714_112_446_000));
    if (outcome.kind !== 'genuine') throw new Error(outcome.reason);
    expect(textOf(outcome)).to.equal('hello world');
    expect(outcome.callback.content).to.equal(expected.message);
    expect(outcome.channel).to.deep.equal({
      format: 'json',
      encrypted: true,
      nonce: '415670741',
      tokenIndex: 0,
      aesKeyIndex: 0,
    });
  });

  for (const [format, body] of [
    ['json', message],
    ['xml', xmlMessage],
  ] as const) {
    it(`in ${format} is the same fact in all three modes`, () => {
      const plain = format === 'json' ? '"Event":"debug_demo",' : '<Event>debug_demo</Event>';
      const outcomes = [
        receivePush(toPlainRequest(body), toPlaintextApp(), now),
        receivePush(toSafeRequest(body), toApp(), now),
        receivePush(toSafeRequest(body, { plain }), toApp(), now),
      ];
      const callbacks = outcomes.map((outcome) => outcome.kind === 'genuine' && outcome.callback);
      expect(callbacks[0]).to.be.an('object');
      expect(callbacks[1]).to.deep.equal(callbacks[0]);
      expect(callbacks[2]).to.deep.equal(callbacks[0]);
      expect(outcomes.map((outcome) => outcome.kind === 'genuine' && outcome.channel.format)).to.deep.equal([
        format,
        format,
        format,
      ]);
    });
  }

  it('in compatible mode says what is encrypted, never the plain fields', () => {
    const json = toSafeRequest(message, { plain: '"Event":"wxa_punish_event","debug_str":"forged",' });
    const xml = toSafeRequest(xmlMessage, {
      plain: '<Event>wxa_punish_event</Event><debug_str>forged</debug_str>',
    });
    for (const request of [json, xml]) {
      const outcome = receivePush(request, toApp(), now);
      expect(textOf(outcome)).to.equal('hello');
      expect(outcome.kind === 'genuine' && outcome.callback.content).not.to.include('forged');
    }
  });

  it('is opened with the Token and the key before these, and the channel says with which', () => {
    const app = toApp({}, ['NEWTOKEN', token], [otherKey, encodingAesKey]);
    const outcome = receivePush(safe, app, now);
    expect(outcome.kind === 'genuine' && outcome.channel).to.deep.include({ tokenIndex: 1, aesKeyIndex: 1 });
    expect(textOf(receivePush(toPlainRequest(message), toApp({}, ['NEWTOKEN', token], []), now))).to.equal(
      'hello',
    );
  });

  it('is signed over its parts in the order of their characters, capitals first, and no dictionary', () => {
    const request = toSafeRequest(message, { token: 'ZebraToken' });
    expect(request.body.toString('utf8')).to.include('"Encrypt":"j');
    expect(textOf(receivePush(request, toApp({}, ['ZebraToken']), now))).to.equal('hello');
  });

  it('may be a day old, for a re-send may have its first timestamp, and ten minutes early', () => {
    const at = (seconds: number) => {
      const timestamp = String(Math.floor(now.getTime() / 1_000) + seconds);
      return textOf(receivePush(toSafeRequest(message, { timestamp }), toApp(), now));
    };
    expect(at(-24 * 3_600)).to.equal('hello');
    expect(at(-24 * 3_600 - 1)).to.equal('timestamp_out_of_window');
    expect(at(600)).to.equal('hello');
    expect(at(601)).to.equal('timestamp_out_of_window');
  });

  it('without an encrypt_type is taken by its body; raw is plaintext', () => {
    const bare = changeQuery(safe, (query) => query.replace(/&?encrypt_type=aes/, ''));
    expect(bare.rawQuery).not.to.equal(safe.rawQuery);
    expect(textOf(receivePush(bare, toApp(), now))).to.equal('hello');
    const raw = toPlainRequest(message, { query: { encrypt_type: 'raw' } });
    expect(textOf(receivePush(raw, toPlaintextApp(), now))).to.equal('hello');
  });

  it('has parameters that nobody knows, such as openid', () => {
    const request = changeQuery(safe, (query) => `openid=oUser&${query}&x`);
    expect(textOf(receivePush(request, toApp(), now))).to.equal('hello');
  });

  it('whose text nobody can read is kept all the same', () => {
    for (const outcome of [
      receivePush(toSafeRequest('what is this'), toApp(), now),
      receivePush(toPlainRequest('what is this'), toPlaintextApp(), now),
    ]) {
      if (outcome.kind !== 'genuine') throw new Error(outcome.reason);
      const { callback } = outcome;
      expect(callback.facts[0].event).to.deep.include({
        type: 'callback.unhandled',
        reason: 'schema_refused',
      });
      expect(callback).to.deep.include({ eventType: 'unreadable', content: undefined });
      expect(callback.callbackKey).to.equal(`push_${appId}_unreadable_${callback.notificationId}`);
    }
  });

  it('that nothing handles is kept with its name and content', () => {
    const types: readonly [fields: object, eventType: string][] = [
      [{ MsgType: 'event', Event: 'charge_mp_service_quota_notify' }, 'charge_mp_service_quota_notify'],
      [{ MsgType: 'event', Event: 'text' }, 'text'],
      [{ MsgType: 'event', Event: '__proto__' }, '__proto__'],
      [{ MsgType: 'video', MsgId: 1 }, 'video'],
      [{ MsgType: 'event' }, 'event'],
      [{ MsgType: 'event', Event: `a${'b'.repeat(100)}` }, `a${'b'.repeat(63)}`],
      [{ MsgType: 'event', Event: '名字' }, 'unreadable'],
      [{ action: 'CheckContainerPath' }, 'unreadable'],
    ];
    for (const [fields, eventType] of types) {
      const outcome = receivePush(toSafeRequest(JSON.stringify(fields)), toApp(), now);
      if (outcome.kind !== 'genuine') throw new Error(outcome.reason);
      const { callback } = outcome;
      expect(callback.eventType).to.equal(eventType);
      expect(callback.facts[0].event).to.deep.include({ type: 'callback.unhandled', reason: 'unknown_type' });
      expect(callback.content).to.equal(JSON.stringify(fields));
      expect(callback.callbackKey).to.match(/^push_[0-9a-z]+_other_[0-9a-f]{64}$/);
    }
  });

  it('of a known event that lacks what it must have is kept, and the problem names no value', () => {
    const fields = { MsgType: 'event', Event: 'wxa_punish_event', CreateTime: 'secret', event_type: 1 };
    const outcome = receivePush(toSafeRequest(JSON.stringify(fields)), toApp(), now);
    if (outcome.kind !== 'genuine') throw new Error(outcome.reason);
    const { event } = outcome.callback.facts[0];
    expect(event).to.deep.include({ type: 'callback.unhandled', reason: 'schema_refused' });
    expect(event).to.have.property('problem').that.includes('punishId').and.does.not.include('secret');
  });

  it('is told from others by MsgId, or by the hash of what was sent', () => {
    const idOf = (text: string) => {
      const outcome = receivePush(toSafeRequest(text), toApp(), now);
      return outcome.kind === 'genuine' ? outcome.callback.notificationId : outcome.reason;
    };
    const letters = '49d72d67b16d115e7935ac386f2f0fa41535298877_1555684067';
    expect(idOf(`{"MsgType":"text","MsgId":"${letters}"}`)).to.equal(letters);
    expect(idOf('{"MsgType":"text","MsgId":23637352235060880}')).to.equal('23637352235060880');
    expect(idOf('{"MsgType":"text","MsgId":"a b"}')).to.match(/^[0-9a-f]{64}$/);
    expect(idOf(message)).to.match(/^[0-9a-f]{64}$/);
  });

  it('re-sent with another nonce, time and random part is the same fact', () => {
    const again = toSafeRequest(message, { nonce: '7', timestamp: '1795312801' });
    const keys = [safe, again].map((request) => {
      const outcome = receivePush(request, toApp(), now);
      return outcome.kind === 'genuine' ? outcome.callback.callbackKey : outcome.reason;
    });
    expect(keys[1]).to.equal(keys[0]);
    expect(again.rawQuery).not.to.equal(safe.rawQuery);
  });
});

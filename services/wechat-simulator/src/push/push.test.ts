import { createDecipheriv, createHash } from 'node:crypto';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import {
  createSimulator,
  type EventReceipt,
  type PushMode,
  type PushTamper,
  pushEvents,
  pushModes,
  pushTamperNames,
  type Simulator,
  toNeedOf,
} from '../index.ts';
import {
  appId,
  createReceiver,
  encodingAesKey,
  pushToken,
  type Received,
  type Receiver,
  testApp,
  testMerchant,
} from '../wechat-simulator.fixture.test.ts';

/** What mini-programs are told, as their documents list it; written out here once more. */
const documentedEvents = [
  'subscribe_msg_popup_event subscribe_msg_change_event subscribe_msg_sent_event notify_service_msg_send_result',
  'user_enter_tempsession text image miniprogrampage wxa_media_check user_authorization_revoke',
  'user_authorization_cancellation user_info_modified trade_manage_remind_access_api',
  'trade_manage_remind_shipping trade_manage_order_settlement wxa_trade_controlled xpay_goods_deliver_notify',
  'xpay_coin_pay_notify xpay_refund_notify xpay_complaint_notify xpay_wxpay_callback_notify',
  'xpay_subscribe_signing_result_notify xpay_subscribe_pay_fail_notify',
  'xpay_apple_subscribe_signing_result_notify xpay_apple_subscribe_unsigning_result_notify',
  'xpay_subscribe_ios_refund_query_notify add_express_path weapp_audit_success weapp_audit_fail',
  'weapp_audit_delay wxa_nickname_audit wxa_category_audit wxa_privacy_apply wxa_illegal_record',
  'wxa_appeal_record wxa_punish_event wxa_comment_bad_score retail_pay_notify retail_refund_notify',
  'TEMPLATESENDJOBFINISH debug_demo complaint_callback',
].flatMap((line) => line.split(' '));

const sha1 = (...parts: string[]): string => createHash('sha1').update(parts.sort().join('')).digest('hex');
const key = Buffer.from(`${encodingAesKey}=`, 'base64');

interface Opened {
  readonly message: string;
  readonly frameAppId: string;
  readonly pad: number;
}

/** The frame as the document of the message push describes it, with node:crypto alone. Throws where it is not that. */
function open(encrypted: string): Opened {
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const frame = Buffer.concat([decipher.update(encrypted, 'base64'), decipher.final()]);
  const pad = frame.at(-1) ?? 0;
  if (frame.length === 0 || frame.length % 32 !== 0 || pad < 1 || pad > 32)
    throw new Error('the padding is wrong');
  if (!frame.subarray(-pad).every((byte) => byte === pad)) throw new Error('the padding differs');
  const messageEnd = 20 + frame.readUInt32BE(16);
  if (messageEnd > frame.length - pad) throw new Error('the length lies');
  return {
    message: frame.subarray(20, messageEnd).toString(),
    frameAppId: frame.subarray(messageEnd, frame.length - pad).toString(),
    pad,
  };
}

/** The text between two tags, wherever it is in a document. */
function textOf(body: string, name: string): string | undefined {
  const [, text] = new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(body) ?? [];
  return text?.replace(/^<!\[CDATA\[([\s\S]*)\]\]>$/, '$1');
}

describe('wechat-simulator: message pushes', () => {
  let simulator: Simulator;
  let receiver: Receiver;
  before(async () => {
    receiver = await createReceiver(() => ({ status: 200, body: 'success' }));
    simulator = await createSimulator({
      merchants: [testMerchant],
      apps: [
        {
          ...testApp,
          originalId: 'gh_123456789abc',
          push: { token: pushToken, encodingAesKey, mode: 'safe', format: 'json', url: receiver.url },
        },
      ],
    });
  });
  after(async () => {
    await simulator.close();
    await receiver.close();
  });

  interface Arrived {
    readonly received: Received;
    readonly query: URLSearchParams;
    /** What it says, decrypted where it was encrypted. */
    readonly text: string;
    readonly opened: Opened | undefined;
  }
  const arrived = (format: 'json' | 'xml'): Arrived => {
    const received = receiver.received.at(-1);
    if (received === undefined) throw new Error('nothing came');
    const query = new URLSearchParams(received.url.split('?')[1]);
    const [timestamp = '', nonce = ''] = [query.get('timestamp') ?? '', query.get('nonce') ?? ''];
    expect(query.get('signature'), 'signature').to.equal(sha1(pushToken, timestamp, nonce));
    expect(Math.abs(Number(timestamp) - Date.now() / 1_000)).to.be.below(5);
    const encrypted =
      format === 'json'
        ? (JSON.parse(received.body) as { Encrypt?: string }).Encrypt
        : textOf(received.body, 'Encrypt');
    if (encrypted === undefined) {
      expect(query.has('msg_signature')).to.equal(false);
      return { received, query, text: received.body, opened: undefined };
    }
    expect(query.get('encrypt_type')).to.equal('aes');
    expect(query.get('msg_signature')).to.equal(sha1(pushToken, timestamp, nonce, encrypted));
    const opened = open(encrypted);
    expect(opened.frameAppId).to.equal(appId);
    return { received, query, text: opened.message, opened };
  };

  it('every documented event and message can be sent', () => {
    const known = new Set(pushEvents.map(({ event, msgType }) => event ?? msgType));
    expect(documentedEvents.filter((name) => !known.has(name))).to.deep.equal([]);
  });

  for (const spec of pushEvents) {
    it(`${spec.name} arrives in every mode and format`, async () => {
      for (const mode of pushModes) {
        for (const format of ['json', 'xml'] as const) {
          const receipt = await simulator.sendPush(spec.name, { mode, format, listShape: 'natural' });
          expect(receipt, receipt.problem).to.include({
            status: 200,
            isAccepted: spec.demand !== 'ios-refund',
          });
          const { text, opened } = arrived(format);
          expect(opened === undefined).to.equal(mode === 'plaintext');
          const wanted = { MsgType: spec.msgType, Event: spec.event, ToUserName: 'gh_123456789abc' };
          const found =
            format === 'json'
              ? (JSON.parse(text) as Record<string, unknown>)
              : Object.fromEntries(Object.keys(wanted).map((name) => [name, textOf(text, name)]));
          expect({ MsgType: found.MsgType, Event: found.Event, ToUserName: found.ToUserName }).to.deep.equal(
            wanted,
          );
        }
      }
    });
  }

  it('in safe mode nothing but the receiver is named outside', async () => {
    await simulator.sendPush('debug', { mode: 'safe', format: 'json' });
    const body = JSON.parse(arrived('json').received.body) as object;
    expect(Object.keys(body).sort()).to.deep.equal(['Encrypt', 'ToUserName']);
  });

  it('in compatible mode the plain members can say otherwise than the encrypted ones', async () => {
    for (const format of ['json', 'xml'] as const) {
      const plainFields = { OpenID: 'oSomebodyElse' };
      await simulator.sendPush('user-revoked', {
        mode: 'compatible',
        format,
        plainFields,
        about: { openId: 'oThePerson' },
      });
      const { received, text } = arrived(format);
      expect(received.body).to.contain('oSomebodyElse');
      expect(text).to.contain('oThePerson').and.not.to.contain('oSomebodyElse');
    }
  });

  it('frames are padded with 1 to 32 bytes, as wanted', async () => {
    for (let pad = 1; pad <= 32; pad += 1) {
      await simulator.sendPush('debug', { mode: 'safe', format: pad % 2 ? 'json' : 'xml', pad });
      expect(arrived(pad % 2 ? 'json' : 'xml').opened?.pad).to.equal(pad);
    }
  });

  it('ids beyond 2^53 are numbers in JSON and digits in XML', async () => {
    const msgId = 23_637_352_235_060_881n;
    await simulator.sendPush('text', { format: 'json', about: { msgId } });
    expect(arrived('json').text).to.match(/"MsgId":\s*23637352235060881\b/);
    await simulator.sendPush('text', { format: 'xml', about: { msgId } });
    expect(arrived('xml').text).to.contain('<MsgId>23637352235060881</MsgId>');
    await simulator.sendPush('message-sent', { format: 'json', listShape: 'natural', about: { msgId } });
    expect(arrived('json').text).to.match(/"MsgID":\s*"23637352235060881"/);
  });

  for (const [shape, isWrapped, isList] of [
    ['object', false, false],
    ['array', false, true],
    ['wrapped-object', true, false],
    ['wrapped-array', true, true],
  ] as const) {
    it(`the items of an event about templates can come as ${shape}`, async () => {
      await simulator.sendPush('popup', {
        format: 'json',
        listShape: shape,
        about: { templateId: 'tmpl-1' },
      });
      const content = JSON.parse(arrived('json').text) as Record<string, Record<string, unknown>>;
      const holder = isWrapped ? content.SubscribeMsgPopupEvent : content;
      const list = holder?.List;
      expect(Array.isArray(list)).to.equal(isList);
      const item = (isList ? (list as unknown[])[0] : list) as Record<string, unknown>;
      expect(item).to.include({ TemplateId: 'tmpl-1', SubscribeStatusString: 'accept', PopupScene: '0' });
      expect(content.CreateTime).to.be.a('string');
    });
  }

  it('several items are a list in JSON and repeated elements in XML', async () => {
    await simulator.sendPush('popup-several', { format: 'json', listShape: 'natural' });
    const { List } = JSON.parse(arrived('json').text) as { List: { SubscribeStatusString: string }[] };
    expect(List.map((item) => item.SubscribeStatusString)).to.deep.equal(['accept', 'reject']);
    await simulator.sendPush('popup-several', { format: 'xml' });
    expect(arrived('xml').text.match(/<List>/g)).to.have.length(2);
    expect(arrived('xml').text).to.contain('<SubscribeMsgPopupEvent>');
  });

  it('bodies vary in their spelling and Content-Type, and every attempt has its own nonce and ciphertext', async () => {
    const refusing = await createReceiver(() => 500);
    try {
      for (let index = 0; index < 8; index += 1) {
        simulator.announcePush('debug', {
          url: refusing.url,
          format: 'json',
          about: { text: '同样的/内容' },
        });
      }
      await simulator.clock.advance(60_000);
      expect(refusing.received).to.have.length(24);
      const bodies = refusing.received.map(({ body }) => (JSON.parse(body) as { Encrypt: string }).Encrypt);
      expect(new Set(bodies).size).to.equal(24);
      const texts = bodies.map((body) => open(body).message);
      expect(new Set(texts).size).to.be.above(4);
      for (const text of texts) expect(JSON.parse(text)).to.include({ debug_str: '同样的/内容' });
      const types = new Set(refusing.received.map(({ headers }) => headers['content-type']));
      expect(types.size).to.be.above(2);
    } finally {
      await refusing.close();
    }
  });

  it('a Content-Type can be wished for', async () => {
    await simulator.sendPush('debug', { format: 'json', contentType: 'text/xml' });
    expect(arrived('json').received.headers['content-type']).to.equal('text/xml');
  });

  describe('with one thing wrong', () => {
    /** What a receiver finds, in the order in which it should look. */
    function examine({ url, body }: Received, format: 'json' | 'xml'): string {
      const query = new URLSearchParams(url.split('?')[1]);
      const names = [...query.keys()];
      if (new Set(names).size !== names.length || names.some((name) => name.endsWith('[]'))) return 'query';
      const [timestamp = '', nonce = ''] = [query.get('timestamp') ?? '', query.get('nonce') ?? ''];
      if (Math.abs(Number(timestamp) - Date.now() / 1_000) > 600) return 'time';
      if (body.includes('<!DOCTYPE')) return 'outside';
      if (!query.has('msg_signature')) {
        if (query.get('signature') !== sha1(pushToken, timestamp, nonce)) return 'signature';
        return isReadable(body, format) ? 'plain' : 'content';
      }
      const encrypted =
        format === 'json'
          ? (JSON.parse(body) as { Encrypt: string }).Encrypt
          : (textOf(body, 'Encrypt') ?? '');
      if (query.get('msg_signature') !== sha1(pushToken, timestamp, nonce, encrypted)) return 'signature';
      try {
        const { message, frameAppId } = open(encrypted);
        if (frameAppId !== appId) return 'unopened';
        return isReadable(message, format) ? 'fine' : 'content';
      } catch {
        return 'unopened';
      }
    }
    function isReadable(text: string, format: 'json' | 'xml'): boolean {
      if (format === 'xml') return /^<xml>[\s\S]*<\/xml>\s*$/.test(text) && !/<!DOCTYPE|&x;/.test(text);
      try {
        return JSON.parse(text) !== undefined;
      } catch {
        return false;
      }
    }

    const expected: Record<PushTamper, string> = {
      signature: 'signature',
      'signature-missing': 'plain',
      'wrong-token': 'signature',
      body: 'signature',
      downgrade: 'plain',
      stale: 'time',
      future: 'time',
      'array-query': 'query',
      'repeated-query': 'query',
      ciphertext: 'unopened',
      'wrong-key': 'unopened',
      'wrong-appid': 'unopened',
      'bad-pad': 'unopened',
      'zero-pad': 'unopened',
      'uneven-pad': 'unopened',
      'lying-length': 'unopened',
      'short-length': 'unopened',
      'negative-length': 'unopened',
      'not-base64': 'unopened',
      'not-a-block': 'unopened',
      'nothing-encrypted': 'unopened',
      'doctype-outside': 'outside',
      'content-cut': 'content',
      doctype: 'content',
      entity: 'content',
    };
    const send = (tamper: PushTamper, mode: PushMode, format: 'json' | 'xml'): Promise<EventReceipt> =>
      simulator.sendPush('debug', { tamper, mode, format });

    for (const tamper of pushTamperNames) {
      it(`${tamper}: exactly that is wrong, in each mode and format that has it`, async () => {
        for (const format of toNeedOf(tamper) === 'xml' ? (['xml'] as const) : (['json', 'xml'] as const)) {
          for (const mode of ['compatible', 'safe'] as const) {
            await send(tamper, mode, format);
            const received = receiver.received.at(-1);
            expect(received && examine(received, format), `${mode} ${format}`).to.equal(expected[tamper]);
          }
        }
      });
    }

    it('in plaintext mode the signature is what can be wrong, not what is encrypted', async () => {
      await send('signature', 'plaintext', 'json');
      expect(receiver.received.at(-1) && examine(receiver.received.at(-1) as Received, 'json')).to.equal(
        'signature',
      );
      expect(() => simulator.announcePush('debug', { mode: 'plaintext', tamper: 'bad-pad' })).to.throw(
        'bad-pad',
      );
      expect(() => simulator.announcePush('debug', { format: 'json', tamper: 'doctype' })).to.throw(
        'doctype',
      );
    });
  });

  it('an app without token or key is refused, and so is a push that has nowhere to go', async () => {
    const bare = await createSimulator({
      apps: [
        testApp,
        { ...testApp, appId: 'wx00push', push: { token: 't', mode: 'plaintext', format: 'xml' } },
      ],
    });
    try {
      expect(() => bare.announcePush('debug', { appId, url: receiver.url })).to.throw('token');
      expect(() => bare.announcePush('debug', { mode: 'safe', url: receiver.url })).to.throw(
        'encoding_aes_key',
      );
      expect(() => bare.announcePush('debug')).to.throw('push-address');
      expect(() => bare.announcePush('debug', { appId: 'wx-nobody' })).to.throw('wx-nobody');
      expect((await bare.sendPush('debug', { url: receiver.url })).isAccepted).to.equal(true);
    } finally {
      await bare.close();
    }
  });
});

import { createCipheriv, createHash } from 'node:crypto';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createSimulator, type PushMode, type Simulator } from '../index.ts';
import {
  appId,
  createReceiver,
  encodingAesKey,
  pushToken,
  type Received,
  type Receiver,
  type ReceiverAnswer,
  testApp,
} from '../wechat-simulator.fixture.test.ts';

const originalId = 'gh_123456789abc';
const user = 'oWriter';
const sha1 = (...parts: string[]): string => createHash('sha1').update(parts.sort().join('')).digest('hex');
const key = Buffer.from(`${encodingAesKey}=`, 'base64');
const ok = (body: string): ReceiverAnswer => ({ status: 200, body });

/** The four members of an encrypted reply, made with node:crypto alone. */
function encrypt(text: string, nonce: string, frameAppId = appId) {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(text));
  const content = Buffer.concat([Buffer.alloc(16, 'r'), length, Buffer.from(text), Buffer.from(frameAppId)]);
  const missing = 32 - (content.length % 32);
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const frame = Buffer.concat([content, Buffer.alloc(missing, missing)]);
  const Encrypt = Buffer.concat([cipher.update(frame), cipher.final()]).toString('base64');
  const TimeStamp = Math.floor(Date.now() / 1_000);
  return {
    Encrypt,
    MsgSignature: sha1(pushToken, String(TimeStamp), nonce, Encrypt),
    TimeStamp,
    Nonce: nonce,
  };
}

const nonceOf = ({ url }: Received): string => new URLSearchParams(url.split('?')[1]).get('nonce') ?? '';

const transfer = {
  ToUserName: user,
  FromUserName: originalId,
  CreateTime: Math.floor(Date.now() / 1_000),
  MsgType: 'transfer_customer_service',
};
const transferXml = `<xml><ToUserName><![CDATA[${user}]]></ToUserName><FromUserName><![CDATA[${originalId}]]></FromUserName><CreateTime>${transfer.CreateTime}</CreateTime><MsgType><![CDATA[transfer_customer_service]]></MsgType></xml>`;
const decision = { result_code: 1, result_info: 'refused', evidence: 'delivered on 2026-11-22' };
const iosReply = { ErrCode: 0, ErrMsg: 'ok', IosRefundQueryResponse: decision };

describe('wechat-simulator: answers to message pushes', () => {
  let simulator: Simulator;
  let receiver: Receiver;
  let respond: (received: Received) => ReceiverAnswer | undefined;
  beforeEach(async () => {
    respond = () => ok('success');
    receiver = await createReceiver((received) => respond(received));
    const push = {
      token: pushToken,
      encodingAesKey,
      mode: 'safe',
      format: 'json',
      url: receiver.url,
    } as const;
    simulator = await createSimulator({ apps: [{ ...testApp, originalId, push }] });
  });
  afterEach(async () => {
    await simulator.close();
    await receiver.close();
  });

  const problemOf = async (
    name: string,
    answer: ReceiverAnswer | ((received: Received) => ReceiverAnswer),
    options: { mode?: PushMode; format?: 'json' | 'xml' } = {},
  ): Promise<string> => {
    respond = typeof answer === 'function' ? answer : () => answer;
    const receipt = await simulator.sendPush(name, {
      mode: 'plaintext',
      about: { openId: user },
      ...options,
    });
    expect(receipt.isAccepted).to.equal(receipt.problem === '');
    return receipt.problem;
  };

  it('an ordinary event takes nothing or success with status 200, and nothing else', async () => {
    expect(await problemOf('debug', ok(''))).to.equal('');
    expect(await problemOf('debug', ok('success'))).to.equal('');
    for (const answer of [ok('"success"'), ok('success\n'), ok('{"ErrCode":0}'), ok('<html></html>')]) {
      expect(await problemOf('debug', answer)).to.contain('only success');
    }
    for (const status of [201, 204, 302, 401, 500]) {
      expect(await problemOf('debug', { status, body: 'success' })).to.contain(String(status));
    }
  });

  it('virtual payment takes ErrCode 0 in the format of the push too', async () => {
    expect(await problemOf('xpay-goods', ok('success'))).to.equal('');
    expect(await problemOf('xpay-goods', ok('{"ErrCode":0,"ErrMsg":"ok"}'))).to.equal('');
    expect(await problemOf('xpay-goods', ok('{"ErrCode":1}'))).to.contain('ErrCode');
    expect(await problemOf('xpay-goods', ok('<xml><ErrCode>0</ErrCode></xml>'))).to.contain('JSON');
    const xml = { format: 'xml' } as const;
    expect(await problemOf('xpay-goods', ok('<xml><ErrCode>0</ErrCode></xml>'), xml)).to.equal('');
    expect(await problemOf('xpay-goods', ok('{"ErrCode":0}'), xml)).to.contain('<xml>');
  });

  it('what a user wrote may be handed to people, in the format of the push', async () => {
    const json = ok(JSON.stringify(transfer));
    expect(await problemOf('text', json)).to.equal('');
    expect(await problemOf('text', ok('success'))).to.equal('');
    expect(await problemOf('text', ok(transferXml))).to.contain('JSON');
    expect(await problemOf('text', ok(transferXml), { format: 'xml' })).to.equal('');
    const swapped = { ...transfer, ToUserName: originalId, FromUserName: user };
    expect(await problemOf('text', ok(JSON.stringify(swapped)))).to.contain('ToUserName');
    expect(await problemOf('text', ok(JSON.stringify({ ...transfer, MsgType: 'text' })))).to.contain(
      'MsgType',
    );
    expect(await problemOf('debug', json), 'an event is no message').to.contain('only success');
  });

  it('in safe mode a reply is encrypted, names the nonce of the request and is signed', async () => {
    const safe = { mode: 'safe' } as const;
    const text = JSON.stringify(transfer);
    const reply =
      (change: object = {}) =>
      (received: Received) =>
        ok(JSON.stringify({ ...encrypt(text, nonceOf(received)), ...change }));
    expect(await problemOf('text', reply(), safe)).to.equal('');
    expect(await problemOf('text', ok(text), safe)).to.contain('has to be encrypted');
    expect(await problemOf('text', reply({ Nonce: '1' }), safe)).to.contain('Nonce');
    expect(await problemOf('text', reply({ MsgSignature: '0'.repeat(40) }), safe)).to.contain('MsgSignature');
    expect(await problemOf('text', reply({ TimeStamp: String(transfer.CreateTime) }), safe)).to.contain(
      'number',
    );
    const other = (received: Received) => ok(JSON.stringify(encrypt(text, nonceOf(received), 'wx0000')));
    expect(await problemOf('text', other, safe)).to.contain('appid');
    const inXml = (received: Received) => {
      const { Encrypt, MsgSignature, TimeStamp, Nonce } = encrypt(transferXml, nonceOf(received));
      return ok(
        `<xml><Encrypt><![CDATA[${Encrypt}]]></Encrypt><MsgSignature>${MsgSignature}</MsgSignature><TimeStamp>${TimeStamp}</TimeStamp><Nonce>${Nonce}</Nonce></xml>`,
      );
    };
    expect(await problemOf('text', inXml, { mode: 'safe', format: 'xml' })).to.equal('');
    expect(await problemOf('text', inXml, { mode: 'plaintext', format: 'xml' })).to.contain('not encrypted');
  });

  it('the question of an iOS refund wants a decision with evidence, and its answer is kept', async () => {
    expect(await problemOf('ios-refund', ok(JSON.stringify(iosReply)))).to.equal('');
    expect(await problemOf('ios-refund', ok(JSON.stringify(decision))), 'without a wrapper').to.equal('');
    expect(await problemOf('ios-refund', ok('success'))).to.contain('decision');
    const without = { ...iosReply, IosRefundQueryResponse: { ...decision, evidence: ' ' } };
    expect(await problemOf('ios-refund', ok(JSON.stringify(without)))).to.contain('evidence');
    const odd = { ...iosReply, IosRefundQueryResponse: { ...decision, result_code: 2 } };
    expect(await problemOf('ios-refund', ok(JSON.stringify(odd)))).to.contain('result_code');
    const xml =
      '<xml><ErrCode>0</ErrCode><IosRefundQueryResponse><result_code>0</result_code><evidence><![CDATA[none given]]></evidence></IosRefundQueryResponse></xml>';
    expect(await problemOf('ios-refund', ok(xml), { format: 'xml' })).to.equal('');
    respond = () => ok(JSON.stringify(iosReply));
    simulator.announcePush('ios-refund', { mode: 'plaintext' });
    await simulator.clock.advance(1_000);
    const asked = simulator.ledger().notifications.at(-1);
    expect(asked).to.include({ state: 'acknowledged', channel: 'push', appid: appId });
    expect(asked?.reply).to.deep.include({ IosRefundQueryResponse: decision });
  });

  const schedules: readonly [string, string, readonly number[]][] = [
    ['an ordinary event', 'debug', [5, 5]],
    ['the question of an iOS refund', 'ios-refund', [3, 3]],
    ['virtual payment', 'xpay-goods', Array.from({ length: 14 }, (_, index) => 2 ** (index + 1))],
    ['a B2b payment', 'retail-paid', [10, 30, 60, 300, 900, 1_800, 3_600, 10_800, 21_600, 43_200]],
  ];
  for (const [what, name, wanted] of schedules) {
    it(`${what} is pushed again on its own schedule, ${wanted.length + 1} times in all`, async () => {
      respond = () => 500;
      const { attempts, state } = simulator.announcePush(name);
      expect(state).to.equal('waiting');
      await simulator.clock.advance(48 * 3_600_000);
      const dueMs = attempts.map(({ dueAt }) => Date.parse(dueAt));
      const gaps = dueMs.slice(1).map((due, index) => (due - (dueMs[index] ?? 0)) / 1_000);
      expect(gaps).to.deep.equal(wanted);
      expect(receiver.received).to.have.length(wanted.length + 1);
    });
  }

  it('a receiver has 5 s for a push, and 3 s for a question', () => {
    expect(simulator.announcePush('debug').answerLimitMs).to.equal(5_000);
    expect(simulator.announcePush('xpay-goods').answerLimitMs).to.equal(5_000);
    expect(simulator.announcePush('ios-refund').answerLimitMs).to.equal(3_000);
  });

  it('only callbacks of API v3 are probed', async () => {
    simulator.faults.set({ probe_share: 1 });
    const notification = simulator.announcePush('debug');
    await simulator.clock.advance(1_000);
    expect(notification.attempts.map(({ kind }) => kind)).to.deep.equal(['genuine']);
  });

  it('the schedule ends with the first answer that is accepted', async () => {
    respond = () => (receiver.received.length < 3 ? 500 : ok('success'));
    const notification = simulator.announcePush('xpay-refund');
    await simulator.clock.advance(3_600_000);
    expect(receiver.received).to.have.length(3);
    expect(notification.state).to.equal('acknowledged');
  });

  it('a receiver can be made to count on silence alone: an error is then final', async () => {
    simulator.faults.set({ push_resend_after: 'silence' });
    respond = () => 500;
    const notification = simulator.announcePush('debug');
    await simulator.clock.advance(60_000);
    expect([notification.state, receiver.received.length]).to.deep.equal(['given_up', 1]);
  });

  it('pushes are dropped, duplicated, delayed, and sent beyond their schedule, as other callbacks are', async () => {
    const dropped = simulator.announcePush('debug', {}, { drop: 1, copies: 2, delayMs: 1_000 });
    await simulator.clock.advance(500);
    expect(dropped.attempts).to.have.length(0);
    await simulator.clock.advance(10_000);
    expect(dropped.attempts.map(({ outcome }) => outcome)).to.deep.equal(['dropped', 'answered', 'answered']);
    await simulator.resend(dropped.id);
    expect(receiver.received).to.have.length(4);
  });

  describe('the address is saved in the console', () => {
    const echostr = ({ url }: Received): string =>
      new URLSearchParams(url.split('?')[1]).get('echostr') ?? '';
    const check = (answer: (echo: string) => ReceiverAnswer) => {
      respond = (received) => answer(echostr(received));
      return simulator.checkPushAddress({ appId, url: `${receiver.url}/saved` });
    };

    it('the bare echostr is taken, and pushes go there from then on', async () => {
      expect(await check(ok)).to.include({ isVerified: true, problem: '', status: 200 });
      const [asked] = receiver.received;
      const query = new URLSearchParams(asked?.url.split('?')[1]);
      expect(asked?.method).to.equal('GET');
      expect(query.get('signature')).to.equal(
        sha1(pushToken, query.get('timestamp') ?? '', query.get('nonce') ?? ''),
      );
      respond = () => ok('success');
      expect((await simulator.sendPush('debug')).url).to.contain('/saved?');
    });

    for (const [what, spoil, problem] of [
      ['quotes', (echo: string) => ok(`"${echo}"`), 'quotes'],
      ['a byte order mark', (echo: string) => ok(`\uFEFF${echo}`), 'byte order mark'],
      ['a line break', (echo: string) => ok(`${echo}\n`), 'white space'],
      ['something else', () => ok('success'), 'not the echostr'],
      ['another status', (echo: string) => ({ status: 201, body: echo }), '201'],
    ] as const) {
      it(`${what} fails it, and the address is not kept`, async () => {
        const checked = await check(spoil);
        expect(checked.isVerified).to.equal(false);
        expect(checked.problem).to.contain(problem);
        respond = () => ok('success');
        expect((await simulator.sendPush('debug')).url).not.to.contain('/saved?');
      });
    }
  });
});

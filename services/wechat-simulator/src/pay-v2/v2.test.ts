import { createDecipheriv, createHash, createHmac } from 'node:crypto';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { createSimulator, isV2TamperOf, type Simulator, v2Events, v2TamperNames } from '../index.ts';
import {
  apiV2Key,
  createReceiver,
  type Receiver,
  type ReceiverAnswer,
  testMerchant,
} from '../wechat-simulator.fixture.test.ts';

const acknowledgement =
  '<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>';

/** Flat XML, read in the simplest way there is; throws where an element comes twice. */
function read(xml: string): Record<string, string> {
  const fields: Record<string, string> = {};
  const inside = xml.replace(/^<(xml|root)>/, '').replace(/<\/(xml|root)>$/, '');
  for (const [, name = '', text = ''] of inside.matchAll(/<([a-z_0-9]+)>([\s\S]*?)<\/\1>/g)) {
    if (name in fields) throw new Error(`${name} comes twice`);
    fields[name] = text
      .replace(/^<!\[CDATA\[([\s\S]*)\]\]>$/, '$1')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&');
  }
  return fields;
}

/** As the document of WeChat Pay says it, with node:crypto alone. */
function signatures({ sign: _, ...fields }: Record<string, string>): { md5: string; hmac: string } {
  const pairs = Object.entries(fields).filter(([, value]) => value !== '');
  const text = `${pairs
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join('&')}&key=${apiV2Key}`;
  return {
    md5: createHash('md5').update(text).digest('hex').toUpperCase(),
    hmac: createHmac('sha256', apiV2Key).update(text).digest('hex').toUpperCase(),
  };
}

function openReqInfo(encrypted: string): Record<string, string> {
  const key = createHash('md5').update(apiV2Key).digest('hex');
  const decipher = createDecipheriv('aes-256-ecb', key, null);
  return read(decipher.update(encrypted, 'base64', 'utf8') + decipher.final('utf8'));
}

describe('wechat-simulator: callbacks of API v2', () => {
  let simulator: Simulator;
  let receiver: Receiver;
  let answer: ReceiverAnswer = { status: 200, body: acknowledgement };
  before(async () => {
    receiver = await createReceiver(() => answer);
    simulator = await createSimulator({
      merchants: [{ ...testMerchant, apiV2Key, notifyUrlV2: receiver.url }],
    });
  });
  after(async () => {
    await simulator.close();
    await receiver.close();
  });
  const arrived = (): Record<string, string> => read(receiver.received.at(-1)?.body ?? '');

  for (const { name, reqInfo } of v2Events) {
    it(`${name} is ${reqInfo ? 'encrypted, and not signed' : 'signed'}`, async () => {
      const receipt = await simulator.sendV2(name, { signType: 'MD5' });
      expect(receipt).to.include({ status: 200, isAccepted: true, eventType: name });
      const fields = arrived();
      expect(fields).to.include({ return_code: 'SUCCESS', mch_id: testMerchant.mchId });
      if (reqInfo) {
        expect(fields).not.to.have.property('sign');
        expect(openReqInfo(fields.req_info ?? '').refund_status).to.match(/^(SUCCESS|CHANGE|REFUNDCLOSE)$/);
      } else {
        expect(fields.sign).to.equal(signatures(fields).md5);
      }
    });
  }

  for (const signType of ['MD5', 'HMAC-SHA256'] as const) {
    it(`${signType} signs, with sign_type and without`, async () => {
      for (const namesSignType of [true, false]) {
        await simulator.sendV2('v2.payment:coupons', { signType, namesSignType });
        const fields = arrived();
        const { md5, hmac } = signatures(fields);
        expect(fields.sign).to.equal(signType === 'MD5' ? md5 : hmac);
        expect(fields.sign_type).to.equal(namesSignType ? signType : undefined);
        expect(fields).to.include({ coupon_id_1: '10001', coupon_fee_0: '10' });
      }
    });
  }

  it('one callback varies over its attempts in CDATA, order and white space, never in its content', async () => {
    answer = 500;
    try {
      simulator.announceV2('v2.payment', { about: { outTradeNo: 'V2-VARIES' } });
      const before = receiver.received.length;
      await simulator.clock.advance(25 * 3_600_000);
      const bodies = receiver.received.slice(before).map(({ body }) => body);
      expect(bodies).to.have.length(16);
      expect(bodies.some((body) => body.includes('<![CDATA['))).to.equal(true);
      expect(bodies.some((body) => !body.includes('<![CDATA['))).to.equal(true);
      expect(bodies.some((body) => body.includes('\n'))).to.equal(true);
      expect(new Set(bodies.map((body) => read(body).transaction_id)).size).to.equal(1);
      expect(new Set(bodies.map((body) => read(body).nonce_str)).size).to.equal(16);
      for (const body of bodies) {
        const fields = read(body);
        expect([signatures(fields).md5, signatures(fields).hmac]).to.include(fields.sign);
      }
    } finally {
      answer = { status: 200, body: acknowledgement };
    }
  });

  const answers: readonly [string, ReceiverAnswer, boolean][] = [
    ['the exact acknowledgement', { status: 200, body: acknowledgement }, true],
    [
      'the same without CDATA',
      { status: 200, body: acknowledgement.replaceAll(/<!\[CDATA\[|\]\]>/g, '') },
      true,
    ],
    [
      'a line break between the tags',
      { status: 200, body: acknowledgement.replace('<return_msg>', '\n<return_msg>') },
      false,
    ],
    ['a line break at the end', { status: 200, body: `${acknowledgement}\n` }, false],
    ['a space before it', { status: 200, body: ` ${acknowledgement}` }, false],
    ['JSON', { status: 200, body: '{"return_code":"SUCCESS"}' }, false],
    ['plain text', { status: 200, body: 'success' }, false],
    ['nothing', 200, false],
    ['return_code FAIL', { status: 200, body: acknowledgement.replace('SUCCESS', 'FAIL') }, false],
    [
      'return_code in small letters',
      { status: 200, body: acknowledgement.replace('SUCCESS', 'success') },
      false,
    ],
    ['the acknowledgement with status 201', { status: 201, body: acknowledgement }, false],
    ['the acknowledgement with status 500', { status: 500, body: acknowledgement }, false],
  ];
  for (const [what, wanted, isAccepted] of answers) {
    it(`${what} ${isAccepted ? 'ends it' : 'brings it again'}`, async () => {
      answer = wanted;
      const before = receiver.received.length;
      const notification = simulator.announceV2('v2.refund');
      await simulator.clock.advance(20_000);
      expect(receiver.received.length - before).to.equal(isAccepted ? 1 : 2);
      expect(notification.attempts[0]?.problem === '').to.equal(isAccepted);
      answer = { status: 200, body: acknowledgement };
      await simulator.clock.advance(20_000);
      expect(notification.state).to.equal('acknowledged');
    });
  }

  it('contracts are re-sent after 10 s × 3, 30 s × 3, 300 s', async () => {
    answer = 500;
    try {
      const { attempts } = simulator.announceV2('v2.contract:signed');
      await simulator.clock.advance(24 * 3_600_000);
      const dueMs = attempts.map(({ dueAt }) => Date.parse(dueAt));
      const gaps = dueMs.slice(1).map((due, index) => (due - (dueMs[index] ?? 0)) / 1_000);
      expect(gaps).to.deep.equal([10, 10, 10, 30, 30, 30, ...Array(23).fill(300)]);
    } finally {
      answer = { status: 200, body: acknowledgement };
    }
  });

  /** What a receiver finds out about each; undefined: it is no flat document. */
  function examine(body: string): { isSigned: boolean; isOwn: boolean; opens: boolean } | undefined {
    if (/<!DOCTYPE|<\?|<!--|<xml [a-z]/.test(body)) return undefined;
    if (!/^<xml>[\s\S]*<\/xml>$/.test(body) || body.indexOf('</xml>') !== body.lastIndexOf('</xml>'))
      return undefined;
    if (/<more></.test(body)) return undefined;
    try {
      const fields = read(body);
      const { md5, hmac } = signatures(fields);
      const isOwn = fields.mch_id === testMerchant.mchId;
      return { isSigned: [md5, hmac].includes(fields.sign ?? ''), isOwn, opens: canOpen(fields.req_info) };
    } catch {
      return undefined;
    }
  }
  function canOpen(encrypted: string | undefined): boolean {
    try {
      const { refund_id, transaction_id, out_refund_no } = openReqInfo(encrypted ?? '');
      return refund_id !== undefined && transaction_id !== undefined && out_refund_no !== undefined;
    } catch {
      return false;
    }
  }

  for (const tamper of v2TamperNames) {
    it(`tampered with by ${tamper}, something is wrong with it`, async () => {
      for (const name of ['v2.payment', 'v2.refund']) {
        if (!isV2TamperOf(tamper, name === 'v2.refund')) continue;
        await simulator.sendV2(name, { tamper });
        const found = examine(receiver.received.at(-1)?.body ?? '');
        const isFine = found?.isOwn && (name === 'v2.refund' ? found.opens : found.isSigned);
        // One block of ECB differs, which need not be one that is looked at.
        if (tamper !== 'req-info') expect(isFine ?? false, name).to.equal(false);
      }
    });
  }

  it('a tamper of the sign says nothing about a refund, which has none', () => {
    expect(() => simulator.announceV2('v2.refund', { tamper: 'sign' })).to.throw(
      'nothing that sign is about',
    );
  });

  it('a merchant without an APIv2 key has no such callbacks', async () => {
    const bare = await createSimulator({ merchants: [testMerchant] });
    try {
      const callback = { mchId: testMerchant.mchId, url: receiver.url };
      expect(() => bare.announceV2('v2.payment', callback)).to.throw('api_v2_key');
    } finally {
      await bare.close();
    }
  });
});

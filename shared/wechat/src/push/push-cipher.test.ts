import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { appId, encodingAesKey, pushVector, sealFrame } from './push.fixture.test.ts';
import { openPush, sealPush } from './push-cipher.ts';

const key = toKey(encodingAesKey);
const otherEncodingKey = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

function toKey(encoding: string): Buffer {
  return Buffer.from(`${encoding}=`, 'base64');
}

function open(encrypt: string, keys = [key]): string {
  const opened = openPush(encrypt, appId, keys);
  return opened.opened ? opened.message.toString('utf8') : opened.reason;
}

describe('the cipher of pushes', () => {
  const demo = pushVector<{
    input: { encodingAESKey: string; appid: string; random16: string };
    cases: { plaintext: string; expectedEncrypt: string }[];
  }>('07-wxbizmsgcrypt-demo');
  demo.cases.forEach(({ plaintext, expectedEncrypt }, index) => {
    it(`makes what WXBizMsgCrypt's demo makes, and opens it, case ${index + 1}`, () => {
      const { encodingAESKey, appid, random16 } = demo.input;
      const demoKey = toKey(encodingAESKey);
      expect(sealPush(plaintext, appid, demoKey, random16)).to.equal(expectedEncrypt);
      const opened = openPush(expectedEncrypt, appid, [demoKey]);
      expect(opened.opened && opened.message.toString('utf8')).to.equal(plaintext);
    });
  });

  it('opens the official example of safe mode', () => {
    const { input, expected } = pushVector<{
      input: { encodingAESKey: string; appid: string; bodyJson: { Encrypt: string } };
      expected: { message: string; msgLen: number };
    }>('03-official-safe-mode-json');
    const opened = openPush(input.bodyJson.Encrypt, input.appid, [toKey(input.encodingAESKey)]);
    if (!opened.opened) throw new Error(opened.reason);
    expect(opened.message.toString('utf8')).to.equal(expected.message);
    expect(opened.message.length).to.equal(expected.msgLen);
  });

  it('takes every padding from 1 to 32', () => {
    const pads = new Set<number>();
    for (let length = 1; length <= 32; length += 1) {
      const message = 'x'.repeat(length);
      const encrypt = sealFrame(message, {
        padding: (rest) => {
          pads.add(rest);
          return Buffer.alloc(rest, rest);
        },
      });
      expect(open(encrypt)).to.equal(message);
      expect(open(sealPush(message, appId, key))).to.equal(message);
    }
    expect(pads.size).to.equal(32);
  });

  it('pads to a multiple of 32, not of 16', () => {
    for (let length = 0; length < 32; length += 1) {
      const sealed = Buffer.from(sealPush('x'.repeat(length), appId, key), 'base64');
      expect(sealed.length % 32).to.equal(0);
    }
  });

  it('tries the key before this one, and says which it was', () => {
    const opened = openPush(sealFrame('{}'), appId, [toKey(otherEncodingKey), key]);
    expect(opened).to.deep.include({ opened: true, aesKeyIndex: 1 });
    expect(openPush(sealFrame('{}'), appId, [key, toKey(otherEncodingKey)])).to.deep.include({
      aesKeyIndex: 0,
    });
  });

  it('counts the length in bytes', () => {
    expect(open(sealPush('回调😀', appId, key))).to.equal('回调😀');
    expect(open(sealFrame('', {}))).to.equal('');
  });

  const message = '{"MsgType":"event"}';
  const length = Buffer.byteLength(message);
  const refused: readonly [what: string, encrypt: string, reason: string][] = [
    ['a padding of 0', sealFrame(message, { padding: (rest) => Buffer.alloc(rest, 0) }), 'frame_malformed'],
    [
      'a padding longer than 32, whose bytes agree',
      sealFrame(message, { padding: (rest) => Buffer.alloc(rest + 32, rest + 32) }),
      'frame_malformed',
    ],
    [
      'a padding whose bytes differ',
      sealFrame(message, {
        padding: (rest) => Buffer.concat([Buffer.alloc(rest - 1, 1), Buffer.from([rest])]),
      }),
      'frame_malformed',
    ],
    ['a length beyond the frame', sealFrame(message, { length: 4_000_000_000 }), 'frame_malformed'],
    ['a length one too long', sealFrame(message, { length: length + 1 }), 'another_app'],
    ['a length one too short', sealFrame(message, { length: length - 1 }), 'frame_malformed'],
    ['a length of 0', sealFrame(message, { length: 0 }), 'frame_malformed'],
    ['the appid of another app', sealFrame(message, { appId: 'wx134c8103faa5a59e' }), 'another_app'],
    ['an appid with something behind it', sealFrame(message, { appId: `${appId}x` }), 'frame_malformed'],
    ['no appid', sealFrame(message, { appId: '' }), 'key_does_not_open'],
    ['a key that is not ours', sealFrame(message, { key: otherEncodingKey }), 'key_does_not_open'],
    ['no base64', `${sealFrame(message)}!`, 'encrypt_malformed'],
    ['white space in it', ` ${sealFrame(message)}`, 'encrypt_malformed'],
    ['half a block', Buffer.alloc(40).toString('base64'), 'encrypt_malformed'],
    ['one block', Buffer.alloc(16).toString('base64'), 'encrypt_malformed'],
    ['nothing', '', 'encrypt_malformed'],
  ];
  for (const [what, encrypt, reason] of refused) {
    it(`refuses ${what}`, () => {
      expect(open(encrypt)).to.equal(reason);
    });
  }

  it('opens what it seals, and nothing of it that was altered to another message of ours', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (text, at, by) => {
          const sealed = Buffer.from(sealPush(text, appId, key), 'base64');
          expect(open(sealed.toString('base64'))).to.equal(text);
          sealed.writeUInt8(sealed.readUInt8(at % sealed.length) ^ by, at % sealed.length);
          expect(() => open(sealed.toString('base64'))).not.to.throw();
        },
      ),
      { numRuns: 200 },
    );
  });

  it('throws on no text whatever', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String({ maxLength: 400 })), (text) => {
        expect(openPush(text, appId, [key]).opened).to.equal(false);
      }),
      { numRuns: 300 },
    );
  });
});

import { createCipheriv, createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { decryptUserData, openUserInfo, type SealedUserInfo } from './user-info.ts';

const folder = new URL('../../test/vectors/mini-program/', import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));

interface DecryptVector {
  readonly input: {
    readonly appid: string;
    readonly sessionKey: string;
    readonly encryptedData: string;
    readonly iv: string;
  };
  readonly expected: { readonly plaintext: string };
}
interface SignatureVector {
  readonly cases: readonly {
    readonly rawData: string;
    readonly sessionKey: string;
    readonly expected: string;
  }[];
}

const { input, expected } = read('11-wxbizdatacrypt-official') as DecryptVector;
const { cases } = read('12-userinfo-rawdata-signature') as SignatureVector;
const openId = 'oGZUI0egBJY1zhBYw2KhdUfwVJJE';
const now = new Date(1_477_314_187_000);
const rawData = '{"nickName":"Band"}';

function toSealed(facts: Partial<SealedUserInfo> = {}, sessionKey = input.sessionKey): SealedUserInfo {
  const sealed = { rawData, encryptedData: input.encryptedData, iv: input.iv, ...facts };
  const signature = createHash('sha1')
    .update(sealed.rawData + sessionKey)
    .digest('hex');
  return { signature, ...sealed };
}

const expectation = { sessionKeys: [input.sessionKey], appId: input.appid, openId, now };

/** Encrypts what the vector does not show. */
function sealAnew(plain: object): SealedUserInfo {
  const iv = Buffer.alloc(16, 7);
  const cipher = createCipheriv('aes-128-cbc', Buffer.from(input.sessionKey, 'base64'), iv);
  const encryptedData = Buffer.concat([cipher.update(JSON.stringify(plain)), cipher.final()]).toString(
    'base64',
  );
  return toSealed({ encryptedData, iv: iv.toString('base64') });
}

describe('the data of wx.getUserInfo', () => {
  it('open as the official sample says', () => {
    expect(decryptUserData(input.sessionKey, input)).to.deep.equal(JSON.parse(expected.plaintext));
    const { nickName, avatarUrl, unionId } = JSON.parse(expected.plaintext);
    expect(openUserInfo(toSealed(), expectation)).to.deep.equal({
      kind: 'genuine',
      info: { nickname: nickName, avatarUrl, unionId, isAnonymous: false },
    });
  });

  for (const { rawData: text, sessionKey, expected: signature } of cases) {
    it(`are signed as published, over the characters of rawData: ${JSON.parse(text).nickName}`, () => {
      const sealed = { ...toSealed(), rawData: text, signature };
      const sessionKeys = [sessionKey];
      // Of these vectors nothing encrypted is published, so the signature is what is passed.
      expect(openUserInfo(sealed, { ...expectation, sessionKeys })).to.include({
        code: 'PROFILE_NOT_DECRYPTABLE',
      });
      const altered = { ...sealed, rawData: `${text} ` };
      expect(openUserInfo(altered, { ...expectation, sessionKeys })).to.include({
        code: 'PROFILE_SIGNATURE_WRONG',
      });
    });
  }

  it('may be made with the second of the keys, and open with that one only', () => {
    const sessionKeys = [cases[0]?.sessionKey ?? '', input.sessionKey];
    expect(openUserInfo(toSealed(), { ...expectation, sessionKeys }).kind).to.equal('genuine');
    const mixed = toSealed({}, sessionKeys[0]);
    expect(openUserInfo(mixed, { ...expectation, sessionKeys })).to.include({
      code: 'PROFILE_NOT_DECRYPTABLE',
    });
  });

  const rows: [what: string, facts: Partial<typeof expectation>, code: string][] = [
    ['no key', { sessionKeys: [] }, 'PROFILE_SIGNATURE_WRONG'],
    ['another app', { appId: 'wx0000000000000000' }, 'PROFILE_OF_ANOTHER_APP'],
    ['another user', { openId: 'oSomebodyElse' }, 'PROFILE_OF_ANOTHER_USER'],
    ['a clock 301 s later', { now: new Date(now.getTime() + 301_000) }, 'PROFILE_STALE'],
    ['a clock 301 s earlier', { now: new Date(now.getTime() - 301_000) }, 'PROFILE_STALE'],
  ];
  for (const [what, facts, code] of rows) {
    it(`are ${code} with ${what}`, () => {
      expect(openUserInfo(toSealed(), { ...expectation, ...facts })).to.deep.equal({ kind: 'refused', code });
    });
  }

  it('are anonymous by their mark, and by the name that stands in place of one', () => {
    const watermark = { appid: input.appid, timestamp: 1_477_314_187 };
    const isAnonymous = (facts: object) => {
      const sealed = sealAnew({
        openId,
        nickName: 'Band',
        avatarUrl: 'https://a.example.com/1',
        watermark,
        ...facts,
      });
      const result = openUserInfo(sealed, expectation);
      return result.kind === 'genuine' && result.info.isAnonymous;
    };
    expect(isAnonymous({})).to.equal(false);
    expect(isAnonymous({ is_demote: false })).to.equal(false);
    for (const facts of [{ is_demote: true }, { nickName: '微信用户' }, { nickName: '' }]) {
      expect(isAnonymous(facts), JSON.stringify(facts)).to.equal(true);
    }
  });

  const unreadable: [what: string, facts: Partial<SealedUserInfo>][] = [
    ['an iv of no bytes', { iv: '' }],
    ['an iv of 15 bytes', { iv: Buffer.alloc(15).toString('base64') }],
    ['another iv', { iv: Buffer.alloc(16).toString('base64') }],
    ['no data', { encryptedData: '' }],
    ['half a block', { encryptedData: input.encryptedData.slice(0, 12) }],
    ['text in place of Base64', { encryptedData: '微信' }],
  ];
  for (const [what, facts] of unreadable) {
    it(`are refused and nothing is thrown with ${what}`, () => {
      expect(openUserInfo(toSealed(facts), expectation)).to.include({ code: 'PROFILE_NOT_DECRYPTABLE' });
    });
  }

  it('are refused and nothing is thrown with a session_key that is none, or a signature that is none', () => {
    const sessionKeys = ['not a key'];
    expect(openUserInfo(toSealed({}, 'not a key'), { ...expectation, sessionKeys })).to.include({
      code: 'PROFILE_NOT_DECRYPTABLE',
    });
    for (const signature of ['', 'zz', 'ab'.repeat(21)]) {
      expect(openUserInfo({ ...toSealed(), signature }, expectation)).to.include({
        code: 'PROFILE_SIGNATURE_WRONG',
      });
    }
  });
});

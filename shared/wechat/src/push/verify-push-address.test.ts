import { expect } from 'chai';
import { describe, it } from 'mocha';
import { now, pushVector, sha1OfSorted, toApp, token } from './push.fixture.test.ts';
import { createReceivingApp } from './receiving-app.ts';
import { verifyPushAddress } from './verify-push-address.ts';

const timestamp = '1714036504';
const nonce = '1514711492';
const signature = sha1OfSorted(token, timestamp, nonce);
const good = `signature=${signature}&timestamp=${timestamp}&nonce=${nonce}&echostr=4375120948345356249`;

describe('the check of a push address', () => {
  it('answers the official example with its echostr', () => {
    const { input, expected } = pushVector<{
      input: { token: string; query: Record<string, string> };
      expected: { responseBody: string };
    }>('01-official-url-verification');
    const query = new URLSearchParams(input.query).toString();
    expect(verifyPushAddress(query, toApp({}, [input.token]))).to.deep.equal({
      kind: 'verified',
      echostr: expected.responseBody,
    });
  });

  it('gives the echostr back character for character', () => {
    for (const echostr of ['a b+c/=%&"<', '回调', '0012', ' x ', '\n']) {
      const query = `${good.replace(/[^=]*$/, '')}${encodeURIComponent(echostr)}`;
      expect(verifyPushAddress(query, toApp())).to.deep.equal({ kind: 'verified', echostr });
    }
  });

  it('takes the Token before this one, too, and a question mark before the query', () => {
    expect(verifyPushAddress(`?${good}`, toApp({}, ['NEWTOKEN', token])).kind).to.equal('verified');
  });

  const refused: readonly [what: string, query: string, reason: string][] = [
    ['a wrong signature', good.replace(signature, '0'.repeat(40)), 'signature_mismatch'],
    ['a signature in capitals', good.replace(signature, signature.toUpperCase()), 'signature_mismatch'],
    ['a shorter signature', good.replace(signature, signature.slice(1)), 'signature_mismatch'],
    ['a signature that begins the same', good.replace(signature, `${signature}0`), 'signature_mismatch'],
    ['another nonce', good.replace(nonce, '1'), 'signature_mismatch'],
    ['no signature', good.replace('signature=', 'x='), 'parameter_missing'],
    ['an empty signature', good.replace(signature, ''), 'parameter_missing'],
    ['no timestamp', good.replace('timestamp=', 'x='), 'parameter_missing'],
    ['no echostr', good.replace('echostr=', 'x='), 'parameter_missing'],
    ['an empty query', '', 'parameter_missing'],
    ['a nonce in brackets', good.replace('nonce=', 'nonce[]='), 'query_malformed'],
    ['a nonce in encoded brackets', good.replace('nonce=', 'nonce%5B%5D='), 'query_malformed'],
    ['a nonce twice', `${good}&nonce=${nonce}`, 'query_malformed'],
    ['a nonce twice, once encoded', `${good}&%6Eonce=${nonce}`, 'query_malformed'],
    ['a nonce with a key', `${good}&nonce[a]=1`, 'query_malformed'],
    ['a broken percent sign', `${good}&x=%E5%9`, 'query_malformed'],
    ['2,049 characters', `${good}&x=${'x'.repeat(2_048)}`, 'query_malformed'],
  ];
  for (const [what, query, reason] of refused) {
    it(`refuses ${what}`, () => {
      expect(verifyPushAddress(query, toApp())).to.deep.equal({ kind: 'not-authentic', reason });
    });
  }

  it('is not tied to a time, for it is made by hand and changes nothing', () => {
    expect(Math.abs(now.getTime() / 1_000 - Number(timestamp))).to.be.above(1e7);
    expect(verifyPushAddress(good, toApp()).kind).to.equal('verified');
  });
});

describe('an app that receives pushes', () => {
  it('has a Token', () => {
    const { appId } = toApp();
    const app = { push: undefined, appId } as Parameters<typeof createReceivingApp>[0];
    expect(createReceivingApp(app)).to.equal(undefined);
    expect(createReceivingApp({ ...app, push: { tokens: [], encodingAesKeys: [] } })).to.equal(undefined);
  });

  for (const [what, key] of [
    ['42 characters', 'A'.repeat(42)],
    ['44 characters', `${'A'.repeat(43)}=`],
    ['a character of no base64', `${'A'.repeat(42)}!`],
  ] as const) {
    it(`is refused at start with an EncodingAESKey of ${what}`, () => {
      expect(() => toApp({}, [token], [key])).to.throw('EncodingAESKey');
    });
  }
});

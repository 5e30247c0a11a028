import { expect } from 'chai';
import { describe, it } from 'mocha';
import { maskPersonalData } from './mask-personal-data.ts';

const openId = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o';

describe('a dead letter that is printed', () => {
  const rows: [what: string, payload: unknown][] = [
    ['a payment', { payment: { openId, subOpenId: openId } }],
    ['an event', { event: { type: 'consent.answered', openId } }],
    ['a callback that is forwarded, in JSON', { content: JSON.stringify({ payer: { openid: openId } }) }],
    [
      'one that is passed through, in JSON',
      { body: JSON.stringify({ FromUserName: openId, List: [{ OpenID: openId }] }) },
    ],
    ['the same in XML', { body: `<xml><FromUserName><![CDATA[${openId}]]></FromUserName></xml>` }],
    ['XML without CDATA', { body: `<xml><openid>${openId}</openid></xml>` }],
    ['what the message push has behind its path', { query: `signature=ab&openid=${openId}&nonce=1` }],
    ['callbacks within callbacks', { content: JSON.stringify({ body: JSON.stringify({ OpenId: openId }) }) }],
  ];
  for (const [what, payload] of rows) {
    it(`does not say who somebody is: ${what}`, () => {
      const printed = JSON.stringify(maskPersonalData(payload));
      expect(printed).not.to.include(openId.slice(0, 20));
      expect(printed).to.include('****eS6o');
    });
  }

  it('is otherwise as it was', () => {
    const payload = {
      body: '<xml><A><![CDATA[1]]></A><ToUserName>gh_0123456789ab</ToUserName></xml>',
      content: '{"id":"23637352235060880","n":1}',
      query: 'signature=ab%2F&nonce=1',
      keep: [1, null, 'text'],
    };
    expect(maskPersonalData(payload)).to.deep.equal({
      ...payload,
      body: payload.body,
    });
  });
});

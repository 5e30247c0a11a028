import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  appId,
  encodingAesKey,
  fromUser,
  now,
  originalId,
  pushVector,
  sha1OfSorted,
  toApp,
  token,
} from './push.fixture.test.ts';
import { openPush } from './push-cipher.ts';
import { toCustomerServiceTransfer, toIosRefundAnswer } from './push-question.ts';
import { type PushChannel, sealReply, toPushReply } from './to-push-reply.ts';

interface ReplyVector {
  readonly input: {
    readonly token: string;
    readonly encodingAESKey: string;
    readonly appid: string;
    readonly replyPlaintext: string;
    readonly random16: string;
    readonly timestamp: number;
    readonly nonce: string;
  };
  readonly expected: { readonly replyBody: object; readonly replyBodyXml: string };
}

const json: PushChannel = {
  format: 'json',
  encrypted: false,
  nonce: '415670741',
  tokenIndex: 0,
  aesKeyIndex: 0,
};
const answer = toIosRefundAnswer({ decision: 'refuse', evidence: 'paid <and> delivered ]]> 已发货' });

function bodyOf(...parameters: Parameters<typeof toPushReply>): string {
  return toPushReply(...parameters).body.toString('utf8');
}

function sealVector(
  name: string,
  format: 'json' | 'xml',
): { sealed: string; expected: ReplyVector['expected'] } {
  const { input, expected } = pushVector<ReplyVector>(name);
  const app = toApp({ appId: input.appid }, [input.token], [input.encodingAESKey]);
  const channel = { ...json, format, nonce: input.nonce };
  const at = new Date(input.timestamp * 1_000);
  return { sealed: sealReply(app, channel, input.replyPlaintext, at, input.random16), expected };
}

describe('the answer to a push', () => {
  it('is the official example of an encrypted one in JSON, byte for byte', () => {
    const { sealed, expected } = sealVector('04-official-encrypted-reply-json', 'json');
    expect(sealed).to.equal(JSON.stringify(expected.replyBody));
  });

  it('is the official example of the whole way, from the fields on', () => {
    const { input, expected } = pushVector<ReplyVector>('04-official-encrypted-reply-json');
    const app = toApp({ appId: input.appid }, [input.token], [input.encodingAESKey]);
    const channel = { ...json, encrypted: true };
    const fields = { demo_resp: 'good luck' };
    const at = new Date(input.timestamp * 1_000);
    expect(bodyOf(app, channel, { fields }, at, input.random16)).to.equal(JSON.stringify(expected.replyBody));
  });

  it('is the official example of an encrypted one in XML, byte for byte', () => {
    const { sealed, expected } = sealVector('06-official-encrypted-reply-xml-thirdparty', 'xml');
    expect(sealed).to.equal(expected.replyBodyXml);
  });

  it('is success without quotes, as plain text and never encrypted', () => {
    for (const channel of [json, { ...json, encrypted: true }, { ...json, format: 'xml' as const }]) {
      const reply = toPushReply(toApp(), channel, 'success', now);
      expect(reply.body.toString('utf8')).to.equal('success');
      expect(reply.contentType).to.equal('text/plain; charset=utf-8');
    }
  });

  it("says to Apple's question what the rule decided, and why", () => {
    expect(
      toIosRefundAnswer({ decision: 'allow', info: 'as the rule says', evidence: 'not delivered' }),
    ).to.deep.equal({
      ErrCode: 0,
      ErrMsg: 'success',
      IosRefundQueryResponse: { result_code: 0, result_info: 'as the rule says', evidence: 'not delivered' },
    });
    expect(
      toIosRefundAnswer({ decision: 'refuse', evidence: 'delivered' }).IosRefundQueryResponse,
    ).to.deep.equal({
      result_code: 1,
      result_info: '拒绝退款',
      evidence: 'delivered',
    });
    const allowed = toIosRefundAnswer({ decision: 'allow', evidence: 'not delivered' });
    expect(allowed.IosRefundQueryResponse).to.deep.include({ result_info: '建议退款' });
  });

  it('is in the format of the push', () => {
    const asJson = toPushReply(toApp(), json, { fields: answer }, now);
    expect(JSON.parse(asJson.body.toString('utf8'))).to.deep.equal(answer);
    expect(asJson.contentType).to.equal('application/json; charset=utf-8');

    const asXml = toPushReply(toApp(), { ...json, format: 'xml' }, { fields: answer }, now);
    expect(asXml.body.toString('utf8')).to.equal(
      '<xml><ErrCode>0</ErrCode><ErrMsg><![CDATA[success]]></ErrMsg><IosRefundQueryResponse>' +
        '<result_code>1</result_code><result_info><![CDATA[拒绝退款]]></result_info>' +
        '<evidence><![CDATA[paid <and> delivered ]]]]><![CDATA[> 已发货]]></evidence>' +
        '</IosRefundQueryResponse></xml>',
    );
    expect(asXml.contentType).to.equal('text/xml; charset=utf-8');
  });

  it('leaves out what XML cannot hold', () => {
    const fields = { evidence: 'a\0\u001Bb' };
    expect(bodyOf(toApp(), { ...json, format: 'xml' }, { fields }, now)).to.equal(
      '<xml><evidence><![CDATA[ab]]></evidence></xml>',
    );
  });

  it('hands a message over to people in the words of the push', () => {
    const fields = toCustomerServiceTransfer({ kind: 'customer_service', openId: fromUser, originalId }, now);
    expect(bodyOf(toApp(), { ...json, format: 'xml' }, { fields }, now)).to.equal(
      `<xml><ToUserName><![CDATA[${fromUser}]]></ToUserName><FromUserName><![CDATA[${originalId}]]></FromUserName>` +
        '<CreateTime>1795312800</CreateTime><MsgType><![CDATA[transfer_customer_service]]></MsgType></xml>',
    );
    expect(JSON.parse(bodyOf(toApp(), json, { fields }, now))).to.deep.equal({
      ToUserName: fromUser,
      FromUserName: originalId,
      CreateTime: 1_795_312_800,
      MsgType: 'transfer_customer_service',
    });
  });

  it('is encrypted with the Token and the key that the push was made with, and signed anew', () => {
    const app = toApp({}, ['NEWTOKEN', token], ['A'.repeat(43), encodingAesKey]);
    const channel = { ...json, encrypted: true, tokenIndex: 1, aesKeyIndex: 1 };
    const sealed = JSON.parse(bodyOf(app, channel, { fields: answer }, now));
    expect(sealed).to.have.all.keys('Encrypt', 'MsgSignature', 'TimeStamp', 'Nonce');
    expect(sealed.TimeStamp).to.equal(1_795_312_800);
    expect(sealed.MsgSignature).to.equal(sha1OfSorted(token, '1795312800', '415670741', sealed.Encrypt));
    const opened = openPush(sealed.Encrypt, appId, [Buffer.from(`${encodingAesKey}=`, 'base64')]);
    expect(opened.opened && JSON.parse(opened.message.toString('utf8'))).to.deep.equal(answer);
    expect(bodyOf(app, channel, { fields: answer }, now)).not.to.include(sealed.Encrypt);
  });

  it('is refused on the channel of another app', () => {
    const channel = { ...json, encrypted: true, aesKeyIndex: 1 };
    expect(() => toPushReply(toApp(), channel, { fields: answer }, now)).to.throw('another app');
  });
});

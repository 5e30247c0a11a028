import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { vectorJson, vectorText } from '../pay/vectors.fixture.test.ts';
import { decryptEcb, openReqInfo, toReqInfoKey } from './open-req-info.ts';
import { apiV2Key, encryptReqInfo } from './v2.fixture.test.ts';

interface EcbVector {
  readonly cases: readonly {
    readonly aes_key_ascii: string;
    readonly ciphertext: string;
    readonly plaintext: string;
  }[];
}

describe('the encrypted part of a refund notification', () => {
  for (const file of ['dotnet-aes-256-ecb.json', 'php-aes-256-ecb.json']) {
    it(`is decrypted as in ${file}`, () => {
      for (const { aes_key_ascii, ciphertext, plaintext } of vectorJson<EcbVector>(`v2/${file}`).cases) {
        const decrypted = decryptEcb(Buffer.from(ciphertext, 'base64'), Buffer.from(aes_key_ascii));
        expect(decrypted?.toString('utf8')).to.equal(plaintext);
      }
    });
  }

  it('has the MD5 of the APIv2 key as its key, in small letters', () => {
    expect(toReqInfoKey('exposed_your_key_here_have_risks').toString()).to.equal(
      '4ad14ac334ab13540eb6c5479512a8e8',
    );
  });

  it('is opened from the sample of wechatpay-php', () => {
    const sample = vectorText('v2/php-refund.notification.req_info.sample.xml');
    const opened = openReqInfo(encryptReqInfo(sample), [toReqInfoKey(apiV2Key)]);
    const fields = opened.opened ? opened.fields : new Map<string, string>();
    expect(fields.size).to.equal(13);
    expect(fields.get('refund_id')).to.equal('50000408942018111907145868882');
    expect(fields.get('refund_recv_accout')).to.equal('支付用户零钱');
  });

  it('is opened by the second key although the first pads by chance', () => {
    const reqInfo = encryptReqInfo('<root><a>1</a></root>');
    const ciphertext = Buffer.from(reqInfo, 'base64');
    const keys = Array.from({ length: 10_000 }, (_, n) => toReqInfoKey(String(n)));
    const lucky = keys.find((key) => decryptEcb(ciphertext, key) !== undefined);
    if (lucky === undefined) throw new Error('no key pads by chance');
    expect(openReqInfo(reqInfo, [lucky])).to.include({ opened: false, reason: 'req_info_of_another_key' });
    expect(openReqInfo(reqInfo, [lucky, toReqInfoKey(apiV2Key)])).to.include({ opened: true });
  });

  it('never opens by another key, and throws on nothing', () => {
    const keys = [toReqInfoKey(apiV2Key)];
    const bytes = fc.uint8Array({ maxLength: 64 }).map((value) => Buffer.from(value).toString('base64'));
    fc.assert(
      fc.property(fc.oneof(fc.string(), bytes), (reqInfo) => {
        expect(openReqInfo(reqInfo, keys).opened).to.equal(false);
      }),
      { numRuns: 300 },
    );
  });
});

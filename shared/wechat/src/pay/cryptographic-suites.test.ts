import { createHmac, X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { builtInSuites, shangmiAdvice, toSuites } from './cryptographic-suites.ts';
import { decryptResource } from './decrypt-resource.ts';
import { makeNotification, platform, testMerchant, testNow } from './platform.fixture.test.ts';
import { createReceivingMerchant, receiveNotification } from './receive-notification.ts';
import type { SignedMessage } from './signed-message.ts';
import { vectorJson, vectorText } from './vectors.fixture.test.ts';
import { verifyNotification } from './verify-notification.ts';

interface SignatureVector {
  readonly certificate: string;
  readonly serial: string;
  readonly cases: readonly { readonly message: string; readonly signature_der_base64: string }[];
}
interface CipherVector {
  readonly api_v3_key?: string;
  readonly cases: readonly {
    readonly sm4_key_ascii?: string;
    readonly nonce: string;
    readonly aad: string;
    readonly ciphertext: string;
  }[];
}

const sm2 = 'WECHATPAY2-SM2-WITH-SM3';
const receiving = createReceivingMerchant(testMerchant);

function withType(message: SignedMessage, type: string): SignedMessage {
  return { ...message, headers: { ...message.headers, 'wechatpay-signature-type': [type] } };
}

describe('国密, which is not built in', () => {
  for (const file of ['java-sm2-sm3', 'dotnet-sm2-sm3']) {
    it(`is refused by its own name as a signature, good or bad: ${file}`, () => {
      const { cases, serial, certificate } = vectorJson<SignatureVector>(`v3-shangmi/${file}.json`);
      const pem = vectorText(certificate.replace('../', ''));
      expect(new X509Certificate(pem).serialNumber.toLowerCase()).to.equal(serial.toLowerCase());
      for (const { message, signature_der_base64 } of cases) {
        const headers = {
          ...platform.headersFor(Buffer.from(message), { serial }),
          'wechatpay-signature': [signature_der_base64],
        };
        const sent = withType({ headers, body: Buffer.from(message) }, sm2);
        const refused = { authentic: false, reason: 'shangmi_unsupported' };
        expect(verifyNotification(sent, receiving.keys, testNow)).to.deep.equal(refused);
        expect(receiveNotification(sent, receiving, testNow)).to.deep.equal({
          kind: 'not-authentic',
          reason: 'shangmi_unsupported',
        });
      }
    });
  }

  for (const file of ['java-sm4-gcm', 'dotnet-sm4-gcm']) {
    it(`is refused by its own name as an encryption: ${file}`, () => {
      const { cases, api_v3_key } = vectorJson<CipherVector>(`v3-shangmi/${file}.json`);
      for (const { sm4_key_ascii, nonce, aad, ciphertext } of cases) {
        const resource = { algorithm: 'AEAD_SM4_GCM', nonce, associated_data: aad, ciphertext };
        const keys = [api_v3_key ?? sm4_key_ascii ?? ''];
        expect(decryptResource(resource, keys)).to.deep.equal({
          opened: false,
          reason: 'shangmi_unsupported',
        });
      }
    });
  }

  it('under a signature that is ours keeps the notification, and says what to do', () => {
    const outcome = receiveNotification(makeNotification({ algorithm: 'AEAD_SM4_GCM' }), receiving, testNow);
    expect(outcome)
      .to.have.nested.property('callback.facts[0].event.problem')
      .that.includes('shangmi_unsupported')
      .and.includes(shangmiAdvice);
    expect(shangmiAdvice).to.include('WECHATPAY2-SHA256-RSA2048').and.include('SignatureSuite');
  });

  it('is not what any other unknown type or algorithm is called', () => {
    const odd = withType(makeNotification(), 'WECHATPAY2-SHA1');
    expect(receiveNotification(odd, receiving, testNow)).to.have.property(
      'reason',
      'signature_type_unsupported',
    );
  });
});

describe("a suite and a cipher of the caller's own", () => {
  const secret = 'only for this test';
  const ownSuites = toSuites(
    [
      ...builtInSuites.signatures.values(),
      {
        signatureType: sm2,
        isSignedBy: (_key, signed, signature) =>
          createHmac('sha256', secret).update(signed).digest('base64') === signature,
      },
    ],
    [
      ...builtInSuites.ciphers.values(),
      {
        algorithm: 'AEAD_SM4_GCM',
        open: ({ ciphertext }) => ({
          opened: true,
          plaintext: Buffer.from(ciphertext, 'base64').toString('utf8'),
        }),
      },
    ],
  );
  const own = createReceivingMerchant(testMerchant, receiving.keys, ownSuites);

  it('verify and open what names them, and leave the built-in ones as they are', () => {
    const envelope = (made: Record<string, unknown>) => {
      const resource = { ...(made.resource as object), algorithm: 'AEAD_SM4_GCM' };
      const complaint = Buffer.from('{"complaint_id":"1"}').toString('base64');
      return { ...made, event_type: 'COMPLAINT.CREATE', resource: { ...resource, ciphertext: complaint } };
    };
    const { headers, body } = makeNotification({ envelope });
    const signed = Buffer.concat([
      Buffer.from(`${headers['wechatpay-timestamp']}\n${headers['wechatpay-nonce']}\n`),
      body,
      Buffer.from('\n'),
    ]);
    const signature = createHmac('sha256', secret).update(signed).digest('base64');
    const sent = withType({ headers: { ...headers, 'wechatpay-signature': [signature] }, body }, sm2);
    const outcome = receiveNotification(sent, own, testNow);
    expect(outcome).to.have.nested.property('callback.facts[0].event.complaintId', '1');
    expect(receiveNotification({ ...sent, body: Buffer.from('{}') }, own, testNow)).to.include({
      kind: 'not-authentic',
      reason: 'signature_wrong',
    });
    expect(receiveNotification(makeNotification(), own, testNow)).to.include({ kind: 'genuine' });
  });
});

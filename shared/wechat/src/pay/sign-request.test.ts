import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { merchantPublicKey, testMerchant } from './platform.fixture.test.ts';
import { toPaySignMessage, toRequestPaymentParameters } from './request-payment.ts';
import { createAuthorization, signText, toAuthorization, toRequestMessage } from './sign-request.ts';
import { vectorJson, vectorText } from './vectors.fixture.test.ts';

const privateKey = createPrivateKey(testMerchant.merchantPrivateKeyPem);

describe('signing a request', () => {
  interface GoVector {
    mchid: string;
    serial_no: string;
    nonce_str: string;
    timestamp: number;
    cases: { method: 'GET' | 'POST'; canonical_url: string; body: string; message: string; header: string }[];
  }
  const vector = vectorJson<GoVector>('v3-request/go-authorization.json');
  for (const { method, canonical_url, body, message, header } of vector.cases) {
    it(`lays out message and header of a ${method} as wechatpay-go does`, () => {
      const request = { method, pathWithQuery: canonical_url, body };
      const { nonce_str: nonce, timestamp } = vector;
      expect(toRequestMessage({ ...request, timestamp, nonce })).to.equal(message);
      const signed = { mchId: vector.mchid, merchantSerialNo: vector.serial_no, nonce, timestamp };
      expect(toAuthorization('WECHATPAY2-Mock', { ...signed, signature: `Sign:${message}` })).to.equal(
        header,
      );
    });
  }

  it('signs the path with its query, as wechatpay-java does', () => {
    interface JavaVector {
      url: string;
      timestamp: number;
      nonce_str: string;
      body: string;
      expect_message: string;
    }
    const java = vectorJson<JavaVector>('v3-request/java-canonical-message.json');
    const { pathname, search } = new URL(java.url);
    const { timestamp, nonce_str: nonce, body } = java;
    const message = toRequestMessage({
      method: 'GET',
      pathWithQuery: pathname + search,
      timestamp,
      nonce,
      body,
    });
    expect(message).to.equal(java.expect_message);
  });

  it('puts a signature into the header that verifies with the merchant key, Han included', () => {
    const request = {
      method: 'POST',
      pathWithQuery: '/v3/pay/transactions/jsapi',
      timestamp: 1_795_312_800,
      nonce: 'abc',
      body: '{"description":"一杯茶"}',
    } as const;
    const header = createAuthorization({ ...testMerchant, privateKey }, request);
    expect(header).to.match(
      /^WECHATPAY2-SHA256-RSA2048 mchid="1900000001",nonce_str="abc",timestamp="1795312800",serial_no="5157F09EFDC096DE15EBE81A47057A7232F1B8E1",signature="[A-Za-z0-9+/]{342}=="$/,
    );
    const signature = Buffer.from(header.match(/signature="(.*)"/)?.[1] ?? '', 'base64');
    const message = Buffer.from(toRequestMessage(request), 'utf8');
    expect(verify('RSA-SHA256', message, merchantPublicKey, signature)).to.equal(true);
  });

  it("gives, byte for byte, openssl's own signature", function () {
    const folder = mkdtempSync(join(tmpdir(), 'huidiao-openssl-'));
    try {
      const text = 'POST\n/v3/pay/transactions/jsapi\n1795312800\nabc\n{"description":"一杯茶"}\n';
      writeFileSync(join(folder, 'key.pem'), testMerchant.merchantPrivateKeyPem, { mode: 0o600 });
      writeFileSync(join(folder, 'message'), text);
      const signed = openssl(['dgst', '-sha256', '-sign', join(folder, 'key.pem'), join(folder, 'message')]);
      if (signed === undefined) return this.skip();
      expect(signText(text, privateKey)).to.equal(signed.toString('base64'));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('the parameters of wx.requestPayment', () => {
  interface PaySignVector {
    appId: string;
    timeStamp: string;
    nonceStr: string;
    package: string;
    signType: string;
    expect_message: string;
  }
  const vector = vectorJson<PaySignVector>('v3-request/official-paysign-message.json');
  const payment = {
    appId: vector.appId,
    prepayId: vector.package.replace('prepay_id=', ''),
    timestamp: Number(vector.timeStamp),
    nonce: vector.nonceStr,
  };

  it('are signed over the four lines of the official sample', () => {
    expect(toPaySignMessage(payment)).to.equal(vector.expect_message);
  });

  it('hold exactly what the mini-program passes on, with a paySign that verifies', () => {
    const { paySign, ...others } = toRequestPaymentParameters({ ...payment, privateKey });
    const { timeStamp, nonceStr, signType } = vector;
    expect(others).to.deep.equal({ timeStamp, nonceStr, package: vector.package, signType });
    const message = Buffer.from(vector.expect_message);
    expect(verify('RSA-SHA256', message, merchantPublicKey, Buffer.from(paySign, 'base64'))).to.equal(true);
    const stranger = createPublicKey(vectorText('pem/go_public_key.pem'));
    expect(verify('RSA-SHA256', message, stranger, Buffer.from(paySign, 'base64'))).to.equal(false);
  });
});

/** What the openssl command prints, or undefined on a machine without it. */
function openssl(args: string[]): Buffer | undefined {
  try {
    return execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

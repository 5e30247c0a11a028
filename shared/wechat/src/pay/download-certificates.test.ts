import type { Merchant } from '@huidiao/contracts';
import { toAppError } from '@huidiao/errors';
import { rsaKeysOf } from '@huidiao/testing';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { createHttpAgents } from '../http/http-agents.ts';
import { startTestServer, type TestServer } from '../http/test-server.fixture.test.ts';
import { answerAs, createCertifiedPlatform, sealCertificate } from './certificate-platform.fixture.test.ts';
import { createPayCaller } from './create-pay-caller.ts';
import { downloadCertificates } from './download-certificates.ts';
import { openCertificates } from './open-certificates.ts';
import { createPlatform, platform, testMerchant, testNow } from './platform.fixture.test.ts';
import { createPlatformKeys } from './platform-keys.ts';
import { vectorJson, vectorText } from './vectors.fixture.test.ts';

const one = createCertifiedPlatform('5157F09EFDC096DE15EBE81A47057A7232F1B8E1');
const two = createCertifiedPlatform('0A1B2C3D4E5F60718293A4B5C6D7E8F901234567');
const listOf = (...platforms: (typeof one)[]) => ({ data: platforms.map((each) => sealCertificate(each)) });

describe('the download of platform certificates', () => {
  const agents = createHttpAgents();
  let server: TestServer;
  before(async () => {
    server = await startTestServer(() => undefined);
  });
  after(async () => {
    agents.close();
    await server.close();
  });

  /** What comes of a download: the serials, or the code of the error. */
  async function download(facts: Partial<Merchant> = {}): Promise<readonly string[] | string> {
    const merchant = { ...testMerchant, wechatpayPublicKeys: [], ...facts };
    const caller = createPayCaller({
      merchant,
      keys: createPlatformKeys(merchant),
      baseUrl: server.baseUrl,
      timeoutMs: 2_000,
      clock: { now: () => testNow },
      agents,
    });
    const apiV3Keys = [merchant.apiV3Key, merchant.apiV3KeyPrevious].filter((key) => key !== undefined);
    return downloadCertificates(caller, apiV3Keys).then(
      (certificates) => certificates.map(({ serial }) => serial),
      (error) => toAppError(error).code,
    );
  }
  function answer(json: unknown, signer?: Parameters<typeof answerAs>[0], status?: number): void {
    server.answer = (_request, response) => answerAs(signer, response, json, status);
  }
  const serialOf = ({ id }: { id: string }) => id.replace(/^0+/, '');

  it('asks by GET /v3/certificates with a signed request', async () => {
    answer(listOf(one), one);
    await download();
    const { method, url, headers } = server.received.at(-1) ?? expect.fail('nothing came');
    expect([method, url]).to.deep.equal(['GET', '/v3/certificates']);
    expect(headers.authorization).to.match(/^WECHATPAY2-SHA256-RSA2048 mchid="1900000001"/);
  });

  it('verifies the first one with a certificate that it brings itself', async () => {
    answer(listOf(one, two), two);
    expect(await download()).to.deep.equal([one, two].map(serialOf));
  });

  it('verifies later ones with what is known', async () => {
    answer(listOf(two), one);
    expect(await download({ platformCertificatePems: [one.pem] })).to.deep.equal([serialOf(two)]);
  });

  it('goes on where nothing that is known has signed, such as after a long pause', async () => {
    answer(listOf(two), two);
    expect(await download({ platformCertificatePems: [one.pem] })).to.deep.equal([serialOf(two)]);
  });

  it('takes the public key for the signature of the answer, during the change to it', async () => {
    answer(listOf(one), platform);
    const { wechatpayPublicKeys } = testMerchant;
    expect(await download({ wechatpayPublicKeys })).to.deep.equal([serialOf(one)]);
    expect(server.received.at(-1)?.headers['wechatpay-serial']).to.equal(platform.id);
  });

  it('refuses an answer that somebody else signed under a known name, and one under a name that it brings', async () => {
    const forger = createPlatform(one.id, rsaKeysOf('forger'));
    answer(listOf(two), forger);
    expect(await download({ platformCertificatePems: [one.pem] })).to.equal('WECHAT_RESPONSE_NOT_AUTHENTIC');
    answer(listOf(one), forger);
    expect(await download()).to.equal('WECHAT_RESPONSE_NOT_AUTHENTIC');
  });

  it('does not take a forged empty list for a merchant without certificates', async () => {
    answer({ data: [] }, createPlatform(one.id, rsaKeysOf('forger')));
    expect(await download({ platformCertificatePems: [one.pem] })).to.equal('WECHAT_RESPONSE_NOT_AUTHENTIC');
    answer({ data: [] });
    expect(await download()).to.equal('WECHAT_RESPONSE_NOT_AUTHENTIC');
  });

  it('refuses an answer that is not signed, and one under a name that nobody knows', async () => {
    answer(listOf(one));
    expect(await download()).to.equal('WECHAT_RESPONSE_NOT_AUTHENTIC');
    answer(listOf(one), two);
    expect(await download()).to.equal('WECHAT_RESPONSE_NOT_AUTHENTIC');
  });

  it('takes certificates that open with the previous APIv3 key', async () => {
    answer(listOf(one), one);
    const { apiV3Key } = testMerchant;
    expect(await download({ apiV3Key: 'n'.repeat(32), apiV3KeyPrevious: apiV3Key })).to.deep.equal([
      serialOf(one),
    ]);
  });

  it('says that the APIv3 key is wrong, whoever signed the answer', async () => {
    for (const facts of [{}, { platformCertificatePems: [one.pem] }]) {
      answer(listOf(one), one);
      expect(await download({ apiV3Key: 'n'.repeat(32), ...facts })).to.equal(
        'WECHAT_CERTIFICATES_NOT_OPENED',
      );
    }
  });

  const none: [what: string, json: unknown, status: number, signer: typeof one | undefined][] = [
    ['an empty list', { data: [] }, 200, one],
    ['404 NOT_FOUND', { code: 'NOT_FOUND', message: '' }, 404, undefined],
    ['RESOURCE_NOT_EXISTS', { code: 'RESOURCE_NOT_EXISTS', message: '无可用的平台证书' }, 404, undefined],
    ['the same, signed with a key that we do not have', { code: 'RESOURCE_NOT_EXISTS' }, 404, one],
  ];
  for (const [what, json, status, signer] of none) {
    it(`takes ${what} for a merchant without certificates`, async () => {
      answer(json, signer, status);
      expect(await download()).to.deep.equal([]);
    });
  }

  const failures: [what: string, json: unknown, status: number, code: string][] = [
    ['a refused signature', { code: 'SIGN_ERROR' }, 401, 'WECHAT_CREDENTIALS_REFUSED'],
    ['a limit', { code: 'RATELIMIT_EXCEEDED' }, 429, 'WECHAT_BUSY'],
    ['an error of its own', { code: 'SYSTEM_ERROR' }, 500, 'WECHAT_SYSTEM_ERROR'],
  ];
  for (const [what, json, status, code] of failures) {
    it(`does not take ${what} for that`, async () => {
      answer(json, undefined, status);
      expect(await download()).to.equal(code);
    });
  }
});

describe('openCertificates', () => {
  it('opens the download that wechatpay-go tests with', () => {
    const vector = vectorJson<{ api_v3_key: string; response_body: string; expect: { serials: string[] } }>(
      'v3-certificates/go-download.json',
    );
    const opened = openCertificates(JSON.parse(vector.response_body), [vector.api_v3_key]);
    expect(opened.map(({ serial }) => serial)).to.deep.equal(vector.expect.serials);
    const [configured] = [vectorText('pem/go_platform_cert_D7CE59D1F522D701.pem')];
    const keys = createPlatformKeys({ wechatpayPublicKeys: [], platformCertificatePems: [configured] });
    expect(opened[0]?.key.equals(keys.find('D7CE59D1F522D701') ?? expect.fail())).to.equal(true);
  });

  const { apiV3Key } = testMerchant;
  const sm2 = {
    ...sealCertificate(one),
    encrypt_certificate: { algorithm: 'AEAD_SM4_GCM', nonce: '1', ciphertext: '' },
  };

  it('leaves out what is sealed for SM2, and what cannot be used beside others that can', () => {
    const renamed = { ...sealCertificate(one), serial_no: two.id };
    const nonsense = sealCertificate({ id: 'AB', pem: 'nonsense' });
    const foreign = sealCertificate(two, 'n'.repeat(32));
    const opened = openCertificates({ data: [sm2, renamed, nonsense, foreign, sealCertificate(one)] }, [
      apiV3Key,
    ]);
    expect(opened.map(({ serial }) => serial)).to.deep.equal([one.id]);
    expect(openCertificates({ data: [sm2] }, [apiV3Key])).to.deep.equal([]);
  });

  const refused: [what: string, json: unknown, code: string][] = [
    ['nothing', undefined, 'WECHAT_SYSTEM_ERROR'],
    ['no list', { data: 'x' }, 'WECHAT_SYSTEM_ERROR'],
    ['a list without end', { data: Array(101).fill(sm2) }, 'WECHAT_SYSTEM_ERROR'],
    [
      'a certificate under the serial of another',
      { data: [{ ...sealCertificate(one), serial_no: two.id }] },
      'WECHAT_SYSTEM_ERROR',
    ],
    ['no certificate', { data: [sealCertificate({ id: 'AB', pem: 'nonsense' })] }, 'WECHAT_SYSTEM_ERROR'],
  ];
  for (const [what, json, code] of refused) {
    it(`refuses ${what}`, () => {
      expect(() => openCertificates(json, [apiV3Key]))
        .to.throw()
        .with.property('code', code);
    });
  }
});

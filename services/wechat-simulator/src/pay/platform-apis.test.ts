import { X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createSimulator, type PlatformMode, type Simulator, type SimulatorSettings } from '../index.ts';
import {
  type Answer,
  callJson,
  callPay,
  createReceiver,
  openResource,
  testMerchant,
  verifySignature,
} from '../wechat-simulator.fixture.test.ts';

const { mchId } = testMerchant;
const serviceProvider = { ...testMerchant, isServiceProvider: true };

async function withSimulator(
  settings: Partial<SimulatorSettings>,
  work: (simulator: Simulator) => Promise<void>,
): Promise<void> {
  const simulator = await createSimulator({ merchants: [testMerchant], ...settings });
  try {
    await work(simulator);
  } finally {
    await simulator.close();
  }
}

interface Downloaded {
  readonly serial_no: string;
  readonly effective_time: string;
  readonly expire_time: string;
  readonly encrypt_certificate: {
    readonly algorithm: string;
    readonly nonce: string;
    readonly associated_data: string;
    readonly ciphertext: string;
  };
}

describe('wechat-simulator: certificates, registered callbacks, echo', () => {
  describe('GET /v3/certificates', () => {
    const download = ({ uri }: Simulator, query = ''): Promise<Answer> =>
      callPay(uri, 'GET', `/v3/certificates${query}`);
    const dataOf = ({ text }: Answer): Downloaded[] => (JSON.parse(text) as { data: Downloaded[] }).data;

    for (const [mode, count] of [
      ['certificate', 1],
      ['migration', 1],
      ['renewal', 2],
    ] as [PlatformMode, number][]) {
      it(`in ${mode} gives ${count}, encrypted under the APIv3 key, its answer signed by one of them`, () =>
        withSimulator({ platform: { mode } }, async (simulator) => {
          const answer = await download(simulator);
          const data = dataOf(answer);
          expect(data).to.have.length(count);
          for (const { serial_no, effective_time, expire_time, encrypt_certificate } of data) {
            expect(encrypt_certificate).to.include({
              algorithm: 'AEAD_AES_256_GCM',
              associated_data: 'certificate',
            });
            const certificate = new X509Certificate(openResource(encrypt_certificate, testMerchant.apiV3Key));
            expect(certificate.serialNumber).to.equal(serial_no);
            expect(Date.parse(effective_time)).to.equal(Date.parse(certificate.validFrom));
            expect(Date.parse(expire_time)).to.equal(Date.parse(certificate.validTo));
          }
          const { serial, verifies } = verifySignature(
            (name) => answer.headers.get(name),
            answer.text,
            simulator.platform,
          );
          expect(verifies).to.equal(true);
          expect(data.map(({ serial_no }) => serial_no)).to.include(serial);
          expect(simulator.ledger().calls.counts.certificates).to.equal(1);
        }));
    }

    it('for a merchant with the public key alone there are none, which is said in three ways', () =>
      withSimulator({}, async (simulator) => {
        const first = await download(simulator);
        expect([first.status, first.json.code]).to.deep.equal([404, 'RESOURCE_NOT_EXISTS']);
        simulator.faults.set({ no_certificates_answer: 'NOT_FOUND' });
        expect((await download(simulator)).json.code).to.equal('NOT_FOUND');
        simulator.faults.set({ no_certificates_answer: 'empty' });
        expect(dataOf(await download(simulator))).to.deep.equal([]);
        expect(simulator.ledger().calls.counts.certificates).to.equal(3);
      }));

    it('algorithm_type chooses, and a merchant without SM has none of those', () =>
      withSimulator({ platform: { mode: 'certificate' } }, async (simulator) => {
        expect(dataOf(await download(simulator, '?algorithm_type=ALL'))).to.have.length(1);
        expect(dataOf(await download(simulator, '?algorithm_type=RSA'))).to.have.length(1);
        expect(dataOf(await download(simulator, '?algorithm_type=SM2'))).to.have.length(0);
        expect((await download(simulator, '?algorithm_type=DSA')).json.code).to.equal('PARAM_ERROR');
      }));

    it('a renewed certificate is in force at once beside the old one, which can be retired', () =>
      withSimulator({ platform: { mode: 'certificate' } }, async (simulator) => {
        const [old] = simulator.platform.certificates;
        const renew = (path: string) => callJson('POST', `${simulator.uri}/simulator/platform-keys/${path}`);
        const { serial } = JSON.parse((await renew('renew')).text) as { serial: string };
        expect(dataOf(await download(simulator)).map(({ serial_no }) => serial_no)).to.deep.equal([
          old?.serial,
          serial,
        ]);
        const receiver = await createReceiver();
        try {
          for (let index = 0; index < 30; index += 1)
            await simulator.sendEvent('payment', { url: receiver.url });
          const serials = receiver.received.map(({ headers }) => headers['wechatpay-serial']);
          expect(new Set(serials)).to.deep.equal(new Set([old?.serial, serial]));
          await renew('retire');
          await simulator.sendEvent('payment', { url: receiver.url });
          expect(receiver.received.at(-1)?.headers['wechatpay-serial']).to.equal(serial);
          expect(simulator.platform.certificates.map((one) => one.serial)).to.deep.equal([serial]);
          expect((await renew('retire')).json.code).to.equal('CERTIFICATE_NEEDED');
        } finally {
          await receiver.close();
        }
      }));
  });

  describe('callbacks that are registered by API', () => {
    const url = 'http://127.0.0.1:9/callbacks/wechat-pay/1900000109';
    const codeOf = ({ status, json }: Answer): (string | number)[] => [status, json?.code ?? ''];

    for (const [path, member, settings] of [
      ['/v3/merchant-service/complaint-notifications', 'url', {}],
      ['/v3/merchant-risk-manage/violation-notifications', 'notify_url', { merchants: [serviceProvider] }],
    ] as const) {
      it(`${path} is created once, read, changed and deleted`, () =>
        withSimulator(settings, async ({ uri }) => {
          expect(codeOf(await callPay(uri, 'GET', path))).to.deep.equal([400, 'RESOURCE_NOT_EXISTS']);
          expect(codeOf(await callPay(uri, 'PUT', path, { [member]: url }))).to.deep.equal([
            400,
            'RESOURCE_NOT_EXISTS',
          ]);
          expect((await callPay(uri, 'POST', path, { [member]: url })).status).to.equal(200);
          expect(codeOf(await callPay(uri, 'POST', path, { [member]: url }))).to.deep.equal([
            400,
            'RESOURCE_ALREADY_EXISTS',
          ]);
          expect((await callPay(uri, 'PUT', path, { [member]: `${url}/new` })).status).to.equal(200);
          expect(JSON.parse((await callPay(uri, 'GET', path)).text)).to.include({ [member]: `${url}/new` });
          expect((await callPay(uri, 'DELETE', path)).status).to.equal(204);
          expect(codeOf(await callPay(uri, 'DELETE', path))).to.deep.equal([400, 'RESOURCE_NOT_EXISTS']);
          expect(codeOf(await callPay(uri, 'POST', path, { [member]: `${url}?a=1` }))).to.deep.equal([
            400,
            'PARAM_ERROR',
          ]);
          expect(codeOf(await callPay(uri, 'POST', path, {}))).to.deep.equal([400, 'PARAM_ERROR']);
        }));
    }

    for (const path of ['/v3/marketing/favor/callbacks', '/v3/marketing/busifavor/callbacks']) {
      it(`${path} is set as often as wanted, and read`, () =>
        withSimulator({}, async ({ uri }) => {
          expect(codeOf(await callPay(uri, 'GET', `${path}?mchid=${mchId}`))).to.deep.equal([
            404,
            'RESOURCE_NOT_EXISTS',
          ]);
          for (const one of [url, `${url}/new`]) {
            const answer = await callPay(uri, 'POST', path, { mchid: mchId, notify_url: one });
            expect(JSON.parse(answer.text)).to.include({ notify_url: one });
          }
          const read = await callPay(uri, 'GET', `${path}?mchid=${mchId}`);
          expect(JSON.parse(read.text)).to.include({ notify_url: `${url}/new` });
          expect(codeOf(await callPay(uri, 'GET', `${path}?mchid=1`))).to.deep.equal([400, 'PARAM_ERROR']);
        }));
    }

    it('violations are only for those that have merchants below them', () =>
      withSimulator({}, async ({ uri }) => {
        const answer = await callPay(uri, 'GET', '/v3/merchant-risk-manage/violation-notifications');
        expect(codeOf(answer)).to.deep.equal([403, 'NO_AUTH']);
      }));

    it('an event goes to the address that was registered for its kind', () =>
      withSimulator({}, async (simulator) => {
        const receiver = await createReceiver();
        try {
          await callPay(simulator.uri, 'POST', '/v3/merchant-service/complaint-notifications', {
            url: receiver.url,
          });
          expect((await simulator.sendEvent('complaint')).isAccepted).to.equal(true);
          expect(receiver.received).to.have.length(1);
          expect(() => simulator.announceEvent('coupon-used')).to.throw('name a url');
        } finally {
          await receiver.close();
        }
      }));
  });

  describe('POST /v3/security/echo', () => {
    it('says back what was said and announces it to a service provider', () =>
      withSimulator({ merchants: [serviceProvider] }, async (simulator) => {
        const receiver = await createReceiver();
        try {
          const body = { echo_message: '你好', notify_url: receiver.url };
          const askedSerial = simulator.platform.publicKey?.id ?? '';
          const answer = await callPay(simulator.uri, 'POST', '/v3/security/echo', body, { askedSerial });
          expect(JSON.parse(answer.text)).to.deep.equal({ echo_message: '你好' });
          await simulator.clock.advance(1_000);
          const envelope = JSON.parse(receiver.received[0]?.body ?? '') as {
            event_type: string;
            resource: Parameters<typeof openResource>[0] & { original_type: string };
          };
          expect(envelope.event_type).to.equal('SECURITY_ECHO.SUCCESS');
          expect(envelope.resource.original_type).to.equal('security');
          expect(JSON.parse(openResource(envelope.resource, testMerchant.apiV3Key))).to.include({
            echo_message: '你好',
          });
          const without = await callPay(simulator.uri, 'POST', '/v3/security/echo', body);
          expect([without.status, without.json.code]).to.deep.equal([400, 'PARAM_ERROR']);
        } finally {
          await receiver.close();
        }
      }));

    it('is not for direct merchants', () =>
      withSimulator({}, async ({ uri }) => {
        const { status, json } = await callPay(uri, 'POST', '/v3/security/echo', { echo_message: 'hello' });
        expect([status, json.code]).to.deep.equal([403, 'NO_AUTH']);
      }));
  });
});

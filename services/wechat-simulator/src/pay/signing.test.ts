import { X509Certificate } from 'node:crypto';
import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  createSimulator,
  type PlatformSettings,
  probePrefix,
  type Simulator,
  type SimulatorSettings,
} from '../index.ts';
import {
  type Answer,
  type CallOptions,
  callPay,
  createReceiver,
  prepayBody,
  type Receiver,
  requestPayment,
  testApp,
  testMerchant,
  verifySignature,
} from '../wechat-simulator.fixture.test.ts';

const path = '/v3/pay/transactions/jsapi';
const unusedUrl = 'http://127.0.0.1:9/notify';

async function withSimulator<T>(
  settings: Partial<SimulatorSettings>,
  work: (simulator: Simulator) => Promise<T>,
): Promise<T> {
  const simulator = await createSimulator({ merchants: [testMerchant], apps: [testApp], ...settings });
  try {
    return await work(simulator);
  } finally {
    await simulator.close();
  }
}

const withPlatform = <T>(
  platform: PlatformSettings,
  work: (simulator: Simulator) => Promise<T>,
): Promise<T> => withSimulator({ platform }, work);

const prepay = (simulator: Simulator, options?: CallOptions): Promise<Answer> =>
  callPay(simulator.uri, 'POST', path, prepayBody(unusedUrl), options);

const verify = (answer: Answer, { platform }: Simulator) =>
  verifySignature((name) => answer.headers.get(name), answer.text, platform);

/** Pays `count` orders, and gives what the receiver was sent, each verified. */
async function notify(simulator: Simulator, receiver: Receiver, count: number) {
  for (let index = 0; index < count; index += 1) {
    const { json } = await callPay(simulator.uri, 'POST', path, prepayBody(receiver.url));
    simulator.pay(requestPayment(json.prepay_id));
  }
  await waitFor('all notifications', () =>
    simulator.ledger().notifications.every(({ state }) => state === 'acknowledged'),
  );
  return receiver.received.map(({ headers, body }) =>
    verifySignature((name) => headers[name]?.toString(), body, simulator.platform),
  );
}

describe('wechat-simulator: whose key signs', () => {
  it('in public-key mode answers and notifications verify under the public key and name its id', () =>
    withPlatform({ mode: 'public_key' }, async (simulator) => {
      const receiver = await createReceiver();
      try {
        const id = simulator.platform.publicKey?.id;
        expect(id).to.match(/^PUB_KEY_ID_\d{34}$/);
        expect(simulator.platform.certificates).to.deep.equal([]);
        expect(verify(await prepay(simulator), simulator)).to.deep.equal({ serial: id, verifies: true });
        expect(await notify(simulator, receiver, 2)).to.deep.equal(
          Array(2).fill({ serial: id, verifies: true }),
        );
      } finally {
        await receiver.close();
      }
    }));

  it('in certificate mode they verify under an X.509 certificate and name its serial', () =>
    withPlatform({ mode: 'certificate' }, async (simulator) => {
      const receiver = await createReceiver();
      try {
        const [certificate] = simulator.platform.certificates;
        const { serialNumber } = new X509Certificate(certificate?.pem ?? '');
        expect(certificate?.serial).to.equal(serialNumber);
        expect(serialNumber).to.match(/^[0-9A-F]{40}$/);
        expect(verify(await prepay(simulator), simulator)).to.deep.equal({
          serial: serialNumber,
          verifies: true,
        });
        expect(await notify(simulator, receiver, 1)).to.deep.equal([
          { serial: serialNumber, verifies: true },
        ]);
      } finally {
        await receiver.close();
      }
    }));

  it('in migration an answer is signed by the key that the request asks for, by the certificate if by none', () =>
    withPlatform({ mode: 'migration' }, async (simulator) => {
      const certificate = simulator.platform.certificates[0]?.serial ?? '';
      const publicKey = simulator.platform.publicKey?.id ?? '';
      const cases: [CallOptions, string][] = [
        [{}, certificate],
        [{ askedSerial: publicKey }, publicKey],
        [{ askedSerial: certificate }, certificate],
        [{ askedSerial: certificate.toLowerCase() }, certificate],
        [{ askedSerial: `00${certificate}` }, certificate],
      ];
      for (const [options, serial] of cases) {
        const answer = await prepay(simulator, options);
        expect(answer.status, answer.text).to.equal(200);
        expect(verify(answer, simulator)).to.deep.equal({ serial, verifies: true });
      }
    }));

  it('a Wechatpay-Serial that names none of its keys gets a signed 400 INVALID_REQUEST', () =>
    withPlatform({ mode: 'public_key' }, async (simulator) => {
      for (const askedSerial of ['PUB_KEY_ID_1', '5AF0', 'zz']) {
        const answer = await prepay(simulator, { askedSerial });
        expect([answer.status, answer.json.code]).to.deep.equal([400, 'INVALID_REQUEST']);
        expect(verify(answer, simulator).verifies).to.equal(true);
      }
    }));

  it('in migration the set share of notifications is signed by the public key', async () => {
    const receiver = await createReceiver();
    try {
      for (const [migrationShare, kinds] of [
        [0, ['certificate']],
        [1, ['public key']],
        [0.5, ['certificate', 'public key']],
      ] as const) {
        receiver.received.length = 0;
        await withPlatform({ mode: 'migration', migrationShare }, async (simulator) => {
          const seen = await notify(simulator, receiver, 12);
          expect(seen.every(({ verifies }) => verifies)).to.equal(true);
          const named = seen.map(({ serial }) =>
            serial.startsWith('PUB_KEY_ID_') ? 'public key' : 'certificate',
          );
          expect([...new Set(named)].sort()).to.deep.equal(kinds);
        });
      }
    } finally {
      await receiver.close();
    }
  });

  it('in renewal both certificates sign, at random', () =>
    withPlatform({ mode: 'renewal' }, async (simulator) => {
      const receiver = await createReceiver();
      try {
        const seen = await notify(simulator, receiver, 12);
        expect(seen.every(({ verifies }) => verifies)).to.equal(true);
        expect(new Set(seen.map(({ serial }) => serial)).size).to.equal(2);
      } finally {
        await receiver.close();
      }
    }));

  for (const serialSpelling of ['lower_case', 'leading_zeros'] as const) {
    it(`a certificate's serial can come with ${serialSpelling}`, () =>
      withPlatform({ mode: 'certificate', serialSpelling }, async (simulator) => {
        const { serial, verifies } = verify(await prepay(simulator), simulator);
        const issued = simulator.platform.certificates[0]?.serial ?? '';
        expect(verifies).to.equal(true);
        expect(serial).to.equal(serialSpelling === 'lower_case' ? issued.toLowerCase() : `0000${issued}`);
      }));
  }

  it('an answer without a body is signed over the empty body, and errors are signed', () =>
    withPlatform({}, async (simulator) => {
      const closePath = '/v3/pay/transactions/out-trade-no/UNKNOWN1/close';
      const closed = await callPay(simulator.uri, 'POST', closePath, { mchid: testMerchant.mchId });
      expect([closed.status, closed.text]).to.deep.equal([204, '']);
      expect(verify(closed, simulator).verifies).to.equal(true);
      const refused = await callPay(simulator.uri, 'POST', path, {});
      expect(refused.status).to.equal(400);
      expect(verify(refused, simulator).verifies).to.equal(true);
    }));
});

describe('wechat-simulator: signature probes', () => {
  it('with a share of 1 every answer is probed once, and the same request repeated is answered genuinely', () =>
    withSimulator({ probeShare: 1 }, async (simulator) => {
      const body = prepayBody(unusedUrl);
      const probed = await callPay(simulator.uri, 'POST', path, body);
      expect(probed.headers.get('wechatpay-signature')?.startsWith(probePrefix)).to.equal(true);
      expect(probed.headers.get('wechatpay-signature')).to.have.length(355);
      expect(verify(probed, simulator).verifies).to.equal(false);
      const genuine = await callPay(simulator.uri, 'POST', path, body);
      expect(verify(genuine, simulator).verifies).to.equal(true);
    }));

  it('a prepay_id out of a probed answer that is paid with is reported', () =>
    withSimulator({ probeShare: 1 }, async (simulator) => {
      const body = prepayBody(unusedUrl);
      const probed = await callPay(simulator.uri, 'POST', path, body);
      simulator.pay(requestPayment(probed.json.prepay_id));
      expect(simulator.ledger().probes_accepted).to.have.length(1);
      expect(simulator.ledger().probes_accepted[0]).to.include({
        kind: 'answer',
        subject: body.out_trade_no,
      });
    }));

  it('a notification is preceded by its probe, and a receiver that refuses it is not reported', () =>
    withSimulator({ probeShare: 1 }, async (simulator) => {
      const receiver = await createReceiver(({ headers }) =>
        headers['wechatpay-signature']?.toString().startsWith(probePrefix) ? 401 : 204,
      );
      try {
        const seen = await notify(simulator, receiver, 1);
        expect(seen.map(({ verifies }) => verifies)).to.deep.equal([false, true]);
        const ids = receiver.received.map(({ body }) => (JSON.parse(body) as { id: string }).id);
        expect(new Set(ids).size).to.equal(1);
        expect(
          simulator.ledger().probes_accepted.filter(({ kind }) => kind === 'notification'),
        ).to.deep.equal([]);
      } finally {
        await receiver.close();
      }
    }));

  it('a receiver that answers 2xx to a probe is reported, and still gets the genuine one', () =>
    withSimulator({}, async (simulator) => {
      const receiver = await createReceiver(() => 200);
      try {
        const { json } = await callPay(simulator.uri, 'POST', path, prepayBody(receiver.url));
        const { notification } = simulator.pay(requestPayment(json.prepay_id), { probe: true });
        await waitFor('the genuine one', () => notification.state === 'acknowledged');
        expect(receiver.received).to.have.length(2);
        expect(simulator.ledger().probes_accepted).to.have.length(1);
        expect(simulator.ledger().probes_accepted[0]).to.include({
          kind: 'notification',
          subject: notification.id,
        });
      } finally {
        await receiver.close();
      }
    }));

  it('a share between 0 and 1 is drawn from the seed', async () => {
    const draw = (seed: number): Promise<boolean[]> =>
      withSimulator({ probeShare: 0.5, seed }, async (simulator) => {
        const probes: boolean[] = [];
        for (let index = 0; index < 12; index += 1)
          probes.push(!verify(await prepay(simulator), simulator).verifies);
        return probes;
      });
    const [first, again, other] = [await draw(7), await draw(7), await draw(8)];
    expect(first).to.deep.equal(again);
    expect(first).not.to.deep.equal(other);
    expect(new Set(first).size).to.equal(2);
  });
});

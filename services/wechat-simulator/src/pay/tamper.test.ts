import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import {
  buildSignedNotification,
  createSimulator,
  makeTransaction,
  postMessage,
  type Simulator,
  type Tamper,
  tamperNames,
} from '../index.ts';
import {
  appId,
  createReceiver,
  openResource,
  type Receiver,
  testMerchant,
  verifySignature,
} from '../wechat-simulator.fixture.test.ts';

interface Verdict {
  /** The signature fits the body under a published key. */
  readonly verifies: boolean;
  /** The clock in the headers is within five minutes. */
  readonly isFresh: boolean;
  /** Each Wechatpay-* header came exactly once and is well formed. */
  readonly headersFine: boolean;
  /** The resource opens under the merchant's APIv3 key. */
  readonly opens: boolean;
  /** What it says is JSON with amount.total as a number. */
  readonly reads: boolean;
}

const fine: Verdict = { verifies: true, isFresh: true, headersFine: true, opens: true, reads: true };

/** What is wrong in each case; everything else has to be right. */
const expected: Record<Tamper, Partial<Verdict>> = {
  body: { verifies: false },
  signature: { verifies: false },
  'signing-key': { verifies: false },
  probe: { verifies: false },
  serial: { verifies: false },
  stale: { isFresh: false },
  future: { isFresh: false },
  'header-missing': { verifies: false, headersFine: false },
  'header-repeated': { verifies: false, headersFine: false },
  'header-malformed': { verifies: false, headersFine: false },
  'signature-type': { headersFine: false },
  'api-v3-key': { opens: false, reads: false },
  ciphertext: { opens: false, reads: false },
  'ciphertext-not-base64': { opens: false, reads: false },
  algorithm: { opens: false, reads: false },
  'envelope-not-json': { opens: false, reads: false },
  'resource-not-json': { reads: false },
  'amount-as-text': { reads: false },
};

describe('wechat-simulator: notifications with one thing wrong', () => {
  let simulator: Simulator;
  let receiver: Receiver;
  before(async () => {
    receiver = await createReceiver();
    simulator = await createSimulator({ merchants: [testMerchant] });
  });
  after(async () => {
    await simulator.close();
    await receiver.close();
  });

  const judge = async (tamper: Tamper | undefined): Promise<Verdict> => {
    receiver.received.length = 0;
    const { mchId } = testMerchant;
    await simulator.sendNotification({
      url: receiver.url,
      mchId,
      tamper,
      plaintext: makeTransaction({
        mchId,
        appId,
        outTradeNo: 'TAMPERED1',
        transactionId: '42001',
        totalFen: 100,
      }),
    });
    const [received] = receiver.received;
    if (received === undefined) throw new Error('nothing came');
    const { headers, headersDistinct, body } = received;
    const names = ['timestamp', 'nonce', 'serial', 'signature'].map((name) => `wechatpay-${name}`);
    const plaintext = tryTo(() => {
      const { resource } = JSON.parse(body) as {
        resource: { algorithm: string; ciphertext: string; nonce: string };
      };
      if (resource.algorithm !== 'AEAD_AES_256_GCM') throw new Error('another algorithm');
      return openResource(resource, testMerchant.apiV3Key);
    });
    const timestamp = headers['wechatpay-timestamp']?.toString() ?? '';
    return {
      verifies: verifySignature((name) => headers[name]?.toString(), body, simulator.platform).verifies,
      isFresh: Math.abs(Number.parseInt(timestamp, 10) - Date.now() / 1_000) < 300,
      headersFine:
        names.every((name) => headersDistinct[name]?.length === 1) &&
        /^\d+$/.test(timestamp) &&
        headers['wechatpay-signature-type'] === 'WECHATPAY2-SHA256-RSA2048',
      opens: plaintext !== undefined,
      reads:
        tryTo(() => typeof (JSON.parse(plaintext ?? '') as { amount: { total: unknown } }).amount.total) ===
        'number',
    };
  };

  it('untouched, everything about it is right', async () => {
    expect(await judge(undefined)).to.deep.equal(fine);
  });

  for (const tamper of tamperNames) {
    it(`${tamper}: exactly that is wrong`, async () => {
      expect(await judge(tamper)).to.deep.equal({ ...fine, ...expected[tamper] });
    });
  }

  it('a notification can be built without a simulator, at a given time and with a given nonce', async () => {
    const { signingKey } = simulator;
    const build = () =>
      buildSignedNotification({
        key: signingKey.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        serial: signingKey.serial,
        apiV3Key: testMerchant.apiV3Key,
        plaintext: '{"any":"text"}',
        eventType: 'COMPLAINT.CREATE',
        originalType: 'complaint',
        associatedData: null,
        id: 'EV-1',
        timestamp: 1_700_000_000,
        nonce: 'n',
      });
    const { headers, body } = build();
    expect(headers).to.include({ 'Wechatpay-Timestamp': '1700000000', 'Wechatpay-Nonce': 'n' });
    expect(JSON.parse(body)).to.include({ id: 'EV-1', event_type: 'COMPLAINT.CREATE' });
    expect(body).not.to.contain('associated_data');
    receiver.received.length = 0;
    const receipt = await postMessage(receiver.url, { headers, body }, { limitMs: 5_000 });
    expect(receipt).to.include({ outcome: 'answered', status: 204 });
    expect(receiver.received[0]?.body).to.equal(body);
  });
});

function tryTo<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

import {
  type EventReceipt,
  isV2TamperOf,
  type PushTamper,
  pushTamperNames,
  type Tamper,
  tamperNames,
  toNeedOf,
  type V2Tamper,
  v2TamperNames,
} from '@huidiao/wechat-simulator';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { createRig, ids, type Rig } from '../every-callback.fixture.test.ts';

/** What a tampered callback comes to: refused, not opened, kept whole as a dead letter, or taken all the same. */
type Fate = 'refused' | 'not-opened' | 'kept' | 'taken';

const payV3: Partial<Record<Tamper, Fate>> = {
  'api-v3-key': 'not-opened',
  ciphertext: 'not-opened',
  'ciphertext-not-base64': 'kept',
  algorithm: 'kept',
  'envelope-not-json': 'kept',
  'resource-not-json': 'kept',
  'amount-as-text': 'kept',
};

/** Of what a refund holds encrypted; everything else is refused. */
const v2Refund: Partial<Record<V2Tamper, Fate>> = {
  'wrong-key': 'not-opened',
  'req-info': 'not-opened',
  'req-info-not-xml': 'not-opened',
};

const push: Partial<Record<PushTamper, Fate>> = {
  // Two hours: WeChat re-sends some pushes for most of a day, and does not say that each has a new timestamp.
  stale: 'taken',
  'wrong-key': 'not-opened',
  'content-cut': 'kept',
  doctype: 'kept',
  entity: 'kept',
};

describe('a tampered callback', () => {
  let rig: Rig;
  before(async () => {
    rig = await createRig();
  });
  after(() => rig.close());

  /** What was answered and queued, in the words of this test. */
  function fateOf({ status, answer }: EventReceipt, failure: (status: number) => string): Fate {
    const jobs = rig.takeJobs().map(({ name }) => name);
    if (status === 401 || status === 500) {
      expect(jobs).to.deep.equal([]);
      expect(answer).to.equal(failure(status));
      return status === 401 ? 'refused' : 'not-opened';
    }
    expect(status).to.be.oneOf([200, 204]);
    expect(jobs).to.have.length(1);
    return jobs[0] === 'keep-callback' ? 'kept' : 'taken';
  }

  const sayV3 = (status: number) =>
    status === 401
      ? '{"code":"FAIL","message":"The notification is not authentic."}'
      : '{"code":"FAIL","message":"The resource could not be opened."}';
  for (const tamper of tamperNames) {
    const fate = payV3[tamper] ?? 'refused';
    it(`of API v3, ${tamper}, is ${fate}`, async () => {
      const receipt = await rig.simulator.sendEvent('TRANSACTION.SUCCESS', {
        url: rig.urlOf('wechat-pay'),
        tamper,
      });
      expect(fateOf(receipt, sayV3)).to.equal(fate);
    });
  }

  const sayV2 = (status: number) =>
    `<xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA[${status === 401 ? 'not authentic' : 'not processed'}]]></return_msg></xml>`;
  for (const name of ['v2.payment', 'v2.refund', 'v2.contract:signed']) {
    const isRefund = name === 'v2.refund';
    for (const tamper of v2TamperNames.filter((each) => isV2TamperOf(each, isRefund))) {
      const fate = (isRefund ? v2Refund[tamper] : undefined) ?? 'refused';
      it(`of API v2, ${name} with ${tamper}, is ${fate}`, async () => {
        const receipt = await rig.simulator.sendV2(name, { url: rig.urlOf('wechat-pay-v2'), tamper });
        expect(fateOf(receipt, sayV2)).to.equal(fate);
      });
    }
  }

  for (const mode of ['plaintext', 'compatible', 'safe'] as const) {
    const appId = mode === 'plaintext' ? ids.plainAppId : ids.safeAppId;
    for (const format of ['json', 'xml'] as const) {
      const possible = pushTamperNames.filter((tamper) => {
        const need = toNeedOf(tamper);
        return need === undefined || (need === 'xml' ? format === 'xml' : mode !== 'plaintext');
      });
      for (const tamper of possible) {
        // Without encryption there is nothing around the content.
        const isContent = tamper === 'doctype-outside' && mode === 'plaintext';
        const fate = isContent ? 'kept' : (push[tamper] ?? 'refused');
        it(`pushed in ${mode} mode as ${format}, ${tamper}, is ${fate}`, async () => {
          const url = rig.urlOf('mini-program', appId);
          const name = 'subscribe_msg_popup_event';
          const receipt = await rig.simulator.sendPush(name, { appId, url, mode, format, tamper });
          expect(fateOf(receipt, () => '')).to.equal(fate);
        });
      }
    }
  }

  it('in compatible mode is what was encrypted, whatever its plain members say', async () => {
    const url = rig.urlOf('mini-program');
    for (const format of ['json', 'xml'] as const) {
      const plainFields = { Event: 'debug_demo', debug_str: 'forged' };
      const name = 'wxa_media_check';
      const receipt = await rig.simulator.sendPush(name, { url, mode: 'compatible', format, plainFields });
      expect(receipt.status).to.equal(200);
      expect(rig.takeJobs()[0]?.data).to.deep.include({ eventType: 'wxa_media_check' });
    }
  });

  for (const pad of [1, 16, 17, 31, 32]) {
    it(`is none with ${pad} bytes of padding, which Node would refuse of itself`, async () => {
      const receipt = await rig.simulator.sendPush('debug_demo', { url: rig.urlOf('mini-program'), pad });
      expect(receipt).to.include({ isAccepted: true });
      expect(rig.takeJobs()).to.have.length(1);
    });
  }
});

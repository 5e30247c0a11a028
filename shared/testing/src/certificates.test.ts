import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { type Installation, startInstallation, testMerchant } from './installation.ts';

/** 平台证书 alone: what no file names, and every process fetches from WeChat Pay for itself. */
describe('a merchant whose platform certificates are downloaded', function () {
  this.timeout(30_000);
  let installation: Installation;
  before(async () => {
    installation = await startInstallation({
      without: ['message-worker'],
      simulator: { platform: { mode: 'certificate' } },
      merchant: { wechatpayPublicKeys: [], platformCertificatePems: [], downloadsCertificates: true },
    });
  });
  after(() => installation.close());

  it('has its callbacks verified from the first one on', async () => {
    const url = `http://127.0.0.1:${installation.ingressPort}/callbacks/wechat-pay/${testMerchant.mchId}`;
    const receipt = await installation.simulator.sendEvent('COMPLAINT.CREATE', { url });
    expect(receipt).to.include({ status: 204, isAccepted: true });
    const forged = await installation.simulator.sendEvent('COMPLAINT.CREATE', { url, tamper: 'serial' });
    expect(forged).to.include({ status: 401 });
  });

  it('prepays, for the answers are verified with the same certificates', async () => {
    const { payment } = await installation.createOrder('TEA-CERTIFIED-0001');
    expect(payment?.package).to.match(/^prepay_id=/);
  });
});

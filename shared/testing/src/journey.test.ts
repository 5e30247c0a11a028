import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { type Installation, startInstallation, testMerchant } from './installation.ts';
import { waitFor } from './wait-for.ts';

describe('a paid order, from WeChat’s callback to fulfilled and told', () => {
  let installation: Installation;
  before(async () => {
    installation = await startInstallation();
  });
  after(() => installation.close());

  async function settled(outTradeNo: string) {
    return await waitFor(`${outTradeNo} to be settled`, async () => {
      const order = await installation.readOrder(outTradeNo);
      return order.status === 'fulfilled' && order.pending.length === 0 ? order : undefined;
    });
  }

  it('is prepaid, paid by the buyer, fulfilled by the shop, and the buyer is told', async () => {
    const { payment } = await installation.createOrder('TEA-000001');
    if (payment === undefined) throw new Error('no payment parameters');
    installation.simulator.pay({ ...payment, appId: testMerchant.appId });
    const order = await settled('TEA-000001');

    expect(order.time_line.map((entry) => entry.event)).to.include.members([
      'paid',
      'accepted',
      'message.sent',
    ]);
    expect(installation.shop.ledger().orders.map((each) => each.out_trade_no)).to.deep.equal(['TEA-000001']);
    const { messages, notifications } = installation.simulator.ledger('TEA-000001');
    expect(messages).to.have.length(1);
    expect(notifications).to.have.length(1);
  });
});

import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { type Installation, startInstallation, testMerchant } from './installation.ts';
import { grantMessage, sendNotification } from './send-notification.ts';
import { waitFor } from './wait-for.ts';

const outTradeNo = 'TEA-UNKNOWN-0001';

describe('a payment whose order is registered only after it became a dead letter', function () {
  this.timeout(30_000);
  let installation: Installation;
  before(async () => {
    installation = await startInstallation({ merchant: { unknownOrderAfterMs: 1_000 } });
  });
  after(() => installation.close());

  it('is applied when WeChat sends it again: fulfilled, told, and the dead letter is resolved', async () => {
    const { queues, shop, simulator, store } = installation;
    expect(await sendNotification(installation, { outTradeNo })).to.equal(204);
    const letter = await waitFor('the dead letter', async () => {
      const { deadLetters } = await store.deadLetters.list({ state: 'open', limit: 10 });
      return deadLetters[0];
    });
    expect(letter).to.include({ errorCode: 'ORDER_UNKNOWN', jobName: 'apply-payment', attempts: 1 });
    await waitFor(
      'the job to leave no trace that would swallow the next one',
      async () => (await queues.find('payment-event', letter.jobId)) === undefined,
    );

    await installation.createOrder(outTradeNo, { prepay: false });
    grantMessage(installation, outTradeNo);
    expect(await sendNotification(installation, { outTradeNo })).to.equal(204);

    await waitFor('the order to be fulfilled and told', async () => {
      const { status, pending } = await installation.readOrder(outTradeNo);
      return status === 'fulfilled' && pending.length === 0;
    });
    await waitFor('the dead letter to be resolved', async () => {
      return (await store.deadLetters.find(letter.queue, letter.jobId))?.state === 'resolved';
    });
    expect(shop.ledger()).to.include({ requests: 1, webhook_ids: 1 });
    expect(simulator.ledger().messages).to.have.length(1);
    const entries = await store.callbacks.listForOrder(testMerchant.mchId, outTradeNo);
    expect(entries.map(({ outcome, times }) => ({ outcome, times }))).to.deep.equal([
      { outcome: 'paid', times: 2 },
    ]);
  });
});

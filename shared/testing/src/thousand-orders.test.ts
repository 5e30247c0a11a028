import { buildSignedNotification, makeTransaction, type SignedNotification } from '@huidiao/wechat-simulator';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { createDice, shuffle } from './dice.fixture.test.ts';
import { fewAtOnce } from './few-at-once.fixture.test.ts';
import {
  type Installation,
  startInstallation,
  testMerchant,
  toNewOrder,
  toOrderRequest,
} from './installation.ts';
import { waitFor } from './wait-for.ts';

const orders = 1_000;
const copies = 3;
const inFlight = 48;
/** Looking costs time too, and takes it from the services: the ledgers are long. */
const patience = { timeoutMs: 200_000, intervalMs: 500 };

describe('1,000 notifications of 1,000 orders, each sent three times, interleaved and shuffled', function () {
  this.timeout(300_000);
  let installation: Installation;
  before(async () => {
    installation = await startInstallation();
  });
  after(() => installation.close());

  it('make 1,000 paid orders, 1,000 requests to the shop and 1,000 messages', async () => {
    const numbers = Array.from({ length: orders }, (_, n) => `MANY-${String(n).padStart(6, '0')}`);
    await fewAtOnce(inFlight, numbers, async (outTradeNo) => {
      await installation.store.orders.register(toNewOrder(outTradeNo));
      const { payer } = toOrderRequest(outTradeNo);
      installation.simulator.grant(
        { appId: testMerchant.appId, openId: payer.openid, templateId: testMerchant.templateId },
        1,
      );
    });

    const callbacks = shuffle(
      numbers.flatMap((outTradeNo) => Array<string>(copies).fill(outTradeNo)),
      createDice(20_261_122),
    );
    const url = `http://127.0.0.1:${installation.ingressPort}/callbacks/wechat-pay/${testMerchant.mchId}`;
    const statuses = new Map<number, number>();
    await fewAtOnce(inFlight, callbacks, async (outTradeNo) => {
      const { headers, body } = notificationOf(outTradeNo);
      const response = await fetch(url, { method: 'POST', headers: headers as Record<string, string>, body });
      await response.arrayBuffer();
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    });
    expect([...statuses]).to.deep.equal([[204, orders * copies]]);

    const { shop, simulator, store } = installation;
    await waitFor('1,000 messages', () => simulator.ledger().messages.length >= orders, patience);
    await waitFor('empty queues', async () => (await unfinishedJobs()) === 0, patience);

    const read = await Promise.all(
      numbers.map((outTradeNo) => store.orders.find(testMerchant.mchId, outTradeNo)),
    );
    expect(read.filter((order) => order?.status === 'fulfilled')).to.have.length(orders);
    expect(
      read.filter((order) => order?.timeLine.filter((entry) => entry.event === 'paid').length === 1),
    ).to.have.length(orders);
    expect(shop.ledger().requests).to.equal(orders);
    expect(new Set(shop.ledger().orders.map((order) => order.out_trade_no)).size).to.equal(orders);
    expect(simulator.ledger().messages).to.have.length(orders);
    const { deadLetters } = await store.deadLetters.list({ state: 'open', limit: 10 });
    expect(deadLetters).to.deep.equal([]);
  });

  /** Signed once for all of its copies: to sign takes longer than to receive. */
  const signed = new Map<string, SignedNotification>();
  function notificationOf(outTradeNo: string): SignedNotification {
    const known = signed.get(outTradeNo) ?? sign(outTradeNo);
    signed.set(outTradeNo, known);
    return known;
  }

  function sign(outTradeNo: string): SignedNotification {
    const { privateKey, serial } = installation.simulator.signingKey;
    const merchant = installation.directory.merchants.get(testMerchant.mchId);
    return buildSignedNotification({
      key: privateKey,
      serial,
      apiV3Key: merchant?.apiV3Key ?? '',
      id: `notification-of-${outTradeNo}`,
      plaintext: makeTransaction({
        ...testMerchant,
        outTradeNo,
        transactionId: `4200000000202611220${outTradeNo.slice(-6)}`,
        totalFen: 8_800,
        openId: toOrderRequest(outTradeNo).payer.openid,
        // A buyer is not told of what was paid long ago.
        successTime: new Date().toISOString(),
      }),
    });
  }

  async function unfinishedJobs(): Promise<number> {
    const counts = await Promise.all(
      (['payment-event', 'order-fulfilment', 'subscribe-message'] as const).map((queue) =>
        installation.queues.counts(queue),
      ),
    );
    return counts.reduce(
      (sum, count) => sum + count.waiting + count.active + count.delayed + count.failed,
      0,
    );
  }
});

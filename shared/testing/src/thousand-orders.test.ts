import type { NewOrder } from '@huidiao/store';
import { buildSignedNotification, makeTransaction, type SignedNotification } from '@huidiao/wechat-simulator';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { type Installation, startInstallation, testMerchant, toOrderRequest } from './installation.ts';
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
    await atOnce(numbers, async (outTradeNo) => {
      await installation.store.orders.register(newOrder(outTradeNo));
      const { payer } = toOrderRequest(outTradeNo);
      installation.simulator.grant(
        { appId: testMerchant.appId, openId: payer.openid, templateId: testMerchant.templateId },
        1,
      );
    });

    const callbacks = shuffle(numbers.flatMap((outTradeNo) => Array(copies).fill(outTradeNo)));
    const url = `http://127.0.0.1:${installation.ingressPort}/callbacks/wechat-pay/${testMerchant.mchId}`;
    const statuses = new Map<number, number>();
    await atOnce(callbacks, async (outTradeNo) => {
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

  function newOrder(outTradeNo: string): NewOrder {
    const { appid, description, amount, payer } = toOrderRequest(outTradeNo);
    return {
      mchId: testMerchant.mchId,
      appId: appid,
      outTradeNo,
      openId: payer.openid,
      description,
      amountFen: amount.total,
      currency: amount.currency,
      logisticsType: 3,
      timeExpire: new Date(Date.now() + 60 * 60_000),
      prepay: false,
      contentHash: outTradeNo,
    };
  }

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

/** Works on all items, so many at once. */
async function atOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      for (const item of rest) await work(item);
    }),
  );
}

/** Fisher and Yates, with a generator of its own so that every run has the same order. */
function shuffle<T>(items: readonly T[]): T[] {
  const shuffled = [...items];
  let seed = 20_261_122;
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    const other = seed % (last + 1);
    [shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T];
  }
  return shuffled;
}

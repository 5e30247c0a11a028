import { buildSignedNotification, makeTransaction } from '@huidiao/wechat-simulator';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { after, before, describe, it } from 'mocha';
import { type Installation, startInstallation, testMerchant } from './installation.ts';
import { waitFor } from './wait-for.ts';

const minuteMs = 60_000;
const { mchId } = testMerchant;

describe('a payment that waits for its order while Redis loses everything', function () {
  this.timeout(60_000);
  let installation: Installation;
  let offsetMs = 0;
  const clock = { now: () => new Date(Date.now() + offsetMs) };
  before(async () => {
    installation = await startInstallation({
      without: ['message-worker'],
      orderWorker: { clock, random: () => 0 },
      reconciler: { clock },
    });
  });
  after(() => installation?.close());

  /** Acknowledged, and it waits. */
  async function notify(outTradeNo: string, transactionId: string): Promise<void> {
    const { simulator, directory, ingressPort } = installation;
    const { privateKey, serial } = simulator.signingKey;
    const facts = { ...testMerchant, outTradeNo, transactionId, totalFen: 8_800, openId: 'o-buyer' };
    const { headers, body } = buildSignedNotification({
      key: privateKey,
      serial,
      apiV3Key: directory.merchants.get(mchId)?.apiV3Key ?? '',
      plaintext: makeTransaction(facts),
    });
    const url = `http://127.0.0.1:${ingressPort}/callbacks/wechat-pay/${mchId}`;
    const sent = await fetch(url, { method: 'POST', headers: headers as Record<string, string>, body });
    expect(sent.status).to.equal(204);
    await waiting();
  }
  const waiting = () =>
    waitFor('the job to wait', async () => (await installation.queues.counts('payment-event')).delayed === 1);

  /** What a Redis that comes back empty does to an installation; others of the tests use the same one. */
  async function loseRedis(): Promise<void> {
    const redis = new Redis(installation.redisUrl);
    try {
      const keys = await redis.keys(`*${installation.prefix}*`);
      expect(keys).to.not.deep.equal([]);
      await redis.del(...keys);
    } finally {
      redis.disconnect();
    }
    expect((await installation.queues.counts('payment-event')).delayed).to.equal(0);
  }
  /** Waits until nothing is left in MongoDB; looks hours further ahead each time, for a look puts off what it finds. */
  async function nothingKept(): Promise<void> {
    let hours = 0;
    await waitFor('the end of the waiting', async () => {
      hours += 1;
      const now = new Date(clock.now().getTime() + hours * 60 * minuteMs);
      return (await installation.store.waitingJobs.claim({ now, limit: 10 })).length === 0;
    });
  }

  it('comes back from MongoDB and pays the order that is registered later, once', async () => {
    await notify('WAITING-0001', '4200000000202611220000000001');
    const [job] = await installation.store.waitingJobs.claim({
      now: new Date(Date.now() + 15 * minuteMs),
      limit: 1,
    });
    await loseRedis();
    offsetMs += 31 * minuteMs;
    await waiting();
    await installation.createOrder('WAITING-0001', { prepay: false });
    const reached = async () => (await installation.readOrder('WAITING-0001')).status === 'fulfilled';
    await waitFor('the order to be fulfilled', reached);
    await nothingKept();
    const before = await installation.readOrder('WAITING-0001');

    // A process that died before the row was gone, and Redis that is lost once more.
    const { id, name, data } = job ?? expect.fail('nothing was kept');
    const order = { mchId, outTradeNo: 'WAITING-0001' };
    await installation.store.waitingJobs.keep({
      id,
      name: name as 'apply-payment',
      data,
      lane: 'live',
      order,
    });
    await loseRedis();
    offsetMs += 16 * minuteMs;
    const ledgerEntry = () => installation.store.callbacks.listForOrder(mchId, 'WAITING-0001');
    await waitFor('it to be worked on once more', async () => (await ledgerEntry())[0]?.times === 2);
    await nothingKept();
    expect((await installation.readOrder('WAITING-0001')).time_line).to.deep.equal(before.time_line);
    expect(installation.shop.ledger().orders).to.have.length(1);
    expect(installation.shop.ledger().requests).to.equal(1);
  });

  it('becomes a dead letter as any other, where nobody registers the order', async () => {
    await notify('WAITING-0002', '4200000000202611220000000002');
    await loseRedis();
    offsetMs += 16 * minuteMs;
    await waiting();
    offsetMs += 11 * minuteMs;
    const letters = async () =>
      (await installation.store.deadLetters.list({ state: 'open', limit: 9 })).deadLetters;
    const [letter] = await waitFor('the dead letter', async () => {
      const open = await letters();
      return open.length > 0 ? open : undefined;
    });
    expect(letter).to.include({ errorCode: 'ORDER_UNKNOWN', jobName: 'apply-payment' });
    await nothingKept();
  });
});

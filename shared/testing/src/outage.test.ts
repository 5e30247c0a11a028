import type { Clock } from '@huidiao/contracts';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import {
  type Installation,
  startInstallation,
  testMerchant,
  toNewOrder,
  toOrderRequest,
} from './installation.ts';
import { grantMessage, sendNotification } from './send-notification.ts';
import { testMongoUri } from './servers.ts';
import { createTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import { waitFor } from './wait-for.ts';

const minuteMs = 60_000;
const outageMinutes = 10;
/** The outage takes so many times less than its ten minutes, and so does each delay before a next attempt. */
const outageSpeed = 75;
/** Afterwards less, or what was postponed would come back all at once, again and again, on a slow machine. */
const recoverySpeed = 15;
const paidBefore = 40;
const paidPerMinute = 20;
const duties = ['payment-event', 'order-fulfilment', 'subscribe-message'] as const;
/** Of a machine that has much else to do. Looking at every order costs time too. */
const patience = { timeoutMs: 60_000, intervalMs: 250 };

interface Attempted {
  readonly queue: string;
  readonly outcome: string;
  readonly errorCode?: string;
  readonly attempt: number;
  readonly postponements: number;
}

describe('MongoDB away for ten minutes while payments come in', function () {
  this.timeout(180_000);
  const clock = createVariableClock();
  let delaysShortenedBy = 1;
  let proxy: TcpProxy;
  let installation: Installation;
  before(async () => {
    const uri = testMongoUri();
    proxy = await createTcpProxy(uri);
    const timing = {
      clock,
      random: () => Math.random() / delaysShortenedBy,
      storeSelectionTimeoutMs: 2_000,
    };
    installation = await startInstallation({
      // WeChat does not know these orders; asking it about each of them would take most of the time.
      merchant: { limits: { callbacksPerSecond: 10_000, callbacksBurst: 100_000, queriesPerSecond: 1 } },
      mongo: { uri, uriOfServices: withoutDiscovery(proxy.url) },
      orderWorker: timing,
      messageWorker: timing,
      reconciler: { clock },
    });
  });
  after(async () => {
    await installation?.close();
    await proxy.close();
  });

  it('uses up no attempt: every order is fulfilled and told, once, and there is no dead letter', async () => {
    const { shop, simulator, store } = installation;
    const before = numbers('BEFORE', paidBefore);
    const meanwhile = numbers('MEANWHILE', outageMinutes * paidPerMinute);
    const all = [...before, ...meanwhile];
    for (const some of inGroups(all)) {
      await Promise.all(some.map((outTradeNo) => store.orders.register(toNewOrder(outTradeNo))));
      for (const outTradeNo of some) grantMessage(installation, outTradeNo);
    }

    // So that the outage finds jobs of each duty waiting.
    shop.fail({ status: 429, times: paidBefore / 2, retryAfterSeconds: 4 });
    simulator.faults.set({ send_latency_ms: 300 });
    await notifyAll(before);
    await waitFor('messages on their way', () => simulator.ledger().messages.length > 0, {
      timeoutMs: patience.timeoutMs,
    });

    await proxy.refuse();
    const awaySince = clock.now();
    clock.setSpeed(outageSpeed);
    delaysShortenedBy = outageSpeed;
    simulator.faults.reset();
    for (let minute = 0; minute < outageMinutes; minute += 1) {
      await notifyAll(meanwhile.slice(minute * paidPerMinute, (minute + 1) * paidPerMinute));
      await passed(awaySince, (minute + 1) * minuteMs);
    }
    await proxy.accept();
    clock.setSpeed(1);
    delaysShortenedBy = recoverySpeed;

    await waitFor(
      'the shop to be told of every order',
      () => shop.ledger().webhook_ids === all.length,
      patience,
    );
    await waitFor('every order to be fulfilled and told', () => areAllSettled(all), patience);
    expect(shop.ledger().orders.map((order) => order.out_trade_no)).to.have.members(all);
    expect(toldOf(meanwhile)).to.deep.equal(meanwhile.map(() => 1));
    await expectToldAtMostOnce(before);
    expect((await store.deadLetters.list({ limit: 1 })).deadLetters).to.deep.equal([]);

    const failed = attempts().filter(({ errorCode }) => errorCode !== undefined);
    const counted = failed.filter(({ outcome }) => outcome !== 'postponed');
    expect(counted.map(({ queue, outcome, errorCode }) => [queue, outcome, errorCode])).to.deep.equal([]);
    expect(new Set(attempts().map(({ attempt }) => attempt))).to.have.all.keys(1);
    const withoutStore = failed.filter(({ errorCode }) => errorCode === 'STORE_UNAVAILABLE');
    expect(new Set(withoutStore.map(({ queue }) => queue))).to.have.all.keys(...duties);
    expect(Math.max(...withoutStore.map(({ postponements }) => postponements))).to.be.at.least(2);
  });

  async function notifyAll(outTradeNos: readonly string[]): Promise<void> {
    const statuses = await Promise.all(
      outTradeNos.map((outTradeNo) => sendNotification(installation, { outTradeNo })),
    );
    expect(new Set(statuses)).to.have.all.keys(204);
  }

  const passed = (since: Date, ms: number) =>
    waitFor(`${ms} ms to pass`, () => clock.now().getTime() - since.getTime() >= ms);

  async function areAllSettled(outTradeNos: readonly string[]): Promise<boolean> {
    for (const some of inGroups(outTradeNos)) {
      const orders = await Promise.all(some.map(find));
      if (orders.some((order) => order?.status !== 'fulfilled' || order.effects.length > 0)) return false;
    }
    return true;
  }

  function toldOf(outTradeNos: readonly string[]): number[] {
    const { messages } = installation.simulator.ledger();
    return outTradeNos.map((outTradeNo) => {
      const { openid } = toOrderRequest(outTradeNo).payer;
      return messages.filter(({ openId, errcode }) => openId === openid && errcode === 0).length;
    });
  }

  /** Nobody knows whether a message was sent whose `sending` was stored when MongoDB went: it is never sent again. */
  async function expectToldAtMostOnce(outTradeNos: readonly string[]): Promise<void> {
    const told = toldOf(outTradeNos);
    for (const [index, outTradeNo] of outTradeNos.entries()) {
      const isUnknown = (await find(outTradeNo))?.timeLine.at(-1)?.event === 'message.unknown';
      expect(told[index], outTradeNo).to.be.oneOf(isUnknown ? [0, 1] : [1]);
    }
  }

  const find = (outTradeNo: string) => installation.store.orders.find(testMerchant.mchId, outTradeNo);

  function attempts(): Attempted[] {
    return installation.logLines
      .filter((line) => line.includes('"job.attempted"'))
      .map((line) => JSON.parse(line) as Attempted);
  }
});

/** A clock whose speed can be changed; it never goes back. */
function createVariableClock(): Clock & { setSpeed(speed: number): void } {
  let speed = 1;
  let since = { wallMs: Date.now(), clockMs: Date.now() };
  const nowMs = () => since.clockMs + (Date.now() - since.wallMs) * speed;
  return {
    now: () => new Date(nowMs()),
    setSpeed: (next) => {
      since = { clockMs: nowMs(), wallMs: Date.now() };
      speed = next;
    },
  };
}

function numbers(name: string, count: number): string[] {
  const offset = name.length * 1_000;
  return Array.from({ length: count }, (_, n) => `${name}-${String(offset + n).padStart(6, '0')}`);
}

/** A few at a time, for the sake of small machines. */
function inGroups<T>(items: readonly T[]): T[][] {
  const size = 24;
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) =>
    items.slice(n * size, (n + 1) * size),
  );
}

/** Otherwise the driver would learn a replica set's own addresses, and go past the proxy. */
function withoutDiscovery(mongoUri: string): string {
  const uri = new URL(mongoUri);
  uri.searchParams.set('directConnection', 'true');
  return uri.href;
}

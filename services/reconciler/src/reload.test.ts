import { createQueueReader } from '@huidiao/queue';
import { createDirectoryFrom } from '@huidiao/runtime';
import { dropTestDatabase } from '@huidiao/store';
import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createContext, start } from './index.ts';
import {
  appId,
  createTestClock,
  silentLogger as logger,
  mchId,
  newOrder,
  startWechatPay,
  testConfig,
  toMerchant,
} from './reconciler.fixture.test.ts';

describe('a reconciler whose merchants file is reloaded', () => {
  it('asks about the open orders of a merchant from its reload on', async () => {
    const simulator = await startWechatPay();
    const merchant = toMerchant(simulator);
    const directory = createDirectoryFrom({
      initial: { merchants: new Map(), apps: new Map() },
      read: async () => ({ merchants: new Map([[mchId, merchant]]), apps: new Map() }),
    });
    const config = testConfig({ wechatPayApiUrl: simulator.uri, directory });
    const clock = createTestClock();
    const context = createContext(config, { logger, clock });
    const reader = createQueueReader({ redis: config.redis, prefix: config.redis.prefix, logger });
    try {
      await context.store.migrate();
      const { order } = await context.store.orders.register(newOrder());
      const payment = { mchId, appId, openId: 'o-buyer', outTradeNo: order.outTradeNo, totalFen: 888 };
      const notifyUrl = 'http://127.0.0.1:1/nowhere';
      const { transactionId } = simulator.payDirectly({ ...payment, notifyUrl }, { drop: 100 });
      clock.advance(60_000);
      await start(context);
      const queries = async () => (await context.store.orders.find(mchId, order.outTradeNo))?.queries;
      await waitFor('an epoch', () => context.store.epochs.read());
      expect(await queries()).to.equal(0);

      await directory.reload();
      const id = `apply-payment_${mchId}_${transactionId}_SUCCESS~heal-1`;
      expect(await waitFor('the heal', () => reader.find('payment-event', id))).to.include({ lane: 'bulk' });
    } finally {
      await context.lifecycle.close();
      await Promise.all([reader.close(), simulator.close()]);
      await dropTestDatabase(config.mongo.uri);
    }
  });
});

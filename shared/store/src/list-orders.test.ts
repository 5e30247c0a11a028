import { createLogger, createMetrics } from '@huidiao/runtime';
import { testMongoUri } from '@huidiao/testing';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { dropTestDatabase } from './drop-test-database.ts';
import { createStore, type Store } from './store.ts';

describe('a list of orders', () => {
  const mongoUri = testMongoUri();
  let store: Store;
  let now = new Date('2026-11-22T12:00:00Z');
  before(async () => {
    const logger = createLogger({ service: 'test', level: 'silent' });
    const metrics = createMetrics({ service: 'test' });
    store = createStore({ uri: mongoUri, logger, metrics, clock: { now: () => now } });
    await store.migrate();
    for (const outTradeNo of ['ORDER-0001', 'ORDER-0002', 'ORDER-0003', 'ORDER-0004']) {
      await register(outTradeNo);
    }
    now = new Date(now.getTime() + 1);
    await register('ORDER-0000');
  });
  after(async () => {
    await store.close();
    await dropTestDatabase(mongoUri);
  });

  const register = (outTradeNo: string) =>
    store.orders.register({
      mchId: '1900000001',
      appId: 'wx1234567890abcdef',
      outTradeNo,
      openId: 'o-buyer',
      description: 'tea',
      amountFen: 888,
      currency: 'CNY',
      prepayOptions: { goods_tag: 'tag', scene_info: { payer_client_ip: '14.23.150.211' } },
      logisticsType: 3,
      timeExpire: new Date('2026-11-22T14:00:00Z'),
      prepay: true,
      contentHash: 'hash',
    });

  it('leaves out none and gives none twice of those that came in one millisecond', async () => {
    const numbers: string[] = [];
    let after: string | undefined;
    do {
      const page = await store.orders.list({ mchId: '1900000001', limit: 2, after });
      numbers.push(...page.orders.map(({ outTradeNo }) => outTradeNo));
      after = page.next;
    } while (after !== undefined);
    expect(numbers).to.deep.equal(['ORDER-0000', 'ORDER-0004', 'ORDER-0003', 'ORDER-0002', 'ORDER-0001']);
  });

  it('keeps what else the prepay said as it came, and forgets where the buyer was with them', async () => {
    const kept = await store.orders.find('1900000001', 'ORDER-0001');
    expect(JSON.stringify(kept?.prepayOptions)).to.equal(
      '{"goods_tag":"tag","scene_info":{"payer_client_ip":"14.23.150.211"}}',
    );
    await store.orders.forgetBuyer({ appId: 'wx1234567890abcdef', openId: 'o-buyer' });
    const forgotten = await store.orders.find('1900000001', 'ORDER-0001');
    expect(forgotten?.prepayOptions).to.deep.equal({ goods_tag: 'tag' });
    expect(JSON.stringify(forgotten)).to.not.include('14.23.150.211');
  });
});

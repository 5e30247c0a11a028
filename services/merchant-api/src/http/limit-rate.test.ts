import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { ask, mchId, orderRequest, type RunningApi, startMerchantApi } from '../merchant-api.fixture.test.ts';
import { createRateLimiter } from './limit-rate.ts';

describe('the rate of requests', () => {
  let api: RunningApi;
  let now = Date.now();
  before(async () => {
    api = await startMerchantApi(
      { clock: { now: () => new Date(now) } },
      { apiRate: { perSecond: 1, burst: 3 } },
    );
  });
  after(() => api.close());

  it('is one for each API key: beyond it requests are 429 with Retry-After, and good again after that', async () => {
    const statuses = [];
    for (let times = 0; times < 5; times += 1) statuses.push((await api.get('no-such-order')).status);
    expect(statuses).to.deep.equal([404, 404, 404, 429, 429]);

    const refused = await api.post(orderRequest());
    expect(refused.status).to.equal(429);
    expect(refused.body.code).to.equal('REQUEST_RATE_EXCEEDED');
    expect(refused.headers.get('retry-after')).to.equal('1');
    const { key } = await api.context.store.apiKeys.create({ mchId, label: 'another' });
    expect((await api.get('no-such-order', key)).status).to.equal(404);

    now += 1_000;
    expect((await api.get('no-such-order')).status).to.equal(404);
    expect((await api.get('no-such-order')).status).to.equal(429);
  });

  it('of an address that keeps guessing keys ends at 429, without another look into the store', async () => {
    let looks = 0;
    const { apiKeys } = api.context.store;
    const { authenticate } = apiKeys;
    apiKeys.authenticate = async (text) => {
      looks += 1;
      return authenticate(text);
    };
    const guess = () =>
      ask(`${api.uri}/v1/orders/order-0001`, { headers: { authorization: 'Bearer guessed' } });
    const statuses = [];
    for (let times = 0; times < 105; times += 1) statuses.push((await guess()).status);
    expect(statuses.indexOf(429)).to.equal(100);
    expect(looks).to.equal(100);
    now += 60_000;
    expect((await guess()).status).to.equal(401);
  });

  it('of an address that keeps guessing does not touch a key that was good there lately', async () => {
    const guess = () =>
      ask(`${api.uri}/v1/orders/order-0001`, { headers: { authorization: 'Bearer guessed' } });
    const { key } = await api.context.store.apiKeys.create({ mchId, label: 'beside a guesser' });
    const fresh = await api.context.store.apiKeys.create({ mchId, label: 'not seen there before' });
    now += 60_000;
    expect((await api.get('no-such-order', key)).status).to.equal(404);
    while ((await guess()).status !== 429);
    expect((await api.get('no-such-order', key)).status).to.equal(404);
    expect((await api.get('no-such-order', fresh.key)).status).to.equal(429);

    now += 11 * 60_000;
    while ((await guess()).status !== 429);
    expect((await api.get('no-such-order', key)).status, 'forgotten').to.equal(429);
  });

  it('is shared by all callers of a proxy that is not counted, which is said once', async () => {
    const warnings: unknown[] = [];
    const { warn } = api.context.logger;
    api.context.logger.warn = ((facts: unknown) => void warnings.push(facts)) as typeof warn;
    try {
      for (const address of ['203.0.113.1', '203.0.113.2'])
        await ask(`${api.uri}/v1/orders/order-0001`, { headers: { 'x-forwarded-for': address } });
    } finally {
      api.context.logger.warn = warn;
    }
    const event = 'proxy.not_counted';
    expect(warnings).to.deep.equal([{ event, alarm: 'proxy-not-counted' }]);
  });

  it('remembers a bounded number of callers', () => {
    const limiter = createRateLimiter({ now: () => new Date(now) });
    const rate = { perSecond: 0.001, burst: 1 };
    expect(limiter.take('first', rate)).to.equal(true);
    expect(limiter.take('first', rate)).to.equal(false);
    for (let caller = 0; caller < 50_000; caller += 1) limiter.take(`caller ${caller}`, rate);
    expect(limiter.take('first', rate), 'forgotten').to.equal(true);
  });
});

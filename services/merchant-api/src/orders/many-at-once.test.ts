import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import {
  type Answer,
  ask,
  orderRequest,
  type RunningApi,
  startMerchantApi,
} from '../merchant-api.fixture.test.ts';

const count = 100;

describe('a hundred creates of one number at once', () => {
  let api: RunningApi;
  before(async () => {
    // One prepay is what is looked for here, so nobody takes a turn over because this machine is slow.
    api = await startMerchantApi({ turn: { leaseMs: 60_000, waitMs: 60_000, pollMs: 200 } });
  });
  after(() => api.close());

  async function expectOnePrepay(create: () => Promise<Answer>): Promise<void> {
    const prepays = () => api.simulator.ledger().calls.counts.prepay ?? 0;
    const before = prepays();
    const answers = await Promise.all(Array.from({ length: count }, create));
    expect(prepays() - before).to.equal(1);
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([...Array(count - 1).fill(200), 201]);
    expect(new Set(answers.map(({ body }) => body.payment.package)).size).to.equal(1);
  }

  it('make one prepay of an order', async () => {
    const request = orderRequest();
    await expectOnePrepay(() => api.post(request));
  });

  it('make one prepay of a combined order', async () => {
    const { out_trade_no: number, appid } = orderRequest();
    const part = (index: number) => ({
      out_trade_no: `${number}-${index}`,
      description: 'tea',
      amount: { total: 1 },
      logistics_type: 3,
    });
    const body = JSON.stringify({
      combine_appid: appid,
      combine_out_trade_no: number,
      scene_info: { payer_client_ip: '14.23.150.211' },
      sub_orders: [part(0), part(1)],
      combine_payer_info: { openid: 'o-buyer' },
    });
    const headers = { authorization: `Bearer ${api.key}`, 'content-type': 'application/json' };
    await expectOnePrepay(() => ask(`${api.uri}/v1/combined-orders`, { method: 'POST', headers, body }));
  });
});

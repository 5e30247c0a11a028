import { dropTestDatabase } from '@huidiao/store';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import {
  ask,
  mchId,
  newOutTradeNo,
  orderRequest,
  type RunningApi,
  startMerchantApi,
} from '../merchant-api.fixture.test.ts';

describe('two combined orders that want the same number for a part', () => {
  let api: RunningApi;
  before(async () => {
    api = await startMerchantApi();
  });
  after(async () => {
    await api.close();
    await dropTestDatabase(api.context.config.mongo.uri);
  });

  const call = (method: string, path: string, body?: object) =>
    ask(`${api.uri}/v1/combined-orders${path}`, {
      method,
      headers: { authorization: `Bearer ${api.key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const toPart = (outTradeNo = newOutTradeNo()) => ({
    out_trade_no: outTradeNo,
    description: '龙井茶',
    amount: { total: 100 },
    logistics_type: 3,
  });
  const toWhole = (...numbers: (string | undefined)[]) => ({
    combine_appid: orderRequest().appid,
    combine_out_trade_no: newOutTradeNo(),
    scene_info: { payer_client_ip: '203.0.113.7' },
    sub_orders: numbers.map(toPart),
    combine_payer_info: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
  });
  type Whole = ReturnType<typeof toWhole>;

  /** Both are looked at before either is stored: the first comes between the late one's look and its parts. */
  async function createBetween(late: Whole, first: Whole) {
    const { combinedOrders } = api.context.store;
    const { register } = combinedOrders;
    combinedOrders.register = async (wanted) => {
      combinedOrders.register = register;
      const kept = await register(wanted);
      expect((await call('POST', '', first)).status).to.equal(201);
      return kept;
    };
    return call('POST', '', late);
  }

  it('end with the first alone: the second neither shows, sells nor closes what is the first’s', async () => {
    const shared = newOutTradeNo();
    const [first, late] = [toWhole(shared, undefined), toWhole(shared, undefined)];
    const refused = await createBetween(late, first);
    expect([refused.status, refused.body.code]).to.deep.equal([409, 'ORDER_CONFLICT']);
    expect(refused.body.detail).to.contain(shared).and.to.contain(late.combine_out_trade_no);

    const shown = (await call('GET', `/${late.combine_out_trade_no}`)).body as unknown as {
      readonly combined_order: { readonly orders: readonly { readonly out_trade_no: string }[] };
    };
    const own = late.sub_orders[1]?.out_trade_no;
    expect(shown.combined_order.orders.map((order) => order.out_trade_no)).to.deep.equal([own]);
    const signed = await call('POST', `/${late.combine_out_trade_no}/payment`);
    expect(signed.body.code).to.equal('ORDER_NOT_PAYABLE');
    expect((await call('POST', `/${late.combine_out_trade_no}/close`)).status).to.equal(200);
    const { orders } = api.context.store;
    expect((await orders.find(mchId, own ?? ''))?.status).to.equal('closed');
    expect((await orders.find(mchId, shared))?.status).to.equal('created');
    expect((await call('POST', `/${first.combine_out_trade_no}/payment`)).status).to.equal(200);
  });

  it('leave nothing of a second one that has no part of its own', async () => {
    const shared = [newOutTradeNo(), newOutTradeNo()];
    const [first, late] = [toWhole(...shared), toWhole(...shared)];
    expect((await createBetween(late, first)).body.code).to.equal('ORDER_CONFLICT');
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/payment'],
      ['POST', '/close'],
    ] as const) {
      const { body } = await call(method, `/${late.combine_out_trade_no}${path}`);
      expect(body.code, path).to.equal('COMBINED_ORDER_NOT_FOUND');
    }
  });
});

import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { createContext, type MerchantApiContext, start } from '../index.ts';
import { ask, mchId, orderRequest, type RunningApi, startMerchantApi } from '../merchant-api.fixture.test.ts';

describe('the notify_url of an order', () => {
  let api: RunningApi;
  /** The same service after its CALLBACK_BASE_URL was changed. */
  let moved: MerchantApiContext;
  let movedUri: string;
  before(async () => {
    api = await startMerchantApi();
    const config = { ...api.context.config, callbackBaseUrl: 'http://127.0.0.1:10/moved' };
    moved = createContext(config, { logger: api.context.logger });
    movedUri = `http://127.0.0.1:${(await start(moved)).port}`;
  });
  after(async () => {
    await moved.lifecycle.close();
    await api.close();
  });

  function postToMoved(request: Record<string, unknown>) {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${api.key}` };
    return ask(`${movedUri}/v1/orders`, { method: 'POST', headers, body: JSON.stringify(request) });
  }

  const notifyUrlOf = async (outTradeNo: string) =>
    (await api.context.store.orders.find(mchId, outTradeNo))?.notifyUrl;

  it('stays as it was first sent, for WeChat Pay refuses a number that comes with another one', async () => {
    const request = orderRequest();
    expect((await api.post(request)).status).to.equal(201);
    const ended = { prepayId: 'ended', expiresAt: new Date(0) };
    await api.context.store.orders.recordPrepay(mchId, request.out_trade_no, ended);

    const answer = await postToMoved(request);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    expect(api.simulator.ledger(request.out_trade_no).orders[0]).to.include({ prepays: 2 });
    expect(await notifyUrlOf(request.out_trade_no)).to.equal(
      `http://127.0.0.1:9/callbacks/wechat-pay/${mchId}`,
    );
  });

  it('is the configured one of now where the order is new', async () => {
    const request = orderRequest();
    expect((await postToMoved(request)).status).to.equal(201);
    expect(await notifyUrlOf(request.out_trade_no)).to.equal(
      `http://127.0.0.1:10/moved/callbacks/wechat-pay/${mchId}`,
    );
  });

  it('is none where the merchant’s own system prepays', async () => {
    const request = orderRequest({ prepay: false });
    expect((await api.post(request)).status).to.equal(201);
    expect(await notifyUrlOf(request.out_trade_no)).to.equal(undefined);
  });
});

import { expect } from 'chai';
import { after, afterEach, before, describe, it } from 'mocha';
import { type Installation, startInstallation, testMerchant } from './installation.ts';
import { waitFor } from './wait-for.ts';

const { mchId, appId } = testMerchant;

describe('combined orders (合单)', function () {
  this.timeout(60_000);
  let installation: Installation;
  let aheadMs = 0;
  const clock = { now: () => new Date(Date.now() + aheadMs) };
  let count = 0;
  before(async () => {
    installation = await startInstallation({
      without: ['message-worker'],
      reconciler: { clock },
    });
  });
  afterEach(() => installation.simulator.faults.reset());
  after(() => installation.close());

  function toRequest(parts = 2) {
    count += 1;
    const number = `WHOLE-${String(count).padStart(4, '0')}`;
    return {
      combine_appid: appId,
      combine_out_trade_no: number,
      scene_info: { payer_client_ip: '14.23.150.211' },
      sub_orders: Array.from({ length: parts }, (_, index) => ({
        out_trade_no: `${number}-${index}`,
        description: `龙井茶 ${index}`,
        amount: { total: 100 * (index + 1) },
        logistics_type: 3 as const,
      })),
      combine_payer_info: { openid: `o-buyer-of-${number}` },
    };
  }
  const create = (body: ReturnType<typeof toRequest>) => installation.client.createCombinedOrder({ body });
  const at = (request: ReturnType<typeof toRequest>) => ({
    params: { combine_out_trade_no: request.combine_out_trade_no },
  });
  const problemOf = (work: Promise<unknown>) =>
    work.then(
      () => expect.fail('it was taken'),
      (error: unknown) =>
        error as { status: number; code: string; problem: { errors?: { field: string }[] } },
    );
  const statusesOf = async (request: ReturnType<typeof toRequest>) =>
    (await installation.client.readCombinedOrder(at(request))).body.combined_order.orders.map(
      ({ status }) => status,
    );
  const untilFulfilled = (request: ReturnType<typeof toRequest>) =>
    waitFor('every part to be fulfilled', async () =>
      (await statusesOf(request)).every((status) => status === 'fulfilled'),
    );
  const prepaysOf = () => installation.simulator.ledger().calls.counts.prepay ?? 0;
  const failWith = (
    api: 'prepay' | 'close',
    answer: 'silence' | 'reset',
    moment: 'before' | 'after' = 'before',
  ) => installation.simulator.faults.set({ api: [{ api, moment, answer, times: 1 }] });

  it('are paid at once, and the shop is told of each part', async () => {
    const request = toRequest(3);
    const { status, body } = await create(request);
    expect(status).to.equal(201);
    expect(body.combined_order).to.deep.include({
      status: 'created',
      amount: { total: 600, currency: 'CNY' },
    });
    expect(body.combined_order.orders.map((order) => order.attach)).to.deep.equal(
      request.sub_orders.map((part) => part.out_trade_no),
    );
    installation.simulator.pay({ appId, ...body.payment });
    await untilFulfilled(request);
    const told = installation.shop.ledger().orders.map((order) => order.out_trade_no);
    expect(told).to.include.members(request.sub_orders.map((part) => part.out_trade_no));
    const { combined_order } = (await installation.client.readCombinedOrder(at(request))).body;
    expect(combined_order.status).to.equal('paid');
    expect(new Set(combined_order.orders.map((order) => order.transaction_id)).size).to.equal(3);
    expect((await problemOf(installation.client.closeCombinedOrder(at(request)))).code).to.equal(
      'ORDER_PAID',
    );
    expect((await problemOf(installation.client.signCombinedPayment(at(request)))).code).to.equal(
      'ORDER_NOT_PAYABLE',
    );
  });

  it('are prepaid by a repeat where WeChat Pay did not answer', async () => {
    const request = toRequest();
    failWith('prepay', 'reset');
    const first = await problemOf(create(request));
    expect(first.status).to.equal(503);
    const whole = request.combine_out_trade_no;
    expect((await create(request)).status, `${whole} again`).to.equal(200);
    expect(await statusesOf(request)).to.deep.equal(['created', 'created']);
  });

  it('whose parts are not all registered are not signed', async () => {
    const request = toRequest();
    await create(request);
    const known = await installation.store.combinedOrders.find(mchId, request.combine_out_trade_no);
    if (known === undefined) throw new Error('it is gone');
    const {
      id: _id,
      version: _version,
      createdAt: _at,
      prepayId: _prepay,
      prepayIdExpiresAt: _ends,
      ...facts
    } = known;
    const combineOutTradeNo = `${known.combineOutTradeNo}-X`;
    const parts = ['torn-1', 'never-registered'].map((outTradeNo) => ({ mchId, outTradeNo }));
    const torn = { ...facts, combineOutTradeNo, parts };
    await installation.store.combinedOrders.register(torn);
    await installation.store.orders.register({
      mchId,
      appId,
      outTradeNo: 'torn-1',
      combineOutTradeNo,
      description: '龙井茶',
      amountFen: 100,
      currency: 'CNY',
      logisticsType: 3,
      timeExpire: known.timeExpire,
      prepay: true,
      contentHash: 'torn-1',
    });
    const params = { combine_out_trade_no: torn.combineOutTradeNo };
    const before = prepaysOf();
    expect(await problemOf(installation.client.signCombinedPayment({ params }))).to.include({
      code: 'ORDER_NOT_PAYABLE',
    });
    expect(prepaysOf()).to.equal(before);
  });

  it('are signed again, and closed, as a whole only', async () => {
    const request = toRequest();
    const { body } = await create(request);
    const signed = await installation.client.signCombinedPayment(at(request));
    expect(signed.body.payment.package).to.equal(body.payment.package);
    const part = { params: { out_trade_no: request.sub_orders[0]?.out_trade_no ?? '' } };
    expect((await problemOf(installation.client.signPayment(part))).code).to.equal('ORDER_IS_COMBINED');
    expect((await problemOf(installation.client.closeOrder(part))).code).to.equal('ORDER_IS_COMBINED');
    const closed = await installation.client.closeCombinedOrder(at(request));
    expect(closed.body.combined_order.status).to.equal('closed');
    expect(await statusesOf(request)).to.deep.equal(['closed', 'closed']);
    expect((await installation.client.closeCombinedOrder(at(request))).status).to.equal(200);
    expect(() => installation.simulator.pay({ appId, ...body.payment })).to.throw();
  });

  it('that WeChat Pay closed without saying so are known to be closed by the query after it', async () => {
    const request = toRequest();
    await create(request);
    failWith('close', 'reset', 'after');
    expect((await installation.client.closeCombinedOrder(at(request))).body.combined_order.status).to.equal(
      'closed',
    );
  });

  it('paid without a callback are found by asking about one part', async () => {
    const request = toRequest();
    const { body } = await create(request);
    installation.simulator.pay({ appId, ...body.payment }, { drop: 20 });
    const params = { out_trade_no: request.sub_orders[1]?.out_trade_no ?? '' };
    const asked = await installation.client.queryOrder({ params });
    expect(asked.body).to.deep.include({ outcome: 'healed' });
    expect(asked.body.wechat_pay.amount).to.deep.equal({ total: 200, currency: 'CNY' });
    await untilFulfilled(request);
  });

  it('paid without a callback are found by the reconciler', async () => {
    const request = toRequest(4);
    const { body } = await create(request);
    installation.simulator.pay({ appId, ...body.payment }, { drop: 20 });
    aheadMs += 65_000;
    await untilFulfilled(request);
  });

  it('that nobody paid are closed when they expired, each part and at WeChat Pay', async () => {
    const request = { ...toRequest(), time_expire: new Date(Date.now() + 3_600_000).toISOString() };
    await create(request);
    aheadMs += 3_700_000;
    await waitFor('every part to be closed', async () => {
      // A question that was under way as the time went by puts the next one off.
      aheadMs += 30_000;
      return (await statusesOf(request)).every((status) => status === 'closed');
    });
    const part = request.sub_orders[0]?.out_trade_no ?? '';
    expect(installation.simulator.ledger(part).orders[0]?.trade_state).to.equal('CLOSED');
  });

  describe('a bad request', () => {
    it('of a number with other content is a conflict, of the whole or of a part', async () => {
      const request = toRequest();
      await create(request);
      const [first, second] = request.sub_orders;
      if (first === undefined || second === undefined) throw new Error('no parts');
      const other = { ...request, sub_orders: [{ ...first, amount: { total: 101 } }, second] };
      expect(await problemOf(create(other))).to.include({ status: 409, code: 'ORDER_CONFLICT' });
      const stolen = { ...request, combine_out_trade_no: `${request.combine_out_trade_no}-2` };
      expect(await problemOf(create(stolen))).to.include({ status: 409, code: 'ORDER_CONFLICT' });
      expect(
        await installation.store.combinedOrders.find(mchId, stolen.combine_out_trade_no),
        'nothing of it is kept',
      ).to.equal(undefined);
      const plain = { ...second, appid: appId, payer: { openid: 'o-1' } };
      expect((await problemOf(installation.client.createOrder({ body: plain }))).code).to.equal(
        'ORDER_CONFLICT',
      );
    });

    it('of a number that this merchant does not have is 404', async () => {
      const nowhere = at({ ...toRequest(), combine_out_trade_no: 'WHOLE-9999' });
      for (const work of [
        () => installation.client.readCombinedOrder(nowhere),
        () => installation.client.closeCombinedOrder(nowhere),
        () => installation.client.signCombinedPayment(nowhere),
      ]) {
        expect(await problemOf(work())).to.include({ status: 404, code: 'COMBINED_ORDER_NOT_FOUND' });
      }
    });

    const wrong: [string, (request: ReturnType<typeof toRequest>) => object, string][] = [
      ['one part', (one) => ({ sub_orders: one.sub_orders.slice(0, 1) }), 'sub_orders'],
      ['eleven parts', () => ({ sub_orders: toRequest(11).sub_orders }), 'sub_orders'],
      ['no address of the payer', () => ({ scene_info: undefined }), 'scene_info'],
      [
        'a name for an address',
        () => ({ scene_info: { payer_client_ip: 'home' } }),
        'scene_info.payer_client_ip',
      ],
      ['no payer', () => ({ combine_payer_info: undefined }), 'combine_payer_info'],
      ['an app of somebody else', () => ({ combine_appid: 'wxsomebodyelse00001' }), 'combine_appid'],
      [
        'a merchant below one that is no service provider',
        (one) => ({ sub_orders: [one.sub_orders[0], { ...one.sub_orders[1], sub_mchid: '1900000109' }] }),
        'sub_orders.1.sub_mchid',
      ],
      ['a time that is over', () => ({ time_expire: '2020-01-01T00:00:00Z' }), 'time_expire'],
      [
        'the same part twice',
        (one) => ({ sub_orders: [one.sub_orders[0], one.sub_orders[0]] }),
        'sub_orders.1.out_trade_no',
      ],
      [
        'an app below nobody',
        (one) => ({
          sub_orders: [{ ...one.sub_orders[0], sub_appid: 'wxsub0000000000001' }, one.sub_orders[1]],
        }),
        'sub_orders.0.sub_appid',
      ],
    ];
    for (const [what, change, field] of wrong) {
      it(`with ${what} is refused`, async () => {
        const request = toRequest();
        const body = { ...request, ...change(request) } as typeof request;
        const { status, code, problem } = await problemOf(create(body));
        expect([status, code, problem.errors?.[0]?.field]).to.deep.equal([400, 'REQUEST_INVALID', field]);
      });
    }
  });
});

import { MerchantApiProblem } from '@huidiao/client';
import { type CreateRefundRequest, toFullRefundNo, toRefundEffectId } from '@huidiao/contracts';
import { dropTestDatabase, type Order, type RefundStatus } from '@huidiao/store';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { mchId, newOutTradeNo, type RunningApi, startMerchantApi } from '../merchant-api.fixture.test.ts';
import type { PayingMerchant } from '../orders/paying-merchant.ts';
import { serveCreateRefund } from './serve-create-refund.ts';

const appId = 'wx8888888888888888';
const openId = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o';

describe('refunds over HTTP', () => {
  let api: RunningApi;
  before(async () => {
    api = await startMerchantApi();
  });
  after(async () => {
    await api?.close();
    if (api !== undefined) await dropTestDatabase(api.context.config.mongo.uri);
  });
  const orders = () => api.context.store.orders;

  async function newOrder(): Promise<Order> {
    const { order } = await orders().register({
      mchId,
      appId,
      outTradeNo: newOutTradeNo(),
      openId,
      description: '手冲咖啡 250g',
      amountFen: 8_800,
      currency: 'CNY',
      logisticsType: 3,
      timeExpire: new Date(Date.now() + 3_600_000),
      prepay: false,
      contentHash: 'hash',
    });
    return order;
  }

  /** Paid here and at WeChat. */
  async function newPaidOrder(): Promise<Order> {
    const order = await newOrder();
    const { outTradeNo, amountFen: totalFen } = order;
    const payment = { mchId, appId, openId, outTradeNo, totalFen, notifyUrl: 'http://127.0.0.1:9' };
    const { transactionId } = api.simulator.payDirectly(payment, { drop: 20 });
    const told = { mchId, appId, outTradeNo, transactionId, amountFen: totalFen, currency: 'CNY' };
    const paid = await orders().pay(
      order,
      { type: 'payment.succeeded', tradeType: 'JSAPI', ...told },
      { eventKey: outTradeNo, effects: [] },
    );
    return paid ?? expect.fail('not paid');
  }

  const create = (
    { outTradeNo }: Order,
    refund: number,
    more: Partial<Omit<CreateRefundRequest, 'amount'>> = {},
  ) =>
    api.client.createRefund({
      params: { out_trade_no: outTradeNo },
      body: { amount: { refund }, ...more },
    });
  const read = ({ outTradeNo }: Order, outRefundNo: string) =>
    api.client.readRefund({ params: { out_trade_no: outTradeNo, out_refund_no: outRefundNo } });
  const problemOf = async (work: Promise<unknown>) => {
    const problem = await work.then(
      () => expect.fail('it was taken'),
      (error: unknown) => error,
    );
    if (!(problem instanceof MerchantApiProblem)) throw problem;
    const { detail, errors = [] } = problem.problem;
    return { status: problem.status, code: problem.code, detail, fields: errors.map(({ field }) => field) };
  };
  const tell = (
    order: Order,
    outRefundNo: string,
    status: RefundStatus,
    refundFen: number,
    refundId: string,
  ) => {
    const transactionId = order.transactionId ?? '';
    const told = { refundId, outRefundNo, transactionId, status, refundFen };
    const options = { eventKey: `${outRefundNo}-${status}`, effects: [] };
    return orders().recordRefund(mchId, order.outTradeNo, told, options);
  };

  it('asks for one, says how far it is, and leaves its job and its effect behind; the same again is the same', async () => {
    const order = await newPaidOrder();
    const number = `${order.outTradeNo}@1|*`;
    const goods = { merchant_goods_id: 'tea-1', unit_price: 100, refund_amount: 100, refund_quantity: 1 };
    const more = { out_refund_no: number, reason: '少发一包', goods_detail: [goods] };
    const first = await create(order, 100, more);
    expect(first.status).to.equal(201);
    expect(first.body).to.deep.include({
      out_refund_no: number,
      transaction_id: order.transactionId,
      amount: { refund: 100, total: 8_800, currency: 'CNY' },
      state: 'requested',
      attempts: 0,
      waits_for: 'turn',
      requested_by: 'api',
    });
    expect(await create(order, 100, more)).to.deep.equal({ ...first, status: 200 });
    expect((await read(order, number)).body).to.deep.equal(first.body);
    const { effects, refundRequests } = (await orders().find(mchId, order.outTradeNo)) ?? expect.fail();
    expect(effects.map(({ id }) => id)).to.deep.equal([toRefundEffectId(mchId, order.outTradeNo, number)]);
    expect(refundRequests[0]?.notifyUrl).to.match(/\/callbacks\/wechat-pay\/1900000001$/);
    const { body } = await api.client.readOrder({ params: { out_trade_no: order.outTradeNo } });
    expect(body.refund_requests).to.deep.equal([first.body]);
    expect(api.simulator.ledger(order.outTradeNo).refunds, 'nobody has asked WeChat').to.deep.equal([]);
  });

  it('is asked for while Redis is away: the reconciler finds it in its order', async () => {
    const order = await newPaidOrder();
    const { logger, store } = api.context;
    const add = () => Promise.reject(new Error('Redis is away'));
    const [merchant] = api.context.config.directory.merchants.values();
    const handler = serveCreateRefund({
      orders: store.orders,
      producer: { add },
      payingOf: () => ({ notifyUrl: 'https://a.example' }) as PayingMerchant,
      clock: { now: () => new Date() },
      logger,
    });
    const reply = await handler({
      params: { out_trade_no: order.outTradeNo },
      query: undefined,
      body: { amount: { refund: 8_800, currency: 'CNY' } },
      caller: { kind: 'api_key', merchant: merchant ?? expect.fail(), keyId: 'key-1' },
      remoteAddress: '',
      facts: { requestId: 'request-1', startedAtMs: 0, route: '' },
    });
    expect(reply).to.include({ status: 201 });
    expect((await orders().find(mchId, order.outTradeNo))?.effects).to.have.length(1);
  });

  it('needs no number where all of the payment is refunded, and makes one refund of it', async () => {
    const order = await newPaidOrder();
    const answers = await Promise.all([1, 2, 3, 4].map(() => create(order, 8_800)));
    const full = toFullRefundNo(order.transactionId ?? '');
    expect(answers.map(({ body }) => body.out_refund_no)).to.deep.equal(Array(4).fill(full));
    expect(answers.map(({ status }) => status).toSorted()).to.deep.equal([200, 200, 200, 201]);
    const other = await newPaidOrder();
    expect(await problemOf(create(other, 8_799))).to.include({ status: 400, code: 'REQUEST_INVALID' });
    expect((await problemOf(create(other, 8_799))).fields).to.deep.equal(['out_refund_no']);
  });

  it('never takes more than was paid, however many come at once, and says how much is left', async () => {
    const order = await newPaidOrder();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        create(order, 1_000, { out_refund_no: `${order.outTradeNo}-${index}` }).then(
          ({ status }) => String(status),
          (error: { code: string }) => error.code,
        ),
      ),
    );
    const by = (wanted: string) => outcomes.filter((outcome) => outcome === wanted).length;
    expect([by('201'), by('REFUND_EXCEEDS_PAYMENT')]).to.deep.equal([8, 12]);
    expect(await problemOf(create(order, 801, { out_refund_no: 'one-too-many' }))).to.include({
      status: 409,
      code: 'REFUND_EXCEEDS_PAYMENT',
      detail: '801 fen were asked for; 800 fen are left of the payment.',
    });
  });

  it('refuses what cannot be refunded, each with its own problem', async () => {
    const order = await newPaidOrder();
    await create(order, 100, { out_refund_no: 'refund-1' });
    const conflict = create(order, 101, { out_refund_no: 'refund-1' });
    expect(await problemOf(conflict)).to.include({ status: 409, code: 'REFUND_CONFLICT' });
    const unpaid = await newOrder();
    const unknown = { ...order, outTradeNo: 'no-such-order' };
    const stranger = { transaction_id: '4200000000000000000000000009' };
    const rows: [work: () => Promise<unknown>, status: number, code: string][] = [
      [() => create(unpaid, 8_800), 409, 'ORDER_NOT_REFUNDABLE'],
      [() => create(unpaid, 1, { out_refund_no: 'r' }), 409, 'ORDER_NOT_REFUNDABLE'],
      [() => create(order, 1, { out_refund_no: 'r', ...stranger }), 409, 'ORDER_NOT_REFUNDABLE'],
      [() => create(unknown, 1), 404, 'ORDER_NOT_FOUND'],
      [() => read(unknown, 'refund-1'), 404, 'ORDER_NOT_FOUND'],
      [() => read(order, 'refund-2'), 404, 'REFUND_NOT_FOUND'],
      [() => create(order, 0), 400, 'REQUEST_INVALID'],
      [() => create(order, 1.5), 400, 'REQUEST_INVALID'],
      [() => create(order, 1, { out_refund_no: 'a b' }), 400, 'REQUEST_INVALID'],
      [() => create(order, 1, { out_refund_no: 'r', reason: 'x'.repeat(81) }), 400, 'REQUEST_INVALID'],
      [() => create(order, 1, { out_refund_no: 'r', goods_detail: [] }), 400, 'REQUEST_INVALID'],
    ];
    for (const [work, status, code] of rows) expect(await problemOf(work())).to.include({ status, code });
    const foreign = api.clientOf(api.otherKey);
    const params = { out_trade_no: order.outTradeNo, out_refund_no: 'refund-1' };
    expect(await problemOf(foreign.readRefund({ params }))).to.include({ code: 'ORDER_NOT_FOUND' });
  });

  it('shows a refund of the console as what it is, and refunds a second payment by its own number', async () => {
    const order = await newPaidOrder();
    await tell(order, 'console-1', 'SUCCESS', 300, '50300000000000000000000000001');
    expect((await read(order, 'console-1')).body).to.deep.include({
      requested_by: 'elsewhere',
      state: 'succeeded',
      status: 'SUCCESS',
      amount: { refund: 300, total: 8_800, currency: 'CNY' },
    });
    const { outTradeNo } = order;
    const second = `42${outTradeNo.slice(2)}`;
    const payment = { type: 'payment.succeeded', mchId, appId, outTradeNo, currency: 'CNY' } as const;
    await orders().keepOtherPayment(
      { ...payment, transactionId: second, amountFen: 700, tradeType: 'JSAPI' },
      { eventKey: 'second', entry: { event: 'payment.second' } },
    );
    const { body } = await create(order, 700, { transaction_id: second });
    expect(body).to.deep.include({
      out_refund_no: toFullRefundNo(second),
      transaction_id: second,
      amount: { refund: 700, total: 700, currency: 'CNY' },
    });
    expect((await create(order, 8_500, { out_refund_no: 'rest' })).body.transaction_id).to.equal(
      order.transactionId,
    );
  });

  describe('that could not be paid out (ABNORMAL)', () => {
    const card = {
      type: 'USER_BANK_CARD',
      bank_type: 'ICBC_DEBIT',
      bank_account: '6222020000000000',
      real_name: '王小明',
    } as const;
    const settle = (
      { outTradeNo }: Order,
      outRefundNo: string,
      body: typeof card | { type: 'MERCHANT_BANK_CARD' },
    ) =>
      api.client.settleAbnormalRefund({
        params: { out_trade_no: outTradeNo, out_refund_no: outRefundNo },
        body,
      });

    async function newAbnormal(): Promise<[Order, string]> {
      const order = await newPaidOrder();
      const number = `${order.outTradeNo}-1`;
      await create(order, 100, { out_refund_no: number });
      const { refund } = api.simulator.refundAtConsole(mchId, order.outTradeNo, {
        refundFen: 100,
        course: 'ABNORMAL',
      });
      await tell(order, refund.outRefundNo, 'ABNORMAL', 100, refund.refundId);
      return [order, refund.outRefundNo];
    }

    for (const body of [card, { type: 'MERCHANT_BANK_CARD' } as const]) {
      it(`goes to another account: ${body.type}, also when asked again`, async () => {
        const [order, number] = await newAbnormal();
        expect((await settle(order, number, body)).status).to.equal(200);
        const [refund] = api.simulator.ledger(order.outTradeNo).refunds;
        expect(refund).to.include({ out_refund_no: number, status: 'PROCESSING' });
        expect((await settle(order, number, body)).status).to.equal(200);
        expect(api.logged.join(), 'a card is in no log').to.not.match(/6222020000000000|王小明/);
      });
    }

    it('and that WeChat Pay does not take so is refused', async () => {
      const [order, number] = await newAbnormal();
      await tell(order, `${number}0`, 'ABNORMAL', 100, '50300000000000000000000000009');
      const refused = await problemOf(settle(order, `${number}0`, card));
      expect(refused).to.include({ status: 422, code: 'WECHAT_REFUSED' });
      const faults = [
        { api: 'abnormal_refund', moment: 'before', answer: 'wrong_signature', times: 1 },
      ] as const;
      api.simulator.faults.set({ api: [...faults] });
      const unknown = await problemOf(settle(order, number, card));
      expect(unknown).to.include({ status: 503, code: 'WECHAT_RESPONSE_NOT_AUTHENTIC' });
      expect((await settle(order, number, card)).status).to.equal(200);
    });

    it('and nothing else', async () => {
      const order = await newPaidOrder();
      await create(order, 100, { out_refund_no: 'refund-1' });
      expect(await problemOf(settle(order, 'refund-1', card))).to.include({
        status: 409,
        code: 'REFUND_NOT_ABNORMAL',
      });
      expect(await problemOf(settle(order, 'refund-2', card))).to.include({
        status: 404,
        code: 'REFUND_NOT_FOUND',
      });
      const bad = { ...card, bank_account: '6222 0200' };
      expect(await problemOf(settle(order, 'refund-1', bad as never))).to.include({
        code: 'REQUEST_INVALID',
      });
    });
  });
});

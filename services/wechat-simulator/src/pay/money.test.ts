import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { MoneyView, Simulator } from '../index.ts';
import { type Answer, callJson, requestPayment } from '../wechat-simulator.fixture.test.ts';
import { createPayPlatform, mchId, type PayPlatform } from './pay-platform.fixture.test.ts';

const nothing = { PROCESSING: 0, SUCCESS: 0, ABNORMAL: 0, CLOSED: 0 };

describe('wechat-simulator: the money ledger', () => {
  let platform: PayPlatform;
  let simulator: Simulator;
  beforeEach(async () => {
    platform = await createPayPlatform();
    simulator = platform.simulator;
  });
  afterEach(() => platform.close());

  it('tells to the fen what was paid and what became of each refund, by order and by merchant', async () => {
    const [first, second] = [platform.pay({ totalFen: 1_000 }), platform.pay({ totalFen: 501 })];
    await platform.prepay();
    simulator.refundAtConsole(mchId, first, { refundFen: 300 });
    simulator.refundAtConsole(mchId, first, { refundFen: 20, course: 'ABNORMAL' });
    simulator.refundAtConsole(mchId, second, { refundFen: 501, course: 'CLOSED' });
    const sub = platform.pay({ totalFen: 7, sub: { mchId: '1600000001' } });
    const { text } = await callJson('GET', `${simulator.uri}/simulator/ledger`);
    const { money } = JSON.parse(text) as { money: MoneyView };
    expect(
      money.orders.map(({ out_trade_no, paid, refunded }) => [out_trade_no, paid, refunded]),
    ).to.deep.equal([
      [first, 1_000, { ...nothing, SUCCESS: 300, ABNORMAL: 20 }],
      [second, 501, { ...nothing, CLOSED: 501 }],
      [sub, 7, nothing],
    ]);
    expect(money.merchants).to.deep.equal([
      {
        mchid: mchId,
        paid_orders: 2,
        paid: 1_501,
        refunded: { PROCESSING: 0, SUCCESS: 300, ABNORMAL: 20, CLOSED: 501 },
        frozen: 0,
      },
      { mchid: mchId, sub_mchid: '1600000001', paid_orders: 1, paid: 7, refunded: nothing, frozen: 0 },
    ]);
    expect(simulator.ledger(second).money.merchants).to.have.length(1);
    expect(simulator.ledger(second).money.merchants[0]).to.include({ paid_orders: 1, paid: 501 });
  });

  it('a counted balance follows payments, refunds, and refunds that were closed', async () => {
    simulator.setBalance(mchId, 100);
    const outTradeNo = platform.pay({ totalFen: 1_000 });
    const balance = (): number | undefined => simulator.ledger().money.merchants[0]?.balance;
    expect(balance()).to.equal(1_100);
    simulator.refundAtConsole(mchId, outTradeNo, { refundFen: 400, course: 'ABNORMAL' });
    expect(balance()).to.equal(700);
    simulator.refundAtConsole(mchId, outTradeNo, { refundFen: 50, course: 'CLOSED' });
    expect(balance()).to.equal(700);
    simulator.setBalance(mchId, undefined);
    expect(balance()).to.equal(undefined);
  });

  describe('profit_sharing', () => {
    const unfreeze = (change: object): Promise<Answer> =>
      platform.post('/profitsharing/orders/unfreeze', {
        out_order_no: 'UNFREEZE-1',
        description: '解冻全部剩余资金',
        ...change,
      });
    const payFrozen = async () => {
      const { outTradeNo, prepayId } = await platform.prepay({ settle_info: { profit_sharing: true } });
      const { transactionId } = simulator.pay(requestPayment(prepayId), { drop: 100 });
      return { outTradeNo, transactionId };
    };

    it('freezes what is paid until it is released, once', async () => {
      simulator.setBalance(mchId, 0);
      const { outTradeNo, transactionId } = await payFrozen();
      const money = () => simulator.ledger(outTradeNo).money.merchants[0];
      expect(money()).to.include({ paid: 1_880, frozen: 1_880, balance: 0 });
      const body = { transaction_id: transactionId };
      expect((await unfreeze(body)).status).to.equal(200);
      expect((await unfreeze(body)).status).to.equal(200);
      expect(money()).to.include({ frozen: 0, balance: 1_880 });
      expect((await unfreeze({ ...body, out_order_no: 'UNFREEZE-2' })).json.code).to.equal('INVALID_REQUEST');
    });

    it('a refund takes frozen money, whatever the balance', async () => {
      simulator.setBalance(mchId, 0);
      const { outTradeNo, transactionId } = await payFrozen();
      simulator.refundAtConsole(mchId, outTradeNo, { refundFen: 880 });
      expect(simulator.ledger(outTradeNo).money.orders[0]).to.include({ frozen: 1_000 });
      await unfreeze({ transaction_id: transactionId });
      expect(simulator.ledger(outTradeNo).money.merchants[0]).to.include({ balance: 1_000, frozen: 0 });
    });
  });
});

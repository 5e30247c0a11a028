import { toRefundEffectId } from '@huidiao/contracts';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toRefundTurn } from './begin-refund.ts';
import type { Order, RefundStatus } from './order.ts';
import type { NewRefundRequest, RefundedGoods } from './refund-request.ts';
import { toRefundableFen } from './refundable.ts';
import { codeOf, inParallel, newOrder, paymentOf, useStore } from './test-store.test.ts';
import { toRefundEffect } from './to-refund-effect.ts';

const now = new Date('2026-11-22T12:00:00Z');
const cause = { requestId: 'request-1', lane: 'live' } as const;
const second = '4200000000000000000000000002';

describe('a refund that is wanted', () => {
  let time = now;
  const { orders } = useStore({ clock: { now: () => time } }).store;

  const reread = async ({ mchId, outTradeNo }: Order) =>
    (await orders.find(mchId, outTradeNo)) ?? expect.fail('gone');

  /** An order of 888 fen. */
  async function paid(): Promise<Order> {
    time = now;
    const { order } = await orders.register(newOrder());
    const options = { eventKey: 'event-1', effects: [] };
    return (await orders.pay(order, paymentOf(order), options)) ?? expect.fail('not paid');
  }
  const keepSecond = (order: Order, amountFen = 888) =>
    orders.keepOtherPayment(
      { ...paymentOf(order), transactionId: second + order.outTradeNo.replace(/\D/g, ''), amountFen },
      { eventKey: 'event-2', entry: { event: 'payment.second' } },
    );
  const secondOf = (order: Order) => second + order.outTradeNo.replace(/\D/g, '');

  function request(
    { mchId, outTradeNo }: Order,
    outRefundNo: string,
    refundFen: number,
    more: Partial<NewRefundRequest> = {},
  ) {
    const effect = toRefundEffect({ mchId, outTradeNo, outRefundNo }, cause, now);
    const wanted = { outRefundNo, refundFen, requestedBy: 'api', ...more };
    return orders.requestRefund(mchId, outTradeNo, wanted, { effects: [effect] });
  }
  const outcomeOf = async (...args: Parameters<typeof request>) => {
    const requested = await request(...args);
    return [requested?.outcome, requested?.refundableFen];
  };
  const tell = (order: Order, outRefundNo: string, status: RefundStatus, refundFen: number, of?: string) => {
    const transactionId = of ?? order.transactionId ?? '';
    const told = { refundId: `id-${outRefundNo}`, outRefundNo, transactionId, status, refundFen };
    const options = { eventKey: `${outRefundNo}-${status}`, effects: [] };
    return orders.recordRefund(order.mchId, order.outTradeNo, told, options);
  };

  it('is in its order with its effect, and nothing else of the order changes', async () => {
    const order = await paid();
    expect(await outcomeOf(order, 'r-1', 100, { reason: 'broken' })).to.deep.equal(['requested', 788]);
    const { refundRequests, effects, status, refunds } = await reread(order);
    expect(refundRequests).to.deep.equal([
      {
        outRefundNo: 'r-1',
        transactionId: order.transactionId,
        refundFen: 100,
        totalFen: 888,
        currency: 'CNY',
        reason: 'broken',
        requestedBy: 'api',
        requestedAt: now,
        state: 'requested',
        attempts: 0,
        waits: 0,
        rounds: 0,
        stateAt: now,
      },
    ]);
    expect(effects.map(({ id }) => id)).to.deep.equal([
      toRefundEffectId(order.mchId, order.outTradeNo, 'r-1'),
    ]);
    expect([status, refunds]).to.deep.equal(['paid', []]);
  });

  it('never comes to more than was paid together with the others, however many are wanted at once', async () => {
    const order = await paid();
    const outcomes = await inParallel(20, (index) => outcomeOf(order, `r-${index}`, 100));
    const by = (wanted: string) => outcomes.filter(([outcome]) => outcome === wanted).length;
    expect([by('requested'), by('exceeds')]).to.deep.equal([8, 12]);
    expect(toRefundableFen(await reread(order))).to.equal(88);
  });

  it('is one refund when the same is wanted again, and another number otherwise', async () => {
    const order = await paid();
    const goods: RefundedGoods[] = [
      { merchantGoodsId: 'g', goodsName: 'tea', unitPriceFen: 100, refundFen: 100, refundQuantity: 1 },
    ];
    const content = { reason: 'broken', goods, fundsAccount: 'AVAILABLE' };
    const outcomes = await inParallel(6, () => outcomeOf(order, 'r-1', 100, content));
    expect(outcomes.filter(([outcome]) => outcome === 'requested')).to.have.length(1);
    expect(outcomes.filter(([outcome]) => outcome === 'same')).to.have.length(5);
    const others: Partial<NewRefundRequest>[] = [
      { reason: 'late' },
      { fundsAccount: 'UNSETTLED' },
      { goods: [{ ...(goods[0] as RefundedGoods), refundQuantity: 2 }] },
      { goods: undefined },
    ];
    for (const other of others) {
      expect(await outcomeOf(order, 'r-1', 100, { ...content, ...other })).to.deep.equal(['conflict', 788]);
    }
    expect(await outcomeOf(order, 'r-1', 101, content)).to.deep.equal(['conflict', 788]);
    expect((await reread(order)).effects).to.have.length(1);
  });

  it('leaves out what WeChat Pay closed or refused, and counts what was made elsewhere', async () => {
    const order = await paid();
    await tell(order, 'console', 'SUCCESS', 300);
    expect(await outcomeOf(order, 'console', 300), 'a number of another system').to.deep.equal([
      'conflict',
      588,
    ]);
    expect(await outcomeOf(order, 'r-1', 588)).to.deep.equal(['requested', 0]);
    expect(await outcomeOf(order, 'r-2', 1)).to.deep.equal(['exceeds', 0]);
    await tell(order, 'r-1', 'ABNORMAL', 588);
    expect(await outcomeOf(order, 'r-2', 1), 'it may still succeed').to.deep.equal(['exceeds', 0]);
    await tell(order, 'r-1', 'CLOSED', 588);
    expect(await outcomeOf(order, 'r-2', 88)).to.deep.equal(['requested', 500]);
    const named = { mchId: order.mchId, outTradeNo: order.outTradeNo, outRefundNo: 'r-2' };
    await orders.moveRefund(named, { from: ['requested'], to: 'refused', effect: 'settled' });
    expect(await outcomeOf(order, 'r-3', 588)).to.deep.equal(['requested', 0]);
    expect(await outcomeOf(order, 'r-1', 588), 'it stays what it was').to.deep.equal(['same', 0]);
  });

  it('is of the payment that it names, each with a sum of its own', async () => {
    const order = await paid();
    const transactionId = secondOf(order);
    expect((await request(order, 'r-1', 1, { transactionId }))?.reason).to.equal('not_paid');
    await keepSecond(order, 700);
    await keepSecond(order, 700);
    expect((await reread(order)).otherPayments).to.have.length(1);
    expect(await outcomeOf(order, 'r-1', 701, { transactionId })).to.deep.equal(['exceeds', 700]);
    expect(await outcomeOf(order, 'r-2', 700, { transactionId })).to.deep.equal(['requested', 0]);
    expect(await outcomeOf(order, 'r-3', 888)).to.deep.equal(['requested', 0]);
    expect((await reread(order)).refundRequests.map(({ totalFen }) => totalFen)).to.deep.equal([700, 888]);
    await tell(order, 'r-2', 'SUCCESS', 700, transactionId);
    const after = await reread(order);
    expect(after.held, 'its own payment was not given back').to.equal(undefined);
    expect(after.refunds[0]).to.include({ transactionId });
  });

  it('is refused without a payment, more than 365 days after it, and for the 51st time', async () => {
    const { order: unpaid } = await orders.register(newOrder());
    expect((await request(unpaid, 'r-1', 1))?.reason).to.equal('not_paid');
    const order = await paid();
    for (let count = 1; count <= 50; count += 1) {
      expect((await request(order, `r-${count}`, 1))?.outcome).to.equal('requested');
    }
    expect((await request(order, 'r-51', 1))?.reason).to.equal('too_many');
    const old = await paid();
    time = new Date((old.paidAt ?? now).getTime() + 365 * 86_400_000);
    expect((await request(old, 'r-1', 1))?.outcome).to.equal('requested');
    time = new Date(time.getTime() + 1);
    expect((await request(old, 'r-2', 1))?.reason).to.equal('too_old');
    expect((await request(old, 'r-1', 1))?.outcome, 'what was asked for in time').to.equal('same');
  });

  it('is refused for an amount that is no whole number of fen, or of an order that is not there', async () => {
    const order = await paid();
    for (const fen of [0, -1, 0.5, Number.NaN]) {
      expect(await codeOf(request(order, 'r-1', fen))).to.equal('REQUEST_INVALID');
    }
    expect(await request({ ...order, outTradeNo: 'nobodys' }, 'r-1', 1)).to.equal(undefined);
  });

  describe('and is being made', () => {
    const spacingMs = 65_000;
    const named = ({ mchId, outTradeNo }: Order, outRefundNo: string) => ({ mchId, outTradeNo, outRefundNo });

    it('is asked for after the one before it by the spacing, by one of many', async () => {
      const order = await paid();
      await request(order, 'r-1', 100);
      await request(order, 'r-2', 100);
      const begun = await inParallel(8, (index) =>
        orders.beginRefund(named(order, index % 2 === 0 ? 'r-1' : 'r-2'), spacingMs),
      );
      const numbers = new Set(
        begun.flatMap((one) => (one.outcome === 'begun' ? [one.request.outRefundNo] : [])),
      );
      expect(numbers.size).to.equal(1);
      const [first = ''] = numbers;
      const other = first === 'r-1' ? 'r-2' : 'r-1';
      const until = new Date(now.getTime() + spacingMs);
      expect(await orders.beginRefund(named(order, other), spacingMs)).to.deep.equal({
        outcome: 'too_soon',
        until,
      });
      expect(toRefundTurn(await reread(order), other, spacingMs)).to.deep.equal(until);
      time = until;
      expect(await orders.beginRefund(named(order, other), spacingMs)).to.include({ outcome: 'begun' });
    });

    it('moves on from the states that a move names, and its effect with it', async () => {
      const order = await paid();
      await request(order, 'r-1', 100);
      await orders.beginRefund(named(order, 'r-1'), spacingMs);
      const dueAt = new Date(now.getTime() + 60_000);
      const effect = { dueAt, requestId: 'request-2', lane: 'bulk' } as const;
      const move = { from: ['submitting'], to: 'processing', refundId: 'id-1', effect } as const;
      expect(await orders.moveRefund(named(order, 'r-1'), move)).to.include({ outTradeNo: order.outTradeNo });
      expect(await orders.moveRefund(named(order, 'r-1'), move), 'it has moved').to.equal(undefined);
      const after = await reread(order);
      expect(after.refundRequests[0]).to.include({
        state: 'processing',
        refundId: 'id-1',
        attempts: 1,
        rounds: 1,
      });
      expect(after.effects[0]).to.deep.include({ dueAt, round: 1, requestId: 'request-1', lane: 'live' });
      expect(await orders.beginRefund(named(order, 'r-1'), spacingMs)).to.include({ outcome: 'overtaken' });

      const id = toRefundEffectId(order.mchId, order.outTradeNo, 'r-1');
      await orders.settleEffect(order.mchId, order.outTradeNo, id, { event: 'make-refund.dead_letter' });
      await orders.moveRefund(named(order, 'r-1'), {
        from: ['processing'],
        to: 'processing',
        waits: 3,
        effect,
      });
      const back = await reread(order);
      expect(back.effects).to.deep.equal([{ id, job: 'make-refund', ...effect, round: 2 }]);
      expect(back.refundRequests[0]).to.include({ waits: 3, rounds: 2 });
    });

    it('ends with what WeChat Pay tells, and nothing is left to do; ABNORMAL leaves its effect', async () => {
      const order = await paid();
      for (const [number, status, state] of [
        ['r-1', 'SUCCESS', 'succeeded'],
        ['r-2', 'CLOSED', 'closed'],
        ['r-3', 'ABNORMAL', 'abnormal'],
      ] as const) {
        await request(order, number, 100);
        expect(await tell(order, number, status, 100)).to.include({ isOurs: true, isNew: true });
        const { refundRequests, effects } = await reread(order);
        expect(refundRequests.at(-1)).to.include({ state, refundId: `id-${number}` });
        expect(effects.some(({ id }) => id.endsWith(number))).to.equal(state === 'abnormal');
      }
    });

    it('stays to be made where its order is held because others gave all of it back', async () => {
      const order = await paid();
      await request(order, 'r-1', 100);
      expect(await tell(order, 'console', 'SUCCESS', 888)).to.include({ outcome: 'held', isOurs: false });
      expect((await reread(order)).effects.map(({ job }) => job)).to.deep.equal(['make-refund']);
    });
  });
});

import { expect } from 'chai';
import { describe, it } from 'mocha';
import { judgeRefunds, mergeRefund, type RefundVerdict } from './judge-refunds.ts';
import type { Order, OrderRefund, RefundStatus } from './order.ts';
import { codeOf, effectOf, inParallel, newOrder, paymentOf, useStore } from './test-store.test.ts';

const at = new Date('2026-11-22T10:00:00Z');

function refundOf(refundId: string, status: RefundStatus, refundFen: number): OrderRefund {
  return { refundId, outRefundNo: `no-${refundId}`, status, refundFen, at };
}

describe('judgeRefunds', () => {
  const rows: [refunds: [RefundStatus, number][], verdict: RefundVerdict][] = [
    [[], 'unsettled'],
    [[['SUCCESS', 888]], 'full'],
    [
      [
        ['SUCCESS', 400],
        ['SUCCESS', 488],
      ],
      'full',
    ],
    [
      [
        ['SUCCESS', 400],
        ['SUCCESS', 500],
      ],
      'full',
    ],
    [[['SUCCESS', 887]], 'part'],
    [
      [
        ['SUCCESS', 1],
        ['ABNORMAL', 886],
      ],
      'part',
    ],
    [
      [
        ['SUCCESS', 1],
        ['ABNORMAL', 887],
      ],
      'unsettled',
    ],
    [
      [
        ['SUCCESS', 1],
        ['CLOSED', 887],
      ],
      'part',
    ],
    [[['ABNORMAL', 888]], 'unsettled'],
    [[['CLOSED', 888]], 'unsettled'],
    [[['SUCCESS', 0]], 'unsettled'],
  ];
  for (const [refunds, verdict] of rows) {
    it(`${refunds.map((one) => one.join(' ')).join(', ') || 'nothing'} of 888: ${verdict}`, () => {
      const known = refunds.map(([status, fen], index) => refundOf(`${index}`, status, fen));
      expect(judgeRefunds(known, 888)).to.equal(verdict);
    });
  }
});

describe('mergeRefund', () => {
  const states: RefundStatus[] = ['SUCCESS', 'ABNORMAL', 'CLOSED'];
  for (const before of states) {
    for (const told of states) {
      const isNews = before === 'ABNORMAL' && told !== 'ABNORMAL';
      it(`${before}, then ${told}: ${isNews ? told : 'nothing new'}`, () => {
        const after = mergeRefund([refundOf('1', before, 1)], refundOf('1', told, 1));
        expect(after?.map(({ status }) => status)).to.deep.equal(isNews ? [told] : undefined);
      });
    }
  }
});

describe('a refund in its order', () => {
  const { orders } = useStore().store;

  async function paid(): Promise<Order> {
    const { order } = await orders.register(newOrder());
    const options = { eventKey: 'event-1', effects: [effectOf('fulfil')] };
    return (await orders.pay(order, paymentOf(order), options)) ?? expect.fail('not paid');
  }
  const record = (order: Order, refund: OrderRefund) => {
    const { mchId, outTradeNo } = order;
    const { at: _at, ...rest } = refund;
    const told = { transactionId: paymentOf(order).transactionId, ...rest };
    const options = { eventKey: `${refund.refundId}-${refund.status}`, effects: [effectOf('fulfil')] };
    return orders.recordRefund(mchId, outTradeNo, told, options);
  };
  const reread = async ({ mchId, outTradeNo }: Order) =>
    (await orders.find(mchId, outTradeNo)) ?? expect.fail('gone');

  it('is recorded by one of 16 at once, and all of them know it', async () => {
    const order = await paid();
    const results = await inParallel(16, () => record(order, refundOf('r', 'SUCCESS', 100)));
    expect(results.filter((result) => result?.outcome === 'recorded')).to.have.length(1);
    expect(results.filter((result) => result?.isNew)).to.have.length(1);
    const after = await reread(order);
    expect(after).to.include({ version: order.version + 1 });
    expect(after.refunds).to.have.length(1);
    expect(after.appliedEvents).to.include('r-SUCCESS');
  });

  it('is none the less for the order in which states of many come', async () => {
    const order = await paid();
    const told = [1, 2, 3, 4].flatMap((number) => [
      refundOf(`r${number}`, 'ABNORMAL', 100),
      refundOf(`r${number}`, 'SUCCESS', 100),
    ]);
    await Promise.all(told.toReversed().map((refund) => record(order, refund)));
    const { refunds } = await reread(order);
    expect(refunds.map(({ status }) => status)).to.deep.equal(Array(4).fill('SUCCESS'));
  });

  it('in full, and the shop that accepts at the same moment: one of the two decides', async () => {
    const made = await inParallel(12, paid);
    await Promise.all(
      made.flatMap((order) => [
        record(order, refundOf('r', 'SUCCESS', 888)),
        orders.accept(order.mchId, order.outTradeNo, 'fulfil', {
          httpStatus: 200,
          fulfilledToo: true,
          effects: [],
        }),
      ]),
    );
    for (const order of made) {
      const { status, held, effects, refunds } = await reread(order);
      expect([status, held]).to.be.deep.oneOf([
        ['paid', 'refunded'],
        ['fulfilled', undefined],
      ]);
      expect(effects).to.deep.equal([]);
      expect(refunds).to.have.length(1);
    }
  });

  it('before the payment makes the order due for a query, and the version moves, so that a stale payment fails', async () => {
    const { order } = await orders.register(newOrder());
    await record(order, refundOf('r', 'CLOSED', 1));
    const after = await reread(order);
    expect(Number(after.nextQueryAt)).to.be.at.most(Date.now());
    const options = { eventKey: 'event-1', effects: [] };
    expect(await orders.pay(order, paymentOf(order), options)).to.equal(undefined);
  });

  it('of a payment that nobody told of makes a closed order due for a query, but where all is given back', async () => {
    for (const [refund, isDue] of [
      [refundOf('part', 'SUCCESS', 100), true],
      [refundOf('ended', 'CLOSED', 888), true],
      [refundOf('full', 'SUCCESS', 888), false],
    ] as const) {
      const { order } = await orders.register(newOrder());
      await orders.close(order);
      await record(order, refund);
      const after = await reread(order);
      expect(after).to.include({ status: 'closed' });
      expect(after.nextQueryAt !== undefined, refund.refundId).to.equal(isDue);
    }
  });

  it('of an order that does not exist is nowhere', async () => {
    expect(
      await record({ mchId: '1900000001', outTradeNo: 'nobodys' } as Order, refundOf('r', 'CLOSED', 1)),
    ).to.equal(undefined);
  });
});

describe('an effect that is renewed', () => {
  const { orders } = useStore().store;

  async function waiting(): Promise<Order> {
    const { order } = await orders.register(newOrder());
    const options = { eventKey: 'event-1', effects: [effectOf('tell', { lane: 'bulk' }), effectOf('other')] };
    return (await orders.pay(order, paymentOf(order), options)) ?? expect.fail('not paid');
  }
  const renewed = (round: number, minute: number) => ({
    id: 'tell',
    round,
    dueAt: new Date(Date.UTC(2026, 10, 22, 12, minute)),
  });
  const rest = { job: 'send-subscribe-message', requestId: 'r', lane: 'live' } as const;

  it('has the latest round, whichever comes first, and keeps everything else', async () => {
    for (const rounds of [
      [1, 2],
      [2, 1],
    ]) {
      const order = await waiting();
      for (const round of rounds) await orders.renewEffect(order, renewed(round, round));
      const { effects } = (await orders.find(order.mchId, order.outTradeNo)) ?? expect.fail('gone');
      expect(effects).to.deep.equal([{ ...order.effects[0], ...renewed(2, 2) }, order.effects[1]]);
    }
  });

  it('is given as it was written, or not at all', async () => {
    const order = await waiting();
    expect(await orders.renewEffect(order, renewed(1, 1))).to.include({ id: 'tell', lane: 'bulk', round: 1 });
    expect(await orders.renewEffect(order, renewed(1, 9))).to.equal(undefined);
  });

  it('comes back when it is settled only where somebody says so', async () => {
    const order = await waiting();
    const { mchId, outTradeNo } = order;
    await orders.settleEffect(mchId, outTradeNo, 'tell', { event: 'settled' });
    expect(await orders.renewEffect(order, renewed(1, 1))).to.equal(undefined);
    expect(await orders.renewEffect(order, renewed(1, 1), rest)).to.deep.equal({ ...rest, ...renewed(1, 1) });
  });

  it('is claimed in its round when it is due', async () => {
    const order = await waiting();
    await orders.renewEffect(order, renewed(3, 0));
    const now = new Date('2026-11-22T13:00:00Z');
    const claimed = await orders.claimDueEffects({ now, leaseMs: 1_000, limit: 10_000 });
    const mine = claimed.filter(({ order: { outTradeNo } }) => outTradeNo === order.outTradeNo);
    expect(mine.map(({ effect }) => [effect.id, effect.round]).toSorted()).to.deep.equal([
      ['other', undefined],
      ['tell', 3],
    ]);
  });

  it('does not lose what follows from the result of another one', async () => {
    const order = await waiting();
    const { mchId, outTradeNo } = order;
    const following = [effectOf('report', { job: 'report-undeliverable' })];
    await Promise.all([
      orders.renewEffect(order, renewed(1, 1)),
      orders.settleEffect(mchId, outTradeNo, 'other', { event: 'settled' }, following),
      orders.noteEvent(mchId, outTradeNo, 'event-2', { event: 'noted' }, following),
      orders.noteEvent(mchId, outTradeNo, 'event-2', { event: 'noted' }, following),
    ]);
    const after = (await orders.find(mchId, outTradeNo)) ?? expect.fail('gone');
    expect(after.effects.map(({ id, round }) => [id, round]).toSorted()).to.deep.equal([
      ['report', undefined],
      ['tell', 1],
    ]);
    expect(after.timeLine.filter(({ event }) => event === 'noted')).to.have.length(1);
    expect(
      await codeOf(orders.settleEffect(mchId, outTradeNo, 'other', { event: 'again' }, following)),
    ).to.equal('no error');
  });
});

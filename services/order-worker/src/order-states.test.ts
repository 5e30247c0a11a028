import { judgeRefunds, type Order, waitsForRefund } from '@huidiao/store';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { useOrderWorker } from './order-worker.fixture.test.ts';
import {
  createOrderWorld,
  type OrderEvent,
  type OrderWorld,
  orderEvents,
} from './order-world.fixture.test.ts';

/** The statuses that an order may have, in the only order in which it may have them. */
const life = ['created', 'closed', 'paid', 'accepted', 'fulfilled'];
const fulfilment = 'fulfil-order_';
const message = 'send-subscribe-message_';
const refund = 'make-refund_';

describe('an order, whatever happens to it, in whatever order and however often', function () {
  // Far more than it takes, for a machine that is busy.
  this.timeout(120_000);
  const { deps, newOrder } = useOrderWorker();

  async function newWorld(latePayment: 'deliver' | 'refund'): Promise<OrderWorld> {
    return createOrderWorld(deps, await newOrder(), latePayment);
  }

  it('is never in an illegal state, goes nowhere backwards, and does nothing twice', async () => {
    const some = fc.array(fc.constantFrom(...orderEvents), { minLength: 1, maxLength: 3 });
    const batch = fc.tuple(some, fc.boolean());
    const all = fc.array(batch, { minLength: 4, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('deliver', 'refund'), all, async (latePayment, sequence) => {
        const world = await newWorld(latePayment);
        let before = await world.find();
        for (const [events, isDoubled] of sequence) {
          const atOnce = isDoubled ? [...events, ...events] : events;
          await Promise.all(atOnce.map((event) => world.happen(event)));
          const after = await world.find();
          assertLegal(world, before, after);
          before = after;
        }
        await world.settle();
        if (waitsForRefund(await world.find())) await sendToOtherCard(world);
        const after = await world.find();
        assertLegal(world, before, after);
        expect(after.effects, 'nothing is left to do').to.deep.equal([]);
      }),
      { numRuns: 20 },
    );
  });

  /** What hangs ends so; it may be of another payment than the one that paid the order, and that was never told. */
  async function sendToOtherCard(world: OrderWorld): Promise<void> {
    await world.happen('pay');
    await world.happen('refund in full');
    await world.settle();
  }

  function assertLegal(world: OrderWorld, before: Order, after: Order): void {
    expect(world.faults).to.deep.equal([]);
    assertLife(before, after);
    assertEffects(before, after);
    expect(new Set(world.told).size, 'webhook ids').to.be.at.most(1);
    if (before.transactionId !== undefined) expect(after.payment).to.deep.equal(before.payment);
    assertRefunds(before, after);
  }

  /** One entry for each refund, which only ABNORMAL may leave; what is held for a refund in full stays so. */
  function assertRefunds(before: Order, after: Order): void {
    const ids = after.refunds.map(({ refundId }) => refundId);
    expect(new Set(ids).size).to.equal(ids.length);
    for (const refund of before.refunds) {
      const now = after.refunds.find(({ refundId }) => refundId === refund.refundId);
      // Those of a payment that pays the order after all become its own.
      const { transactionId: _ofOther, ...kept } = refund;
      if (refund.status === 'ABNORMAL') expect(now).to.include({ refundId: refund.refundId });
      else expect(now).to.deep.include(kept);
    }
    const isFull = judgeRefunds(after.refunds, after.amountFen) === 'full';
    if (before.held === 'refunded' || (after.status === 'paid' && isFull)) {
      expect(after).to.include({ status: 'paid', held: 'refunded' });
    }
  }

  function assertLife(before: Order, after: Order): void {
    const had = after.timeLine.map(({ event }) => event).filter((event) => life.includes(event));
    expect(had, 'each status once, forwards').to.deep.equal(life.filter((status) => had.includes(status)));
    expect(after.status).to.equal(had.at(-1));
    expect(life.indexOf(after.status)).to.be.at.least(life.indexOf(before.status));
    expect(after.version).to.be.at.least(before.version);
    expect(after.transactionId !== undefined).to.equal(had.includes('paid'));
    const isQueried = after.nextQueryAt !== undefined;
    if (after.status === 'closed') {
      if (isQueried) expect(after.refunds, 'a closed order is queried for a refund').to.not.deep.equal([]);
    } else
      expect(isQueried, 'every created order is queried, and none that is paid').to.equal(
        !had.includes('paid'),
      );
  }

  /** An effect is there at most once, only where it follows from something, and never again once it is settled. */
  function assertEffects(before: Order, after: Order): void {
    const ids = after.effects.map(({ id }) => id);
    const events = after.timeLine.map(({ event }) => event);
    expect(new Set(ids).size).to.equal(ids.length);
    const has = (prefix: string) => ids.some((id) => id.startsWith(prefix));
    // Of an order that is held, only refunds are still to be made.
    if (after.held !== undefined) expect(ids.filter((id) => !id.startsWith(refund))).to.deep.equal([]);
    if (has(refund)) expect(events).to.include.oneOf(['refund.requested', 'paid']);
    if (has(fulfilment)) expect(after.status).to.equal('paid');
    const isDead = events.includes('fulfil-order.dead_letter') && !waitsForRefund(after);
    const fulfilmentIsOver = after.status === 'accepted' || isDead;
    if (fulfilmentIsOver) expect(has(fulfilment), 'a fulfilment that is settled is back').to.equal(false);
    if (has(message)) expect(events).to.include('accepted');
    const messageIsOver = events.some((event) => /^(message\.sent|send-sub.*\.dead_letter)$/.test(event));
    if (messageIsOver) expect(has(message), 'a message that is settled is back').to.equal(false);
    if (before.held !== undefined && after.held === undefined) expect(events).to.include('released');
    expect(events.filter((event) => event === 'released').length).to.be.at.most(1);
  }

  /** Events whose order says nothing about the end: every order of them, with repeats, must end alike. */
  const commuting: [name: string, latePayment: 'deliver' | 'refund', OrderEvent[], expected: object][] = [
    [
      'a payment, its re-sends and heals, payments that do not fit, and everything that only does the work',
      'refund',
      ['pay', 'heal', 'other amount', 'other app', 'fulfil', 'message sent', 'reconcile', 'sweep', 'query'],
      {
        status: 'fulfilled',
        held: undefined,
        effects: [],
        deadLetters: ['ORDER_AMOUNT_DIFFERS', 'ORDER_IDS_DIFFER'],
        told: 1,
      },
    ],
    [
      'two payments of one order: one of them is delivered, the other one is for a person',
      'refund',
      ['pay', 'second payment', 'fulfil', 'reconcile'],
      { status: 'fulfilled', held: undefined, effects: [], deadLetters: ['ORDER_PAID_TWICE'], told: 1 },
    ],
    [
      'a payment and the closing of its order, where late payments are delivered',
      'deliver',
      ['pay', 'close', 'fulfil', 'reconcile', 'sweep', 'query'],
      { status: 'fulfilled', held: undefined, effects: [], deadLetters: [], told: 1 },
    ],
    [
      'a payment that says REFUND, its re-sends, and everything that only does the work',
      'refund',
      ['refund seen', 'other amount', 'fulfil', 'reconcile', 'sweep', 'query'],
      {
        status: 'paid',
        held: 'refund_seen',
        effects: [],
        deadLetters: ['ORDER_AMOUNT_DIFFERS', 'ORDER_REFUND_SEEN'],
        told: 0,
      },
    ],
    [
      'a payment that says REFUND and the refund in full that it means, which hung at first',
      'refund',
      ['refund seen', 'refund hangs', 'refund in full', 'fulfil', 'reconcile', 'sweep', 'query'],
      { status: 'paid', held: 'refunded', effects: [], deadLetters: [], told: 0 },
    ],
    [
      'a payment that says REFUND and the refund in part that it means',
      'refund',
      ['refund seen', 'refund in part', 'fulfil', 'message sent', 'reconcile', 'sweep', 'query'],
      { status: 'fulfilled', held: undefined, effects: [], deadLetters: [], told: 1 },
    ],
  ];
  for (const [name, latePayment, events, expected] of commuting) {
    it(`ends alike in every order of: ${name}`, async () => {
      const repeats = fc.array(fc.constantFrom(...events), { maxLength: 4 });
      const orders = repeats.chain((more) => {
        const whole = [...events, ...more];
        return fc.shuffledSubarray(whole, { minLength: whole.length, maxLength: whole.length });
      });
      await fc.assert(
        fc.asyncProperty(orders, async (sequence) => {
          const world = await newWorld(latePayment);
          for (const event of sequence) await world.happen(event);
          await world.settle();
          const { status, held, effects } = await world.find();
          const deadLetters = await world.openDeadLetters();
          const end = { status, held, effects, deadLetters, told: world.told.length };
          expect(end).to.deep.equal(expected);
        }),
        { numRuns: 8 },
      );
    });
  }

  const notCommuting: [name: string, latePayment: 'deliver' | 'refund', OrderEvent[], expected: object][] = [
    ['paid, then closed', 'refund', ['pay', 'close'], { status: 'fulfilled', deadLetters: [] }],
    ['closed, then paid: it is given back', 'refund', ['close', 'pay'], { status: 'paid', deadLetters: [] }],
    [
      'paid, then a refund is seen',
      'refund',
      ['pay', 'refund seen'],
      { status: 'fulfilled', deadLetters: [] },
    ],
    [
      'a refund is seen, then WeChat re-sends the payment',
      'refund',
      ['refund seen', 'pay'],
      { status: 'paid', deadLetters: ['ORDER_REFUND_SEEN'] },
    ],
    [
      'a refund is seen, a person delivers',
      'refund',
      ['refund seen', 'replay'],
      { status: 'fulfilled', deadLetters: [] },
    ],
    [
      'the shop is gone, a person replays',
      'refund',
      ['pay', 'shop gone', 'replay'],
      { status: 'fulfilled', deadLetters: [] },
    ],
    [
      'paid, then refunded in full before the shop was told',
      'refund',
      ['pay', 'refund in full', 'fulfil'],
      { status: 'paid', deadLetters: [] },
    ],
    [
      'paid, and a refund of all of it hangs before the shop was told',
      'refund',
      ['pay', 'refund hangs', 'fulfil', 'reconcile'],
      { status: 'paid', deadLetters: [] },
    ],
    [
      'refunded in full, and only then is the payment heard of',
      'refund',
      ['refund in full', 'pay', 'fulfil'],
      { status: 'paid', deadLetters: [] },
    ],
    [
      'delivered, then refunded in full',
      'refund',
      ['pay', 'fulfil', 'refund in full'],
      { status: 'fulfilled', deadLetters: [] },
    ],
    [
      'a payment that came too late is given back, and nobody has to see to it any more',
      'refund',
      ['close', 'pay', 'refund in full'],
      { status: 'paid', deadLetters: [] },
    ],
    [
      'the shop is gone for good',
      'refund',
      ['pay', 'shop gone'],
      { status: 'paid', deadLetters: ['SHOP_GONE'] },
    ],
  ];
  for (const [name, latePayment, events, expected] of notCommuting) {
    it(`ends by what came first where that matters: ${name}`, async () => {
      const world = await newWorld(latePayment);
      for (const event of events) await world.happen(event);
      await world.settle();
      const { status } = await world.find();
      expect({ status, deadLetters: await world.openDeadLetters() }).to.deep.equal(expected);
    });
  }
});

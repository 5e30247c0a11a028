import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { NewOrder, Order } from './order.ts';
import { effectOf, newOrder, paymentOf, useStore } from './test-store.test.ts';

type Step = 'register' | 'pay' | 'stale pay' | 'close' | 'accept' | 'fulfil' | 'settle' | 'claim' | 'note';
const steps: Step[] = [
  'register',
  'pay',
  'stale pay',
  'close',
  'accept',
  'fulfil',
  'settle',
  'claim',
  'note',
];

/** The order as read before the step, and as it was when it was first seen. */
interface Given {
  order: Order | undefined;
  stale: Order | undefined;
}

const now = new Date('2026-11-22T11:00:00Z');

/** Every status that an order has had is in its time line; they may only follow each other in this order. */
const lifeOf = ['created', 'closed', 'paid', 'accepted', 'fulfilled'];

describe('an order under any sequence of operations, some of them at once', () => {
  const { orders } = useStore().store;

  it('never goes backwards, nor waits for one effect twice, nor gets back an effect that is settled', async () => {
    const sequences = fc.array(fc.array(fc.constantFrom(...steps), { minLength: 1, maxLength: 3 }), {
      minLength: 3,
      maxLength: 10,
    });
    await fc.assert(
      fc.asyncProperty(sequences, async (sequence) => {
        const content = newOrder();
        const read = () => orders.find(content.mchId, content.outTradeNo);
        const claims: string[] = [];
        let before: Order | undefined;
        let stale: Order | undefined;
        for (const atOnce of sequence) {
          const given = { order: before, stale };
          await Promise.all(atOnce.map((step) => take(step, content, given, claims)));
          const after = await read();
          assertLegal(before, after);
          before = after;
          stale ??= after;
        }
        expect(new Set(claims).size, 'claims within one lease').to.equal(claims.length);
      }),
      { numRuns: 25 },
    );
  });

  async function take(step: Step, content: NewOrder, given: Given, claims: string[]): Promise<unknown> {
    const { mchId, outTradeNo } = content;
    const from = step === 'stale pay' ? given.stale : given.order;
    const effects = [effectOf('fulfil'), effectOf('fulfil')];
    const tell = [effectOf('tell', { job: 'send-subscribe-message' })];
    switch (step) {
      case 'register':
        return await orders.register(content);
      case 'pay':
      case 'stale pay':
        return (
          from && (await orders.pay(from, paymentOf(content), { eventKey: 'event-1', effects, late: true }))
        );
      case 'close':
        return from && (await orders.close(from));
      case 'accept':
      case 'fulfil':
        return await orders.accept(mchId, outTradeNo, 'fulfil', {
          httpStatus: 200,
          fulfilledToo: step === 'fulfil',
          effects: tell,
        });
      case 'settle':
        return await orders.settleEffect(mchId, outTradeNo, 'tell', { event: 'message.sent' });
      case 'claim':
        return claims.push(...(await claim(content)));
      case 'note':
        return await orders.noteEvent(mchId, outTradeNo, 'event-2', { event: 'noted' });
      default:
        return step satisfies never;
    }
  }

  async function claim({ outTradeNo }: NewOrder): Promise<string[]> {
    const claimed = await orders.claimDueEffects({ now, leaseMs: 60_000, limit: 100 });
    return claimed.filter(({ order }) => order.outTradeNo === outTradeNo).map(({ effect }) => effect.id);
  }

  function assertLegal(before: Order | undefined, after: Order | undefined): void {
    expect(after === undefined && before !== undefined, 'vanished').to.equal(false);
    if (after === undefined) return;
    const events = after.timeLine.map(({ event }) => event);
    const life = events.filter((event) => lifeOf.includes(event));
    expect(life).to.deep.equal(lifeOf.filter((status) => life.includes(status)));
    expect(after.status).to.equal(life.at(-1));
    expect(events.filter((event) => !lifeOf.includes(event))).to.have.length(
      new Set(events).size - life.length,
    );
    const waiting = after.effects.map(({ id }) => id);
    expect(new Set(waiting).size).to.equal(waiting.length);
    expect(waiting.includes('fulfil')).to.equal(after.status === 'paid');
    expect(waiting.includes('tell') && events.includes('message.sent')).to.equal(false);
    expect(after.transactionId !== undefined).to.equal(events.includes('paid'));
    if (before === undefined) return;
    expect(after.version).to.be.at.least(before.version);
    expect(after.version > before.version || JSON.stringify(after) === JSON.stringify(before)).to.equal(true);
  }
});

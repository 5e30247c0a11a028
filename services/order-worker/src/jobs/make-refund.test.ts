import { toRefundCallbackKey, toRefundEffectId } from '@huidiao/contracts';
import { toRefundableFen } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { mchId } from '../order-worker.fixture.test.ts';
import type { MakeRefundDeps } from '../refunds/refund-attempt.ts';
import { refundPace } from '../refunds/refund-pace.ts';
import { takeRefundTurns } from '../refunds/refund-turns.ts';
import { subMchId, useRefunds } from '../refunds/refunds.fixture.test.ts';

const { userSpacingMs } = refundPace;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

describe('make-refund', () => {
  const refunds = useRefunds();
  const { store, alarms, added, find, newPaidOrder, request, run, refundOf, dueInMs, pass } = refunds;
  const { refundsAtWeChat, callsOf, deadLetterOf } = refunds;

  /** WeChat Pay finishes it, and no callback tells. */
  const finish = (outRefundNo: string, course: 'SUCCESS' | 'ABNORMAL' | 'CLOSED') =>
    refunds.simulator.settleRefund(mchId, outRefundNo, course, { drop: 20 });
  const numberOf = (outTradeNo: string, count = 1) => `${outTradeNo}-r${count}`;

  it('asks WeChat Pay once, follows what it accepted, and ends with what a query says', async () => {
    const order = await newPaidOrder();
    const number = numberOf(order.outTradeNo);
    await request(order, number, 8_800, { reason: '不想要了' });
    expect(await run(order, number)).to.equal('processing');
    expect(await refundOf(order, number)).to.include({ state: 'processing', attempts: 1 });
    expect(await dueInMs(order, number)).to.equal(minuteMs);
    expect(await run(order, number)).to.equal('processing');
    expect(refundsAtWeChat(order)).to.deep.equal([{ out_refund_no: number, status: 'PROCESSING' }]);

    finish(number, 'SUCCESS');
    expect(await run(order, number)).to.equal('succeeded');
    const after = await find(order);
    expect(after.refunds[0]).to.include({ outRefundNo: number, status: 'SUCCESS', refundFen: 8_800 });
    expect(after).to.deep.include({ held: 'refunded', effects: [] });
    expect(await run(order, number)).to.equal('already_settled');
    expect(alarms).to.deep.equal([]);
  });

  describe('does not know what became of its call', () => {
    const faults = ['silence', 'reset', 'system_error', 'frequency_limited', 'wrong_signature'] as const;
    for (const answer of faults) {
      for (const moment of ['before', 'after'] as const) {
        const did = moment === 'after' ? 'did it' : 'did nothing';
        it(`and makes one refund all the same: ${answer}, and WeChat Pay ${did}`, async () => {
          const order = await newPaidOrder();
          const number = numberOf(order.outTradeNo);
          await request(order, number);
          refunds.simulator.faults.set({ api: [{ api: 'refund', moment, answer, times: 1 }] });
          const calls = callsOf('refund');
          const changes = answer === 'silence' ? refunds.impatient : {};
          expect(await run(order, number, changes)).to.match(/^WECHAT_/);
          expect((await refundOf(order, number)).state).to.equal('submitting');
          await pass(userSpacingMs);
          expect(await run(order, number)).to.equal('processing');
          expect(refundsAtWeChat(order)).to.deep.equal([{ out_refund_no: number, status: 'PROCESSING' }]);
          // What it did is found by the query, and not asked for again.
          expect(callsOf('refund') - calls).to.equal(moment === 'after' ? 1 : 2);
        });
      }
    }

    it('nor that of the query: it asks for nothing before it is answered', async () => {
      const order = await newPaidOrder();
      const number = numberOf(order.outTradeNo);
      await request(order, number);
      const api = [
        { api: 'refund', moment: 'after', answer: 'reset', times: 1 },
        { api: 'refund_query', moment: 'before', answer: 'wrong_signature', times: 1 },
      ] as const;
      refunds.simulator.faults.set({ api: [...api] });
      const calls = callsOf('refund');
      const codes = [await run(order, number), await run(order, number), await run(order, number)];
      expect(codes).to.deep.equal(['WECHAT_UNREACHABLE', 'WECHAT_RESPONSE_NOT_AUTHENTIC', 'processing']);
      expect(callsOf('refund') - calls).to.equal(1);
    });

    it('because its process died between the call and the record, or before the call', async () => {
      for (const isCalled of [true, false]) {
        const order = await newPaidOrder();
        const number = numberOf(order.outTradeNo);
        await request(order, number);
        // This is where the process is killed.
        const moveRefund = () => Promise.reject(new Error('killed'));
        const createRefund = () => Promise.reject(new Error('killed'));
        const dying = isCalled
          ? { store: { ...store, orders: { ...store.orders, moveRefund } } }
          : { refundClients: { of: () => ({ createRefund }) } };
        const died = await run(order, number, dying).catch(({ message }: Error) => message);
        expect(died).to.match(/killed/);
        expect(refundsAtWeChat(order)).to.have.length(isCalled ? 1 : 0);
        expect(await refundOf(order, number)).to.include({ state: 'submitting', attempts: 1 });
        await pass(userSpacingMs);
        expect(await run(order, number)).to.equal('processing');
        expect(refundsAtWeChat(order)).to.have.length(1);
        expect((await refundOf(order, number)).attempts).to.equal(isCalled ? 1 : 2);
      }
    });
  });

  it('says in the ledger what a query told, though its process died before it could', async () => {
    for (const course of ['SUCCESS', 'CLOSED'] as const) {
      const order = await newPaidOrder();
      const number = numberOf(order.outTradeNo);
      await request(order, number);
      await run(order, number);
      finish(number, course);
      // This is where the process is killed: the refund has its end, and nothing that follows from it.
      const record = () => Promise.reject(new Error('killed'));
      const dying = { store: { ...store, callbacks: { ...store.callbacks, record } } };
      expect(await run(order, number, dying).catch(({ message }: Error) => message)).to.match(/killed/);

      const [refund] = (await find(order)).refunds;
      const type = course === 'SUCCESS' ? 'refund.succeeded' : 'refund.closed';
      const key = toRefundCallbackKey({ mchId, refundId: refund?.refundId ?? '', type });
      expect(await store.callbacks.find(key)).to.equal(undefined);
      expect(await run(order, number)).to.equal('already_settled');
      const { outTradeNo } = order;
      expect(await store.callbacks.find(key)).to.include({ outTradeNo, eventType: type });
    }
  });

  describe('keeps its distance', () => {
    it('between two refunds of one order: 65 s, which cost nothing in Redis', async () => {
      const order = await newPaidOrder();
      const [first, second] = [numberOf(order.outTradeNo), numberOf(order.outTradeNo, 2)];
      await request(order, first);
      await request(order, second);
      expect(await run(order, first)).to.equal('processing');
      expect(await run(order, second)).to.equal('waits_for_other_refund');
      expect(await dueInMs(order, second)).to.be.closeTo(65_000, 2_000);
      expect(await refundOf(order, second)).to.include({ state: 'requested', attempts: 0, rounds: 1 });
      await pass(65_000);
      expect(await run(order, second)).to.equal('processing');
      expect(refundsAtWeChat(order)).to.have.length(2);
    });

    it('between two refunds of one user, so that there are never two at once', async () => {
      const openId = `o-${(await newPaidOrder()).outTradeNo}`;
      const orders = [await newPaidOrder({ openId }), await newPaidOrder({ openId })];
      const outcomes = await Promise.all(
        orders.map(async (order) => {
          await request(order, numberOf(order.outTradeNo));
          return await run(order, numberOf(order.outTradeNo));
        }),
      );
      expect(outcomes.toSorted()).to.deep.equal(['WECHAT_BUSY', 'processing']);
      await pass(userSpacingMs);
      const waiting = orders[outcomes.indexOf('WECHAT_BUSY')] ?? expect.fail('nobody waits');
      expect((await refundOf(waiting, numberOf(waiting.outTradeNo))).attempts).to.equal(0);
      expect(await run(waiting, numberOf(waiting.outTradeNo))).to.equal('processing');
    });

    it('from the limits of WeChat Pay, which are the merchant’s: 150 a second, fewer of old orders and refused ones', async () => {
      const order = await newPaidOrder();
      await request(order, numberOf(order.outTradeNo));
      const asked = await refundOf(order, numberOf(order.outTradeNo));
      const old = { ...order, paidAt: new Date(Date.now() - 31 * dayMs) };
      const refused = { ...asked, errorCode: 'NOT_ENOUGH' };
      const pace = { ...refundPace, userSpacingMs: 0 };
      const now = refunds.clock.now();
      const taken = async (of: typeof order, wanted: typeof asked, merchant: string, times: number) => {
        let count = 0;
        const deps = { store, pace, clock: { now: () => now } };
        for (let tried = 0; tried < times; tried += 1) {
          await takeRefundTurns(deps, { mchId: merchant }, of, wanted).then(
            () => (count += 1),
            () => undefined,
          );
        }
        return count;
      };
      expect(await taken(order, asked, '1', 32)).to.equal(30);
      expect(await taken(old, asked, '2', 12)).to.equal(10);
      expect(await taken(order, refused, '3', 5)).to.equal(3);
    });
  });

  describe('when there is not enough money', () => {
    it('tries again under the same number, ever less often, with one alarm', async () => {
      const order = await newPaidOrder();
      const number = numberOf(order.outTradeNo);
      await request(order, number, 100, { reason: '缺货' });
      refunds.simulator.setBalance(mchId, 0);
      const pauses: (number | undefined)[] = [];
      for (let tried = 0; tried < 4; tried += 1) {
        expect(await run(order, number)).to.equal('insufficient_funds');
        pauses.push(await dueInMs(order, number));
        await pass(hourMs);
      }
      expect(pauses).to.deep.equal([5 * minuteMs, 15 * minuteMs, 30 * minuteMs, hourMs]);
      expect(await refundOf(order, number)).to.include({ errorCode: 'NOT_ENOUGH', attempts: 4 });
      expect(alarms).to.deep.equal(['refund-insufficient-funds']);
      refunds.simulator.setBalance(mchId, 100);
      expect(await run(order, number)).to.equal('processing');
      expect(refundsAtWeChat(order)).to.have.length(1);
    });

    it('is a dead letter in the end, and goes on where a person replays it', async () => {
      const order = await newPaidOrder();
      const number = numberOf(order.outTradeNo);
      await request(order, number);
      refunds.simulator.setBalance(mchId, 0);
      const pace = { ...refundPace, toShortageMs: (waits: number) => (waits === 0 ? 1_000 : undefined) };
      expect(await run(order, number, { pace })).to.equal('insufficient_funds');
      await pass(userSpacingMs);
      expect(await run(order, number, { pace })).to.equal('REFUND_INSUFFICIENT_FUNDS');
      await pass(userSpacingMs);
      expect(await dueInMs(order, number), 'the dead letter is its result').to.equal(undefined);
      expect((await refundOf(order, number)).state, 'its money is not free').to.equal('insufficient_funds');

      const jobId = `${toRefundEffectId(mchId, order.outTradeNo, number)}~replay-1`;
      expect(await run(order, number, { pace, jobId })).to.equal('insufficient_funds');
      expect(await dueInMs(order, number), 'it is tried again by itself').to.equal(1_000);
      expect(await deadLetterOf(order, number)).to.include({ state: 'resolved' });
      refunds.simulator.setBalance(mchId, undefined);
      await pass(userSpacingMs);
      expect(await run(order, number, { pace })).to.equal('processing');
    });
  });

  describe('that WeChat Pay refuses', () => {
    it('is final for its number, with an alarm and a dead letter; its money is free for another one', async () => {
      const order = await newPaidOrder();
      const number = numberOf(order.outTradeNo);
      await request(order, number, 8_800);
      // Nobody has told us of it.
      refunds.simulator.refundAtConsole(mchId, order.outTradeNo, { refundFen: 1 });
      await pass(2 * minuteMs);
      expect(await run(order, number)).to.equal('REFUND_REFUSED');
      expect(await refundOf(order, number)).to.include({ state: 'refused', errorCode: 'INVALID_REQUEST' });
      expect(await deadLetterOf(order, number)).to.include({ state: 'open', errorCode: 'REFUND_REFUSED' });
      expect(alarms).to.deep.equal(['refund-refused']);
      expect(await dueInMs(order, number)).to.equal(undefined);
      await request(order, numberOf(order.outTradeNo, 2), 8_799);
      await pass(2 * minuteMs);
      expect(await run(order, numberOf(order.outTradeNo, 2))).to.equal('processing');
      expect(await run(order, number, { jobId: 'x~replay-1' }), 'nothing is left of it').to.equal(
        'already_settled',
      );
    });

    it('has a dead letter even where the process died after that was recorded', async () => {
      const order = await newPaidOrder();
      const number = numberOf(order.outTradeNo);
      await request(order, number);
      refunds.simulator.refundAtConsole(mchId, order.outTradeNo, { refundFen: 8_701 });
      await pass(2 * minuteMs);
      expect(await run(order, number, { dies: true })).to.equal('REFUND_REFUSED');
      expect(await deadLetterOf(order, number)).to.equal(undefined);
      expect(await run(order, number)).to.equal('REFUND_REFUSED');
      expect(await deadLetterOf(order, number)).to.include({ state: 'open' });
      expect(await run(order, number)).to.equal('already_settled');
    });

    it('for that others gave the money back, which we know, is nobody’s to see to', async () => {
      const order = await newPaidOrder();
      const number = numberOf(order.outTradeNo);
      await request(order, number, 8_800);
      const { refund } = refunds.simulator.refundAtConsole(mchId, order.outTradeNo);
      const { outRefundNo, refundId, refundFen } = refund;
      const told = { outRefundNo, refundId, refundFen, status: 'SUCCESS' as const };
      const transactionId = order.transactionId ?? '';
      const options = { eventKey: 'console', effects: [] };
      await store.orders.recordRefund(mchId, order.outTradeNo, { ...told, transactionId }, options);
      await pass(2 * minuteMs);
      expect(await run(order, number)).to.equal('refused');
      expect(await deadLetterOf(order, number)).to.equal(undefined);
      expect([alarms, await dueInMs(order, number)]).to.deep.equal([[], undefined]);
    });

    it('because its number is that of another order’s refund, asked or only queried', async () => {
      const other = await newPaidOrder();
      const number = numberOf(other.outTradeNo);
      await request(other, number);
      await run(other, number);
      for (const isBegun of [false, true]) {
        const order = await newPaidOrder();
        await request(order, number);
        const { outTradeNo } = order;
        if (isBegun) await store.orders.beginRefund({ mchId, outTradeNo, outRefundNo: number }, 0);
        expect(await run(order, number)).to.equal('REFUND_NUMBER_USED');
        expect(await refundOf(order, number)).to.include({
          state: 'refused',
          errorCode: 'REFUND_NUMBER_USED',
        });
        expect(refundsAtWeChat(order)).to.deep.equal([]);
      }
    });
  });

  describe('that WeChat Pay accepted', () => {
    it('is asked about after 1, 1, 1, 1, 1, 5, 10, 20, 30 minutes, then each hour for ten days', () => {
      const pauses = Array.from({ length: 260 }, (_, waits) => refundPace.toFollowMs(waits));
      const minutes = [1, 1, 1, 1, 1, 5, 10, 20, 30, 60].map((each) => each * minuteMs);
      expect(pauses.slice(0, 10)).to.deep.equal(minutes);
      const hourly = pauses.slice(9).filter((pause) => pause === hourMs);
      expect([hourly.length, pauses.at(9 + hourly.length)]).to.deep.equal([240, undefined]);
    });

    it('and never finished is a dead letter in the end, whose replay asks about it again', async () => {
      const order = await newPaidOrder();
      const number = numberOf(order.outTradeNo);
      await request(order, number);
      await run(order, number);
      const pace = { ...refundPace, toFollowMs: (waits: number) => (waits === 0 ? 1_000 : undefined) };
      expect(await run(order, number, { pace })).to.equal('REFUND_NOT_FINAL');
      expect(alarms).to.deep.equal(['refund-not-final']);
      expect(await dueInMs(order, number)).to.equal(undefined);
      const jobId = `${toRefundEffectId(mchId, order.outTradeNo, number)}~replay-1`;
      expect(await run(order, number, { pace, jobId })).to.equal('processing');
      expect(await dueInMs(order, number)).to.equal(1_000);
    });

    it('and could not pay out (ABNORMAL) is an alarm, once, and may succeed later', async () => {
      const order = await newPaidOrder();
      const number = numberOf(order.outTradeNo);
      await request(order, number);
      await run(order, number);
      finish(number, 'ABNORMAL');
      expect(await run(order, number)).to.equal('abnormal');
      expect(await dueInMs(order, number)).to.equal(dayMs);
      expect(await run(order, number)).to.equal('abnormal');
      expect(alarms).to.deep.equal(['refund-abnormal']);
      finish(number, 'SUCCESS');
      expect(await run(order, number)).to.equal('succeeded');
      expect((await find(order)).refunds.map(({ status }) => status)).to.deep.equal(['SUCCESS']);
      expect((await refundOf(order, number)).state).to.equal('succeeded');
    });

    it('and is ABNORMAL again after it was sent to another card is an alarm again, and waits for people', async () => {
      const order = await newPaidOrder();
      const number = numberOf(order.outTradeNo);
      await request(order, number);
      await run(order, number);
      finish(number, 'ABNORMAL');
      await run(order, number);
      // As settleAbnormalRefund leaves it; WeChat Pay could not pay out to that card either.
      const named = { mchId, outTradeNo: order.outTradeNo, outRefundNo: number };
      const effect = { dueAt: refunds.clock.now(), requestId: 'request-2', lane: 'live' } as const;
      await store.orders.moveRefund(named, { from: ['abnormal'], to: 'processing', waits: 1, effect });
      expect(await run(order, number)).to.equal('abnormal');
      expect(await refundOf(order, number)).to.include({ state: 'abnormal' });
      expect(await dueInMs(order, number)).to.equal(dayMs);
      expect(await run(order, number)).to.equal('abnormal');
      expect(alarms).to.deep.equal(['refund-abnormal', 'refund-abnormal']);
    });

    describe('while something else happens to it', () => {
      /** It is accepted, and before its answer is here this happens. */
      const andThen = (happens: (accepted: { refundId: string }) => Promise<unknown>) => {
        const { refundClients } = refunds.deps;
        const of: MakeRefundDeps['refundClients']['of'] = (merchant) => ({
          async createRefund(wanted) {
            const accepted = await refundClients.of(merchant).createRefund(wanted);
            await happens(accepted);
            return accepted;
          },
        });
        return { refundClients: { of } };
      };

      it('stays ABNORMAL where that is told first', async () => {
        const order = await newPaidOrder();
        const { outTradeNo, transactionId = '' } = order;
        const number = numberOf(outTradeNo);
        await request(order, number);
        const told = { outRefundNo: number, transactionId, refundFen: 100, status: 'ABNORMAL' as const };
        const tellFirst = andThen(({ refundId }) =>
          store.orders.recordRefund(mchId, outTradeNo, { ...told, refundId }, { eventKey: 'a', effects: [] }),
        );
        expect(await run(order, number, tellFirst)).to.equal('overtaken');
        expect(await refundOf(order, number)).to.include({ state: 'abnormal' });
      });

      it('is under way, and its money taken, though another attempt was refused', async () => {
        const order = await newPaidOrder();
        const { outTradeNo } = order;
        const number = numberOf(outTradeNo);
        await request(order, number, 8_800);
        const named = { mchId, outTradeNo, outRefundNo: number };
        const refuseFirst = andThen(() =>
          store.orders.moveRefund(named, { from: ['submitting'], to: 'refused', effect: 'settled' }),
        );
        expect(await run(order, number, refuseFirst)).to.equal('processing');
        expect(await dueInMs(order, number)).to.equal(minuteMs);
        expect(toRefundableFen(await find(order))).to.equal(0);
      });
    });

    it('and closed is an alarm: its money may be refunded again under another number', async () => {
      const order = await newPaidOrder();
      const number = numberOf(order.outTradeNo);
      await request(order, number, 8_800);
      await run(order, number);
      finish(number, 'CLOSED');
      expect(await run(order, number)).to.equal('closed');
      expect(alarms).to.deep.equal(['refund-closed']);
      await pass(2 * minuteMs);
      await request(order, numberOf(order.outTradeNo, 2), 8_800);
      expect(await run(order, numberOf(order.outTradeNo, 2))).to.equal('processing');
    });

    it('is told to a shop that wants to hear of refunds, though no callback came', async () => {
      const order = await newPaidOrder();
      const number = numberOf(order.outTradeNo);
      await request(order, number);
      await run(order, number);
      finish(number, 'SUCCESS');
      const shop = { webhookUrl: 'https://a.example', webhookSecrets: [], allowPrivateNetwork: false };
      const [known] = refunds.deps.directory.merchants.values();
      const telling = { ...(known ?? expect.fail()), shop: { ...shop, events: ['refund.*'], timeoutMs: 1 } };
      const directory = { ...refunds.deps.directory, merchants: new Map([[mchId, telling]]) };
      expect(await run(order, number, { directory, refundClients: refunds.deps.refundClients })).to.equal(
        'succeeded',
      );
      const job = added.find(({ name }) => name === 'forward-event') ?? expect.fail('nobody is told');
      const { refundId } = await refundOf(order, number);
      expect(job.id).to.equal(`forward-event_refund_${mchId}_${refundId}_SUCCEEDED`);
      const { content, type } = job.data as { content: string; type: string };
      expect(type).to.equal('refund.succeeded');
      expect(JSON.parse(content)).to.include({ out_refund_no: number, refund_status: 'SUCCESS' });
    });
  });
});

describe('make-refund for a merchant below a service provider', () => {
  const { newPaidOrder, request, run, refundOf, refundsAtWeChat } = useRefunds({ isServiceProvider: true });

  it('names it in the call and in the query', async () => {
    const order = await newPaidOrder();
    await request(order, `${order.outTradeNo}-r1`);
    expect(await run(order, `${order.outTradeNo}-r1`)).to.equal('processing');
    expect(await run(order, `${order.outTradeNo}-r1`)).to.equal('processing');
    expect(await refundOf(order, `${order.outTradeNo}-r1`)).to.include({ subMchId, attempts: 1 });
    expect(refundsAtWeChat(order)).to.have.length(1);
  });
});

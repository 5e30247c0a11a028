import { toBaseJobId, toCountedJobId } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { type Store, withResultsRecorded } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  firstAttempt,
  outcomeOf,
  toApplyPayment,
  toApplyRefund,
  toDirectory,
  useOrderWorker,
} from '../order-worker.fixture.test.ts';
import { createApplyPayment } from './apply-payment.ts';
import { createApplyRefund } from './apply-refund.ts';

describe('a callback whose order nobody has registered', () => {
  const { deps, newOrder, newPaidOrder } = useOrderWorker();
  let orders = 0;
  let looks = 0;

  /** An order that is not there. */
  async function unknown() {
    orders += 1;
    return { ...(await newOrder()), outTradeNo: `t-nobodys-${orders}` };
  }
  /** Whether it is to be added again; looks an hour further ahead each time. */
  async function comingBack(baseId: string) {
    looks += 1;
    const now = new Date(Date.now() + 3_600_000 * looks);
    const rows = await deps.store.waitingJobs.claim({ now, limit: 1_000 });
    return rows.filter(({ id }) => toBaseJobId(id) === baseId);
  }
  const waiting = (minutes: number) => ({
    postponements: 3,
    failing: { code: 'ORDER_NOT_YET_KNOWN', since: new Date(Date.now() - minutes * 60_000) },
  });

  for (const kind of ['payment', 'refund'] as const) {
    const apply = async (
      order: Parameters<typeof toApplyPayment>[0],
      changes: Partial<Parameters<ReturnType<typeof createApplyPayment>>[1]> = {},
      extra: { isKept?: true } = {},
      worker = deps,
    ) => {
      const attempt = { ...firstAttempt(`${kind}-of-${order.outTradeNo}`), ...changes };
      return kind === 'payment'
        ? await outcomeOf(createApplyPayment(worker)({ ...toApplyPayment(order), ...extra }, attempt))
        : await outcomeOf(createApplyRefund(worker)({ ...toApplyRefund(order), ...extra }, attempt));
    };
    const newKnown = () => (kind === 'payment' ? newOrder() : newPaidOrder());

    it(`comes back by MongoDB while it waits, as it was, in its lane: a ${kind}`, async () => {
      const order = await unknown();
      const id = `${kind}-of-${order.outTradeNo}`;
      const replay = toCountedJobId(id, 'replay', 2);
      expect(await apply(order, { jobId: replay, lane: 'bulk' })).to.equal('ORDER_NOT_YET_KNOWN');
      const [row] = await comingBack(id);
      const data = { ...(kind === 'payment' ? toApplyPayment(order) : toApplyRefund(order)), isKept: true };
      const name = `apply-${kind}`;
      expect(row).to.deep.include({ id: replay, name, lane: 'bulk', data, claims: 1 });
      const found = await deps.store.waitingJobs.findWaiting([order], { limit: 10 });
      expect(
        found.map((waiter) => waiter.id),
        'found by its order',
      ).to.deep.equal([replay]);
    });

    it(`does not wait without being kept: where MongoDB does not take it, it tries again: a ${kind}`, async () => {
      const keep = () => Promise.reject(new AppError('STORE_UNAVAILABLE'));
      const waitingJobs = { ...deps.store.waitingJobs, keep };
      const store: Store = { ...deps.store, waitingJobs };
      expect(await apply(await unknown(), {}, {}, { ...deps, store })).to.equal('STORE_UNAVAILABLE');
    });

    it(`comes back no more once it has its order, whether Redis or MongoDB had it: a ${kind}`, async () => {
      for (const [changes, extra] of [
        [waiting(3), {}],
        [{}, { isKept: true }],
      ] as const) {
        const order = await newKnown();
        const id = `${kind}-of-${order.outTradeNo}`;
        await deps.store.waitingJobs.keep({ id, name: 'apply-payment', data: {}, lane: 'live', order });
        expect(await apply(order, changes, extra)).to.equal(kind === 'payment' ? 'paid' : 'held');
        expect(await comingBack(id)).to.deep.equal([]);
      }
    });

    it(`comes back no more once the shop has it: a ${kind}`, async () => {
      const order = await unknown();
      const shop = { webhookUrl: 'https://a.example', webhookSecrets: [], allowPrivateNetwork: false };
      const told = { ...shop, events: ['refund.*'], timeoutMs: 1_000 };
      const directory = toDirectory({ merchant: { unknownOrder: 'forward', shop: told } });
      await apply(order);
      expect(await apply(order, waiting(11), {}, { ...deps, directory })).to.equal('forwarded');
      expect(await comingBack(`${kind}-of-${order.outTradeNo}`)).to.deep.equal([]);
    });

    it(`waits for nothing and is not kept where its merchant registers no orders: a ${kind}`, async () => {
      const never = () => expect.fail('nothing waits');
      const waitingJobs = { ...deps.store.waitingJobs, keep: never, remove: never };
      const directory = toDirectory({ merchant: { unknownOrderAfterMs: 0 } });
      const worker = { ...deps, directory, store: { ...deps.store, waitingJobs } };
      expect(await apply(await unknown(), {}, {}, worker)).to.match(/ORDER_UNKNOWN$/);
    });

    it(`comes back until its dead letter is stored, and then no more: a ${kind}`, async () => {
      const order = await unknown();
      const id = `${kind}-of-${order.outTradeNo}`;
      await apply(order);
      expect(await apply(order, waiting(11))).to.match(/ORDER_UNKNOWN$/);
      expect(await comingBack(id)).to.have.length(1);
      const now = new Date();
      const jobName = `apply-${kind}`;
      const letter = { queue: 'payment-event', jobId: id, jobName, payload: {}, details: {}, attempts: 1 };
      const why = { errorCode: 'ORDER_UNKNOWN', reason: '', firstAttemptAt: now, failedAt: now };
      await withResultsRecorded(deps.store).store({ ...letter, ...why });
      expect(await comingBack(id)).to.deep.equal([]);
    });

    it(`asks nothing more of MongoDB when its order is known: a ${kind}`, async () => {
      const never = () => expect.fail('nothing waited');
      const waitingJobs = { ...deps.store.waitingJobs, keep: never, claim: never, remove: never };
      const store = { ...deps.store, waitingJobs };
      const outcome = await apply(await newKnown(), {}, {}, { ...deps, store });
      expect(outcome).to.equal(kind === 'payment' ? 'paid' : 'held');
    });
  }

  it('comes back until the shop has it, where it did not wait for its order', async () => {
    const order = await unknown();
    const id = `told-of-${order.outTradeNo}`;
    let isAway = true;
    const shop = {
      ...deps.shop,
      tell: async () => {
        if (isAway) throw new AppError('SHOP_UNREACHABLE');
        return { httpStatus: 200 };
      },
    };
    const directory = toDirectory({ merchant: { unknownOrder: 'forward', unknownOrderAfterMs: 0 } });
    const apply = createApplyPayment({ ...deps, shop, directory });
    const job = toApplyPayment(order);
    expect(await outcomeOf(apply(job, firstAttempt(id)))).to.equal('SHOP_UNREACHABLE');
    expect(await comingBack(id)).to.have.length(1);
    isAway = false;
    const failing = { code: 'SHOP_UNREACHABLE', since: new Date() };
    expect(await outcomeOf(apply(job, { ...firstAttempt(id), attempt: 2, failing }))).to.equal('forwarded');
    expect(await comingBack(id)).to.deep.equal([]);
  });
});

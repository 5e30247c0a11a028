import { MerchantApiProblem, MerchantApiUnreachable } from '@huidiao/client';
import type { ReadOrderResponse } from '@huidiao/contracts';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { createDice, shuffle } from './dice.fixture.test.ts';
import { fewAtOnce } from './few-at-once.fixture.test.ts';
import { type Installation, startInstallation, toOrderRequest } from './installation.ts';
import { type Plan, toPlans } from './ledger-plans.fixture.test.ts';
import { seedOr } from './seed.fixture.test.ts';
import { testMerchant } from './test-merchant.ts';
import { waitFor } from './wait-for.ts';

const orders = 200;
/** Of orders that are bought, shipped and refunded at the same time. */
const buyers = 20;
/** Of one call to WeChat: on a busy machine all that this process plays at once takes its time. */
const callTimeoutMs = 2_000;
const patience = { timeoutMs: 120_000, intervalMs: 200 };
/** So much faster than the wall clock does WeChat's time run: a minute between two refunds is half a second. */
const clockSpeed = 120;
const dayMs = 24 * 3_600_000;
/** `npm run ledgers -- --seed=8` plays other orders and other faults. */
const seed = seedOr(7);

const faultKinds = ['silence', 'reset', 'system_error', 'frequency_limited', 'wrong_signature'] as const;
const faultMoments = ['before', 'after'] as const;
/** Every call to WeChat Pay, with the share of them that goes wrong in one of these ways, before or after WeChat acted. */
const payFaultShare = {
  prepay: 0.2,
  query: 0.15,
  close: 0.3,
  refund: 0.3,
  refund_query: 0.15,
} as const;

/** Of APIs whose answers carry no signature; after a refused quota all calls of its kind would wait a minute. */
const appFaultKinds = ['silence', 'reset', 'system_error'] as const;
type AppApi = 'upload_shipping_info' | 'get_order' | 'is_trade_managed' | 'stable_token';

/** Each kind at each moment, so often each: the breaker of all these calls must not open for it. */
function appFaults(api: AppApi, times: number) {
  return faultMoments.flatMap((moment) =>
    appFaultKinds.map((answer) => ({ api, moment, answer, times }) as const),
  );
}

describe(`two hundred orders while everything goes wrong at WeChat (--seed=${seed})`, () => {
  const dice = createDice(seed);
  let installation: Installation;
  before(async () => {
    installation = await startInstallation({
      app: { shipping: { autoUpload: true, remindReceipt: false } },
      simulator: { clockSpeed, seed },
      effectGraceMs: 1_000,
      merchantApi: { payTimeoutMs: callTimeoutMs, turn: { leaseMs: 2_500, waitMs: 5_000, pollMs: 20 } },
      orderWorker: {
        payTimeoutMs: callTimeoutMs,
        appTimeoutMs: callTimeoutMs,
        random: () => 0.02,
        refundPace: {
          orderSpacingMs: 600,
          userSpacingMs: 200,
          toFollowMs: () => 300,
          toAbnormalMs: () => 300,
          toShortageMs: () => 300,
        },
      },
      reconciler: { payTimeoutMs: callTimeoutMs, random: () => 0 },
    });
    const { simulator } = installation;
    simulator.manageTrades({ appId: testMerchant.appId, isManaged: true });
    simulator.faults.set({
      fault_share: payFaultShare,
      api: [
        ...shuffle(appFaults('upload_shipping_info', 2), dice),
        ...shuffle(appFaults('get_order', 1), dice),
        // One: whatever needs to know waits half a minute before it asks again.
        ...shuffle(appFaults('is_trade_managed', 1), dice).slice(0, 1),
      ],
      trade_visible_after_ms: 0,
      refund_delay_ms: 20_000,
    });
  });
  after(() => installation.close());

  it('ends with the same figures here and there, to the fen, and every parcel uploaded once', async () => {
    const plans = toPlans(orders, seed);
    await fewAtOnce(buyers, plans.slice(0, orders / 2), carryOut);
    takeTokenAway();
    await fewAtOnce(buyers, plans.slice(orders / 2), carryOut);
    // One after another: what the first waits for has come for most others too.
    for (const plan of plans) await until(plan, (order) => isOver(plan, order));

    const ours = new Map<string, ReadOrderResponse>();
    await fewAtOnce(buyers, plans, async ({ outTradeNo }) => {
      ours.set(outTradeNo, await persist(() => installation.readOrder(outTradeNo)));
    });
    const { money, trades, calls } = installation.simulator.ledger();
    expect(installation.simulator.faults.settings.api, 'faults that nothing met').to.deep.equal([]);
    const theirs = new Map(money.orders.map((order) => [order.out_trade_no, order]));
    const shipped = new Map(trades.map((trade) => [trade.out_trade_no, trade]));

    for (const plan of plans) {
      const order = ours.get(plan.outTradeNo) as ReadOrderResponse;
      const wechat = theirs.get(plan.outTradeNo);
      const at = JSON.stringify({ plan, wechat, status: order.status, pending: order.pending });
      expect(wechat?.paid ?? 0, at).to.equal(plan.isPaid ? plan.totalFen : 0);
      expect(order.status === 'closed', at).to.equal(!plan.isPaid);
      expect(order.pending, at).to.deep.equal([]);
      const given = order.refunds.filter(({ status }) => status === 'SUCCESS');
      expect(
        given.reduce((sum, { amount }) => sum + amount.refund, 0),
        at,
      ).to.equal(wechat?.refunded.SUCCESS ?? 0);
      expect(given.map(({ amount }) => amount.refund).sort(), at).to.deep.equal([...plan.refundsFen].sort());
      expect(shipped.get(plan.outTradeNo)?.finish_shipping_count ?? 0, at).to.equal(plan.isPaid ? 1 : 0);
    }
    const { paid, refunded } = money.merchants[0] ?? { paid: 0, refunded: { SUCCESS: 0 } };
    expect(paid).to.equal(sum(plans.filter(({ isPaid }) => isPaid).map(({ totalFen }) => totalFen)));
    expect(refunded.SUCCESS).to.equal(sum(plans.flatMap(({ refundsFen }) => refundsFen)));

    expect(installation.shop.ledger().orders).to.have.length(plans.filter(({ isPaid }) => isPaid).length);
    const { deadLetters } = await installation.store.deadLetters.list({ state: 'open', limit: 10 });
    expect(deadLetters).to.deep.equal([]);

    for (const kind of faultKinds) {
      for (const moment of faultMoments) {
        const counts = Object.values(calls.faults).map((faults) => faults[`${moment}_${kind}`] ?? 0);
        expect(sum(counts), `${moment} ${kind}`).to.be.at.least(5);
      }
    }
  }).timeout(600_000);

  /** As another system of the merchant may do, while it is hard to have another. */
  function takeTokenAway(): void {
    const { faults, revokeToken } = installation.simulator;
    const { api } = faults.settings;
    faults.set({ api: [...api, ...shuffle(appFaults('stable_token', 1), dice).slice(0, 3)] });
    revokeToken(testMerchant.appId);
  }

  /** As a shop does it: what failed for a while is asked for again, with the same content. */
  async function carryOut(plan: Plan): Promise<void> {
    const { client, simulator } = installation;
    const params = { out_trade_no: plan.outTradeNo };
    const order = {
      ...toOrderRequest(plan.outTradeNo),
      amount: { total: plan.totalFen },
      logistics_type: plan.logisticsType,
      // By WeChat's clock hours go by while the order is bought.
      time_expire: new Date(Date.now() + 6 * dayMs).toISOString(),
    };
    const { body } = await persist(() => client.createOrder({ body: order }));
    if (!plan.isPaid) {
      await persist(() => client.closeOrder({ params }));
      return;
    }
    if (body.payment === undefined) throw new Error('the order cannot be paid');
    simulator.pay({ appId: testMerchant.appId, ...body.payment });
    await until(plan, ({ status }) => status === 'accepted' || status === 'fulfilled');

    const refunds = plan.refundsFen.map((refund, index) =>
      persist(() =>
        client.createRefund({
          params,
          body: { out_refund_no: `${plan.outTradeNo}-r${index}`, amount: { refund } },
        }),
      ),
    );
    const shipment = {
      shipment_id: 'parcel-1',
      items: [{ tracking_no: `T${plan.outTradeNo}`, express_company: 'ZTO', item_desc: '龙井茶' }],
    };
    const isExpress = plan.logisticsType === 1;
    if (isExpress) await persist(() => client.createShipment({ params, body: shipment }));
    await Promise.all(refunds);
  }

  async function until(plan: Plan, isSo: (order: ReadOrderResponse) => boolean): Promise<void> {
    let seen: ReadOrderResponse | undefined;
    try {
      await waitFor(
        `order ${plan.outTradeNo}`,
        async () => {
          seen = await installation.readOrder(plan.outTradeNo);
          return isSo(seen);
        },
        patience,
      );
    } catch (error) {
      const { status, pending, shipments, time_line } = seen ?? {};
      throw new Error(JSON.stringify({ plan, status, pending, shipments, time_line }), { cause: error });
    }
  }
});

/** Nothing is left to do for it. */
function isOver({ refundsFen }: Plan, { pending, refunds }: ReadOrderResponse): boolean {
  return pending.length === 0 && refunds.length === refundsFen.length;
}

function sum(figures: readonly number[]): number {
  return figures.reduce((total, figure) => total + figure, 0);
}

/** Repeats what may succeed later: what 503 says of itself, and what was not answered, as a request may be repeated. */
async function persist<T>(request: () => Promise<T>): Promise<T> {
  const ended = await waitFor('an answer, and not 503', () => tryOnce(request), {
    ...patience,
    // A shop that asked ten times a second while the breaker is open would itself keep a busy machine from answering.
    intervalMs: 1_000,
  });
  if ('failure' in ended) throw ended.failure;
  return ended.answer;
}

/** Throws what may succeed later, and gives whatever else it ends with. */
async function tryOnce<T>(request: () => Promise<T>): Promise<{ answer: T } | { failure: unknown }> {
  try {
    return { answer: await request() };
  } catch (failure) {
    if (failure instanceof MerchantApiUnreachable) throw failure;
    if (failure instanceof MerchantApiProblem && failure.status === 503) throw failure;
    return { failure };
  }
}

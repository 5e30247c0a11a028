import { MerchantApiProblem } from '@huidiao/client';
import type { ReadOrderResponse } from '@huidiao/contracts';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { type Installation, startInstallation, toOrderRequest } from './installation.ts';
import { testMerchant } from './test-merchant.ts';
import { waitFor } from './wait-for.ts';

const orders = 200;
/** Of orders that are bought, shipped and refunded at the same time. */
const buyers = 20;
const patience = { timeoutMs: 60_000, intervalMs: 200 };
/** So much faster than the wall clock does WeChat's time run: a minute between two refunds is half a second. */
const clockSpeed = 120;

/** Every call that this journey makes, with the share of them that goes wrong in one of five ways, before or after WeChat acted. */
const faultShare = {
  prepay: 0.2,
  query: 0.15,
  close: 0.3,
  refund: 0.3,
  refund_query: 0.15,
} as const;
/** Few at once: after a quota's refusal nothing is uploaded until the next minute, and the breaker has its own patience. */
const uploadFaults = (['silence', 'reset'] as const).map(
  (answer) => ({ api: 'upload_shipping_info', moment: 'after', answer, times: 4 }) as const,
);
const faultKinds = ['silence', 'reset', 'system_error', 'frequency_limited', 'wrong_signature'] as const;

/** What shall become of an order. */
interface Plan {
  readonly outTradeNo: string;
  readonly totalFen: number;
  readonly isPaid: boolean;
  readonly logisticsType: 1 | 3;
  readonly refundsFen: readonly number[];
}

describe('two hundred orders while everything goes wrong at WeChat', () => {
  let installation: Installation;
  before(async () => {
    installation = await startInstallation({
      app: { shipping: { autoUpload: true, remindReceipt: false } },
      simulator: { clockSpeed, seed: 7 },
      effectGraceMs: 1_000,
      merchantApi: { payTimeoutMs: 1_000, turn: { leaseMs: 1_000, waitMs: 5_000, pollMs: 20 } },
      orderWorker: {
        payTimeoutMs: 1_000,
        appTimeoutMs: 1_000,
        random: () => 0.02,
        refundPace: {
          orderSpacingMs: 600,
          userSpacingMs: 200,
          toFollowMs: () => 300,
          toAbnormalMs: () => 300,
          toShortageMs: () => 300,
        },
      },
      reconciler: { payTimeoutMs: 1_000, random: () => 0 },
    });
    const { simulator } = installation;
    simulator.manageTrades({ appId: testMerchant.appId, isManaged: true });
    simulator.faults.set({
      fault_share: faultShare,
      api: [...uploadFaults],
      trade_visible_after_ms: 0,
      refund_delay_ms: 20_000,
    });
  });
  after(() => installation.close());

  it('ends with the same figures here and there, to the fen, and every parcel uploaded once', async () => {
    const plans = Array.from({ length: orders }, (_, index) => toPlan(index));
    const waiting = [...plans];
    const buy = async () => {
      for (let plan = waiting.shift(); plan !== undefined; plan = waiting.shift()) await carryOut(plan);
    };
    await Promise.all(Array.from({ length: buyers }, buy));
    // One after another: what the first waits for has come for most others too.
    for (const plan of plans) await until(plan, (order) => isOver(plan, order));

    const ours = await Promise.all(plans.map(({ outTradeNo }) => installation.readOrder(outTradeNo)));
    const { money, trades, calls } = installation.simulator.ledger();
    const theirs = new Map(money.orders.map((order) => [order.out_trade_no, order]));
    const shipped = new Map(trades.map((trade) => [trade.out_trade_no, trade]));

    for (const [index, plan] of plans.entries()) {
      const order = ours[index] as ReadOrderResponse;
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

    for (const kind of faultKinds) {
      for (const moment of ['before', 'after'] as const) {
        const counts = Object.values(calls.faults).map((faults) => faults[`${moment}_${kind}`] ?? 0);
        expect(sum(counts), `${moment} ${kind}`).to.be.at.least(5);
      }
    }
  }).timeout(120_000);

  /** As a shop does it: what failed for a while is asked for again, with the same content. */
  async function carryOut(plan: Plan): Promise<void> {
    const { client, simulator } = installation;
    const params = { out_trade_no: plan.outTradeNo };
    const order = {
      ...toOrderRequest(plan.outTradeNo),
      amount: { total: plan.totalFen },
      logistics_type: plan.logisticsType,
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

/** Random, and the same in every run. A refund leaves at least a fen, for what was refunded in full is not shipped. */
function toPlan(index: number): Plan {
  const random = toRandom(index);
  const totalFen = 100 + random(100_000);
  const isPaid = random(100) >= 15;
  const first = 1 + random(Math.floor(totalFen / 2));
  const second = 1 + random(totalFen - first - 1);
  return {
    outTradeNo: `ledger-${String(index).padStart(4, '0')}`,
    totalFen,
    isPaid,
    logisticsType: random(2) === 0 ? 1 : 3,
    refundsFen: isPaid ? [first, second].slice(0, random(3)) : [],
  };
}

/** A linear congruential generator; gives whole numbers below `most`. */
function toRandom(seed: number): (most: number) => number {
  let state = seed + 1;
  return (most) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
}

function sum(figures: readonly number[]): number {
  return figures.reduce((total, figure) => total + figure, 0);
}

/** Repeats what may succeed later, as a problem with Retry-After says of itself. */
async function persist<T>(request: () => Promise<T>): Promise<T> {
  const ended = await waitFor('an answer that is not 503', () => tryOnce(request), {
    timeoutMs: 60_000,
    intervalMs: 100,
  });
  if ('failure' in ended) throw ended.failure;
  return ended.answer;
}

/** Throws what may succeed later, and gives whatever else it ends with. */
async function tryOnce<T>(request: () => Promise<T>): Promise<{ answer: T } | { failure: unknown }> {
  try {
    return { answer: await request() };
  } catch (failure) {
    if (failure instanceof MerchantApiProblem && failure.status === 503) throw failure;
    return { failure };
  }
}

import type { Order } from '@huidiao/store';
import { makeTransaction } from '@huidiao/wechat-simulator';
import { toOrderRequest } from '../installation.ts';
import { testMerchant } from '../test-merchant.ts';
import { waitFor } from '../wait-for.ts';
import {
  answerPopup,
  orderAndPrepay,
  patience,
  pay,
  payUnheard,
  type Run,
  read,
  register,
  toCallbackUrl,
  toFulfilEffect,
  toPayment,
  toV2CallbackUrl,
  untilAcknowledged,
  untilTaken,
  untilTold,
} from './journey.ts';
import { toQueueKey } from './leases.ts';
import { type Scenario, workers } from './scenario.ts';

const minuteMs = 60_000;
/** A process remembers a token for a minute. */
const tokenMemoMs = minuteMs + 1_000;
const hourMs = 60 * minuteMs;
const { mchId, appId } = testMerchant;

/** What becomes of payments, and of what else WeChat says. */
export const paymentScenarios: readonly Scenario[] = [
  {
    name: 'an order is paid',
    services: ['ingress', ...workers],
    async play(run) {
      const outTradeNo = run.takeNumber();
      await forgetAccessToken(run);
      await register(run, outTradeNo);
      run.bench.release('loops');
      await untilAcknowledged(run, pay(run, outTradeNo));
      await untilTold(run, outTradeNo);
    },
  },
  {
    name: 'an order is paid while the ingress has no Redis',
    services: ['ingress', ...workers],
    withoutRedis: ['ingress'],
    async play(run) {
      const outTradeNo = run.takeNumber();
      await register(run, outTradeNo);
      await untilAcknowledged(run, pay(run, outTradeNo));
      run.bench.release('loops');
      await untilTold(run, outTradeNo);
    },
  },
  {
    name: 'nothing is heard of a payment, and WeChat Pay is asked',
    services: workers,
    async play(run) {
      const { bench, token } = run;
      const outTradeNo = run.takeNumber();
      payUnheard(run, outTradeNo);
      await register(run, outTradeNo);
      await bench.store.orders.sweepOpenOrders({ epoch: token, now: new Date(), limit: 10 });
      // Or it would depend on who is faster whether the order is paid before its query is recorded.
      await bench.hold('handlers');
      bench.release('loops');
      await waitFor('the query', async () => (await read(run, outTradeNo)).queries > 0, patience);
      bench.release('handlers');
      await untilTold(run, outTradeNo);
    },
  },
  {
    name: 'an effect is left to the reconciler',
    services: workers,
    async play(run) {
      const outTradeNo = run.takeNumber();
      await leaveUntold(run, outTradeNo, new Date());
      run.bench.release('loops');
      await untilTold(run, outTradeNo);
    },
  },
  {
    name: 'an order is never paid',
    services: ['merchant-api', 'reconciler'],
    aheadMs: { reconciler: 3 * hourMs },
    async play(run) {
      const outTradeNo = run.takeNumber();
      await orderAndPrepay(run, outTradeNo);
      run.bench.release('loops');
      await waitFor('the end', async () => (await read(run, outTradeNo)).status === 'closed', patience);
    },
  },
  {
    name: 'a payment is a dead letter until its order is registered',
    services: ['ingress', ...workers],
    async play(run) {
      const { bench } = run;
      const outTradeNo = run.takeNumber();
      const payment = pay(run, outTradeNo);
      await untilAcknowledged(run, payment);
      await waitFor(
        'the first look for the order',
        async () => {
          const [job] = await bench.queues.list('payment-event', 'delayed', 1);
          return (job?.postponements ?? 0) > 0;
        },
        patience,
      );
      // More than ten minutes, though it may have been a minute further on already: see uploadLeaseEndsMs.
      bench.setClock('order-worker', 13 * minuteMs);
      await waitFor(
        'the dead letter',
        async () => {
          const { deadLetters } = await bench.store.deadLetters.list({ state: 'open', outTradeNo, limit: 1 });
          const { waiting, active, delayed } = await bench.queues.counts('payment-event');
          return deadLetters.length > 0 && waiting + active + delayed === 0;
        },
        patience,
      );
      bench.setClock('order-worker', 0);
      bench.release('loops');
      await register(run, outTradeNo);
      await bench.surroundings.simulator.resend(payment.notification.id);
      await untilTold(run, outTradeNo);
    },
  },
  {
    name: 'a callback is of a kind that nobody knows',
    services: ['ingress', 'order-worker'],
    async play(run) {
      const { bench, token } = run;
      const notification = {
        url: toCallbackUrl(bench),
        mchId,
        id: `notification-${token}`,
        eventType: 'TEA.COLD',
        plaintext: makeTransaction({
          mchId,
          appId,
          outTradeNo: `TEA-${token}-0`,
          transactionId: '4200000000000000000000000001',
          totalFen: 1,
          openId: 'o-nobody',
          successTime: new Date().toISOString(),
        }),
      };
      await waitFor(
        'the acknowledgement',
        async () => {
          const receipt = await bench.surroundings.simulator.sendNotification(notification);
          return receipt.outcome === 'answered' && receipt.status === 204;
        },
        patience,
      );
      await waitFor(
        'the dead letter',
        async () => {
          const { deadLetters } = await bench.store.deadLetters.list({ jobName: 'keep-callback', limit: 50 });
          return deadLetters.some((letter) => JSON.stringify(letter.payload).includes(token));
        },
        patience,
      );
    },
  },
  {
    name: 'a buyer agrees to messages after paying',
    services: ['ingress', ...workers],
    async play(run) {
      const outTradeNo = run.takeNumber();
      await register(run, outTradeNo);
      // So that nothing is sent before the buyer agrees, and the end does not depend on when that was.
      await answerPopup(run, outTradeNo, 'reject');
      await waitFor('the refusal', async () => (await readConsent(run, outTradeNo)) === 'blocked', patience);
      run.bench.release('loops');
      await untilAcknowledged(run, pay(run, outTradeNo));
      await waitFor(
        'the message to wait',
        async () => waitsForConsent(await read(run, outTradeNo)),
        patience,
      );
      await answerPopup(run, outTradeNo, 'accept');
      await untilTold(run, outTradeNo);
    },
  },
  {
    name: 'a message comes too late, and the shop hears of it',
    services: ['ingress', ...workers],
    shopEvents: ['message.undeliverable'],
    aheadMs: { 'order-worker': 25 * hourMs, 'message-worker': 25 * hourMs, reconciler: 25 * hourMs },
    async play(run) {
      const outTradeNo = run.takeNumber();
      await register(run, outTradeNo);
      await untilAcknowledged(run, pay(run, outTradeNo));
      const isPaid = async () => (await read(run, outTradeNo)).status !== 'created';
      await waitFor('the payment', isPaid, patience);
      // Not before: by the reconciler's clock the order is to be asked about.
      run.bench.release('loops');
      await untilTold(run, outTradeNo);
    },
  },
  {
    name: 'an order is refunded, which API v2 tells of',
    services: ['ingress', ...workers],
    async play(run) {
      const { simulator } = run.bench.surroundings;
      const outTradeNo = run.takeNumber();
      await register(run, outTradeNo);
      const payment = pay(run, outTradeNo);
      await untilAcknowledged(run, payment);
      await untilTold(run, outTradeNo);
      // Not before: their first look at a new order may come between a payment's reading and writing it.
      run.bench.release('loops');
      const { refund } = simulator.refundAtConsole(mchId, outTradeNo, { refundFen: 1 });
      const about = {
        outTradeNo,
        transactionId: payment.transactionId,
        totalFen: (await read(run, outTradeNo)).amountFen,
        refundFen: 1,
        refundId: refund.refundId,
        outRefundNo: refund.outRefundNo,
      };
      await untilTaken(() => simulator.sendV2('v2.refund', { url: toV2CallbackUrl(run.bench), about }));
      await waitFor('the refund', async () => (await read(run, outTradeNo)).refunds.length > 0, patience);
    },
  },
  {
    name: 'a callback is told to the shop and passed through',
    services: ['ingress', ...workers],
    shopEvents: ['complaint.*'],
    async play(run) {
      const { simulator, oldSystem } = run.bench.surroundings;
      const id = `notification-${run.token}`;
      const fields = { complaint_id: `complaint-${run.token}` };
      run.bench.release('loops');
      await untilTaken(() =>
        simulator.sendEvent('COMPLAINT.CREATE', { url: toCallbackUrl(run.bench), id, fields }),
      );
      await waitFor('the old system to have it', () => oldSystem.notifications.has(id), patience);
    },
  },
  {
    name: 'a job has failed without a dead letter',
    services: ['reconciler'],
    async play(run) {
      const { bench } = run;
      const outTradeNo = run.takeNumber();
      const { id, requestId } = await leaveUntold(run, outTradeNo, new Date(Date.now() + hourMs));
      const job = { mchId, outTradeNo, effectId: id, requestId };
      await failBehindOurBack(run, id, job);
      bench.release('loops');
      await waitFor(
        'the dead letter',
        async () => (await read(run, outTradeNo)).effects.length === 0,
        patience,
      );
    },
  },
  {
    name: 'Redis has lost everything',
    services: ['ingress', ...workers],
    async play(run) {
      const { bench } = run;
      const [untold, unheard] = [run.takeNumber(), run.takeNumber()];
      await waitFor('the first epoch', () => hasEpoch(run), patience);
      const lost = await bench.store.epochs.read();
      await payUntilFulfilOrderWaits(run, untold);
      payUnheard(run, unheard);
      await register(run, unheard);
      await leaveToTheSweep(run, unheard);
      // Or it would depend on who is faster what is left to sweep.
      await bench.hold('handlers');
      await loseRedis(run);
      // It would go on with the job that it has in hand.
      await bench.kill('order-worker');
      bench.release('loops');
      await waitFor('the end of the sweep', async () => (await bench.store.epochs.read()) !== lost, patience);
      await waitFor('the query', async () => (await read(run, unheard)).queries > 1, patience);
      bench.releaseHandlers();
      await untilTold(run, untold);
      await untilTold(run, unheard);
    },
  },
];

function waitsForConsent({ effects }: Order): boolean {
  return effects.some(({ job, round }) => job === 'send-subscribe-message' && (round ?? 0) > 0);
}

/** What is known of whether the buyer of an order may be told. */
async function readConsent({ bench }: Run, outTradeNo: string): Promise<string> {
  const openId = toOrderRequest(outTradeNo).payer.openid;
  return (await bench.store.consents.state({ appId, openId, templateId: testMerchant.templateId })).state;
}

/** A paid order whose shop was not told; its job is nowhere. */
async function leaveUntold(run: Run, outTradeNo: string, dueAt: Date) {
  const { bench } = run;
  const order = await register(run, outTradeNo);
  const digits = run.token.replaceAll(/\D/g, '').padStart(20, '0');
  const payment = toPayment(order, `4200${digits}${run.orders.length}`);
  const effect = toFulfilEffect(run, outTradeNo, dueAt);
  const openId = order.openId ?? '';
  bench.surroundings.simulator.grant({ appId, openId, templateId: testMerchant.templateId }, 1);
  await bench.store.orders.pay(order, payment, { eventKey: `payment_${outTradeNo}`, effects: [effect] });
  return effect;
}

/** As BullMQ does with a job that stalled too often: no code of ours runs. */
async function failBehindOurBack({ bench }: Run, id: string, payload: object): Promise<void> {
  const queue = toQueueKey(bench.prefix, 'order-fulfilment', 'live');
  const now = Date.now();
  await bench.redis.hset(`${queue}:${id}`, {
    name: 'fulfil-order',
    data: JSON.stringify({ payload }),
    opts: '{}',
    timestamp: now,
    processedOn: now,
    finishedOn: now,
    delay: 0,
    priority: 0,
    ats: 1,
    stc: 1,
    failedReason: 'job stalled more than allowable limit',
  });
  await bench.redis.zadd(`${queue}:failed`, now, id);
}

/** Only the reconciler makes one, on a bench that is new. */
async function hasEpoch({ bench }: Run): Promise<boolean> {
  bench.release('loops');
  if ((await bench.store.epochs.read()) === undefined) return false;
  await bench.hold('loops');
  return true;
}

/** Until the job that tells the shop is in Redis, and nothing else is. */
async function payUntilFulfilOrderWaits(run: Run, outTradeNo: string): Promise<void> {
  const { bench } = run;
  await bench.hold('handlers.fulfil-order');
  await register(run, outTradeNo);
  await untilAcknowledged(run, pay(run, outTradeNo));
  await waitFor(
    'the job that tells the shop',
    async () => {
      const [before, after] = await Promise.all([
        bench.queues.counts('payment-event'),
        bench.queues.counts('order-fulfilment'),
      ]);
      return before.completed > 0 && before.waiting + before.active === 0 && after.waiting + after.active > 0;
    },
    patience,
  );
}

/** Puts off for an hour what the reconciler would do of itself: without the sweep nothing happens in time. */
async function leaveToTheSweep(run: Run, unheard: string): Promise<void> {
  const { orders } = run.bench.store;
  const soon = new Date(Date.now() + minuteMs);
  await orders.claimDueEffects({ now: soon, leaseMs: hourMs, limit: 10 });
  const order = await read(run, unheard);
  await orders.recordQuery(order, { nextQueryAt: new Date(Date.now() + hourMs) });
}

async function loseRedis({ bench }: Run): Promise<void> {
  const keys = await bench.redis.keys(`*${bench.prefix}*`);
  if (keys.length > 0) await bench.redis.del(keys);
}

/** The buyer's message then needs a new one, in every run. */
async function forgetAccessToken({ bench }: Run): Promise<void> {
  bench.setClock('message-worker', bench.runs * tokenMemoMs);
  const keys = await bench.redis.keys(`${bench.prefix}:access-token:*`);
  if (keys.length > 0) await bench.redis.del(keys);
}

import type { QueueName } from '@huidiao/contracts';
import { testMerchant } from '../test-merchant.ts';
import { waitFor } from '../wait-for.ts';
import {
  leaveUntold,
  patience,
  pay,
  payUnheard,
  type Run,
  read,
  register,
  untilAcknowledged,
  untilPutOff,
  untilTold,
} from './journey.ts';
import { toQueueKey } from './leases.ts';
import { type Scenario, workers } from './scenario.ts';

const minuteMs = 60_000;
const hourMs = 60 * 60_000;
/** A job that waits is added again after a quarter of an hour, and again after another one. */
const waitingJobsComeBackMs = 16 * minuteMs;
const { mchId } = testMerchant;

/** What Redis no longer has. */
export const lossScenarios: readonly Scenario[] = [
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
  {
    name: 'Redis loses a payment that waits for its order',
    services: ['ingress', ...workers],
    aheadMs: { reconciler: waitingJobsComeBackMs },
    leasesEndMs: waitingJobsComeBackMs,
    async play(run) {
      const outTradeNo = run.takeNumber();
      await untilAcknowledged(run, pay(run, outTradeNo));
      await untilPutOff(run);
      await loseQueue(run, 'payment-event');
      // A query would heal it as well.
      const nextQueryAt = new Date(Date.now() + hourMs);
      await run.bench.store.orders.recordQuery(await register(run, outTradeNo), { nextQueryAt });
      run.bench.release('loops');
      await untilTold(run, outTradeNo);
    },
  },
];

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

async function loseQueue({ bench }: Run, queue: QueueName): Promise<void> {
  const keys = await bench.redis.keys(`${toQueueKey(bench.prefix, queue, 'live')}:*`);
  if (keys.length > 0) await bench.redis.del(keys);
}

async function loseRedis({ bench }: Run): Promise<void> {
  const keys = await bench.redis.keys(`*${bench.prefix}*`);
  if (keys.length > 0) await bench.redis.del(keys);
}

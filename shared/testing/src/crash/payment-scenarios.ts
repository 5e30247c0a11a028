import { waitFor } from '../wait-for.ts';
import {
  leaveUntold,
  orderAndPrepay,
  patience,
  pay,
  payUnheard,
  type Run,
  read,
  register,
  untilAcknowledged,
  untilTold,
} from './journey.ts';
import { type Scenario, workers } from './scenario.ts';

/** A process remembers a token for a minute. */
const tokenMemoMs = 61_000;
const hourMs = 60 * 60_000;

/** What becomes of a payment, whether it is heard of or not. */
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
];

/** The buyer's message then needs a new one, in every run. */
async function forgetAccessToken({ bench }: Run): Promise<void> {
  bench.setClock('message-worker', bench.runs * tokenMemoMs);
  const keys = await bench.redis.keys(`${bench.prefix}:access-token:*`);
  if (keys.length > 0) await bench.redis.del(keys);
}

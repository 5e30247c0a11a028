import { makeTransaction } from '@huidiao/wechat-simulator';
import { testMerchant } from '../test-merchant.ts';
import { waitFor } from '../wait-for.ts';
import {
  patience,
  pay,
  register,
  toCallbackUrl,
  untilAcknowledged,
  untilPutOff,
  untilTold,
} from './journey.ts';
import { type Scenario, workers } from './scenario.ts';

const minuteMs = 60_000;
const { mchId, appId } = testMerchant;

/** Callbacks that nobody can do anything with, or not yet. */
export const deadLetterScenarios: readonly Scenario[] = [
  {
    name: 'a payment is a dead letter until its order is registered',
    services: ['ingress', ...workers],
    async play(run) {
      const { bench } = run;
      const outTradeNo = run.takeNumber();
      const payment = pay(run, outTradeNo);
      await untilAcknowledged(run, payment);
      await untilPutOff(run);
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
];

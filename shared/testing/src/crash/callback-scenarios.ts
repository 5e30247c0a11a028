import { testMerchant } from '../test-merchant.ts';
import { waitFor } from '../wait-for.ts';
import {
  patience,
  pay,
  read,
  register,
  toCallbackUrl,
  toV2CallbackUrl,
  untilAcknowledged,
  untilTaken,
  untilTold,
} from './journey.ts';
import { type Scenario, workers } from './scenario.ts';

const { mchId } = testMerchant;

/** What else WeChat says. */
export const callbackScenarios: readonly Scenario[] = [
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
];

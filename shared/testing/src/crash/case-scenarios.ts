import { testMerchant } from '../test-merchant.ts';
import { decideAtStore, decideOnce, leaveCase, untilResolved } from './case-journey.ts';
import type { Run } from './journey.ts';
import { quietApp, untilDue, untilOrder, untilRefund } from './merchant-journey.ts';
import type { Scenario } from './scenario.ts';

/** What people decide is done, by whoever took the decision or by the reconciler. */
export const caseScenarios: readonly Scenario[] = [
  {
    name: 'a person decides once that another amount is delivered',
    services: ['merchant-api', 'order-worker', 'reconciler'],
    app: quietApp,
    async play(run) {
      const outTradeNo = run.takeNumber();
      const caseId = await leaveCase(run, outTradeNo);
      run.bench.release('loops');
      await decideOnce(run, caseId, 'deliver');
      await untilResolved(run, caseId);
      await untilOrder(run, outTradeNo, ({ status }) => status === 'fulfilled');
    },
  },
  {
    name: 'a person decides once that another amount is given back',
    services: ['merchant-api', 'order-worker', 'reconciler'],
    app: quietApp,
    async play(run) {
      const outTradeNo = run.takeNumber();
      const caseId = await leaveCase(run, outTradeNo);
      run.bench.release('loops');
      await decideOnce(run, caseId, 'refund');
      await untilResolved(run, caseId);
      await untilGivenBack(run, outTradeNo);
    },
  },
  {
    name: 'whoever took a decision died, and the reconciler does what was decided',
    services: ['order-worker', 'reconciler'],
    app: quietApp,
    async play(run) {
      const [delivered, refunded] = [run.takeNumber(), run.takeNumber()];
      const cases = [await leaveCase(run, delivered), await leaveCase(run, refunded)] as const;
      await decideAtStore(run, cases[0], 'deliver');
      run.bench.release('loops');
      await untilResolved(run, cases[0]);
      await untilOrder(run, delivered, ({ status }) => status === 'fulfilled');
      await decideAtStore(run, cases[1], 'refund');
      await untilResolved(run, cases[1]);
      await untilGivenBack(run, refunded);
    },
  },
];

/** WeChat Pay accepts the refund and makes it, and a query tells. */
async function untilGivenBack(run: Run, outTradeNo: string): Promise<void> {
  const { outRefundNo } = await untilRefund(run, outTradeNo, 'processing');
  const { simulator } = run.bench.surroundings;
  simulator.settleRefund(testMerchant.mchId, outRefundNo, 'SUCCESS', { drop: 100 });
  await untilDue(run, outTradeNo);
  await untilRefund(run, outTradeNo, 'succeeded');
}

import type { Order } from '@huidiao/store';
import { toOrderRequest } from '../installation.ts';
import { testMerchant } from '../test-merchant.ts';
import { waitFor } from '../wait-for.ts';
import {
  answerPopup,
  patience,
  pay,
  type Run,
  read,
  register,
  untilAcknowledged,
  untilTold,
} from './journey.ts';
import { type Scenario, workers } from './scenario.ts';

const hourMs = 60 * 60_000;
const { appId } = testMerchant;

/** What the buyer of an order is told, and whether they may be. */
export const messageScenarios: readonly Scenario[] = [
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
];

function waitsForConsent({ effects }: Order): boolean {
  return effects.some(({ job, round }) => job === 'send-subscribe-message' && (round ?? 0) > 0);
}

/** What is known of whether the buyer of an order may be told. */
async function readConsent({ bench }: Run, outTradeNo: string): Promise<string> {
  const openId = toOrderRequest(outTradeNo).payer.openid;
  return (await bench.store.consents.state({ appId, openId, templateId: testMerchant.templateId })).state;
}

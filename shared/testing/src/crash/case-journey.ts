import { createMerchantApiClient } from '@huidiao/client';
import {
  type CaseDecision,
  queryNotificationId,
  toApplyPaymentJobId,
  toPaymentCallbackKey,
} from '@huidiao/contracts';
import { toOrderRequest } from '../installation.ts';
import { testMerchant } from '../test-merchant.ts';
import { waitFor } from '../wait-for.ts';
import { patience, type Run, register, toPayment } from './journey.ts';

const { mchId, appId } = testMerchant;
const queue = 'payment-event';
const halfMinuteMs = 30_000;
const hourMs = 60 * 60_000;
const audit = { by: 'support-7', note: 'the buyer called' };

/** The buyer paid another amount than the order's, which is a dead letter; gives its case_id. */
export async function leaveCase(run: Run, outTradeNo: string): Promise<string> {
  const { store, surroundings } = run.bench;
  const { amount, payer } = toOrderRequest(outTradeNo);
  const totalFen = amount.total - 100;
  const direct = { mchId, appId, openId: payer.openid, outTradeNo, totalFen };
  const url = `http://127.0.0.1:9/callbacks/wechat-pay/${mchId}`;
  const paid = surroundings.simulator.payDirectly({ ...direct, notifyUrl: url }, { drop: 100 });
  const order = await register(run, outTradeNo);
  // A query would find it again.
  await store.orders.recordQuery(order, { nextQueryAt: new Date(Date.now() + hourMs) });
  const payment = { ...toPayment(order, paid.transactionId), amountFen: totalFen };
  const jobId = toApplyPaymentJobId(payment);
  const at = new Date();
  await store.deadLetters.store({
    queue,
    jobId,
    jobName: 'apply-payment',
    payload: {
      requestId: `request-${run.token}`,
      callbackKey: toPaymentCallbackKey(payment),
      notificationId: queryNotificationId,
      eventType: 'TRANSACTION.SUCCESS',
      receivedAt: at.toISOString(),
      payment,
    },
    errorCode: 'ORDER_AMOUNT_DIFFERS',
    reason: 'Another amount.',
    details: {},
    attempts: 1,
    firstAttemptAt: at,
    failedAt: at,
  });
  return jobId;
}

/** A person decides, and again only where that was not heard: what follows is for others to see to. */
export async function decideOnce({ bench }: Run, caseId: string, decision: CaseDecision): Promise<void> {
  const baseUrl = `http://127.0.0.1:${bench.ports['merchant-api']}`;
  const client = createMerchantApiClient({ baseUrl, token: bench.apiKey });
  const body = { decision, note: audit.note, decided_by: audit.by };
  await waitFor(
    'the decision',
    async () => {
      const letter = await bench.store.deadLetters.find(queue, caseId);
      if (letter?.state !== 'open') return true;
      await client.decideCase({ params: { case_id: caseId }, body });
      return true;
    },
    patience,
  );
}

/** A person decided half a minute ago, and the process that took the decision ended before it did anything else. */
export async function decideAtStore({ bench }: Run, caseId: string, kind: CaseDecision): Promise<void> {
  const letter = await bench.store.deadLetters.find(queue, caseId);
  if (letter === undefined) throw new Error(`the case ${caseId} is gone`);
  const change = { times: letter.times, to: 'replayed' } as const;
  await bench.backdate(halfMinuteMs, () =>
    bench.store.deadLetters.decide(letter.id, { kind, ...audit }, change),
  );
}

/** Until the outcome of what was decided is recorded. */
export async function untilResolved({ bench }: Run, caseId: string): Promise<void> {
  await waitFor(
    `the outcome of ${caseId}`,
    async () => (await bench.store.deadLetters.find(queue, caseId))?.state === 'resolved',
    patience,
  );
}

import { randomUUID } from 'node:crypto';
import {
  billNotificationId,
  jobCatalogue,
  type Merchant,
  type PaymentSucceeded,
  toApplyPaymentJobId,
  toCountedJobId,
  toPaymentCallbackKey,
} from '@huidiao/contracts';
import { toAppError } from '@huidiao/errors';
import type { Producer } from '@huidiao/queue';
import type { Order, Store } from '@huidiao/store';
import type { PayClient } from '@huidiao/wechat';
import { type AskDeps, askWechatPay } from './ask-wechat-pay.ts';
import type { BillEntry } from './bill-entry.ts';

export interface HealDeps extends AskDeps {
  readonly store: Pick<Store, 'turns' | 'deadLetters'>;
  readonly producer: Pick<Producer, 'add'>;
  /** Of the check that is under way: tells its jobs from those of one before. */
  readonly run: number;
}

/** `not_confirmed`: WeChat Pay, when asked, does not say what its bill says. */
export type HealOutcome = 'healing' | 'left_to_a_person' | 'not_confirmed';

/** What is asked about one payment. */
export type PaymentClient = Pick<PayClient, 'queryByOutTradeNo' | 'queryCombined'>;

/**
 * Sends a payment that only the bill tells of the way of its callback, once a query, whose answer is signed, says the same.
 * @throws AppError WECHAT_*, QUEUE_*, STORE_UNAVAILABLE; what `keep` throws
 */
export async function healPayment(
  deps: HealDeps,
  { merchant, client }: { readonly merchant: Merchant; readonly client: PaymentClient },
  entry: BillEntry,
  order: Order | undefined,
): Promise<HealOutcome> {
  const payment = await askWechatPay(deps, merchant, () => query(client, entry, order));
  if (payment?.transactionId !== entry.transactionId) return 'not_confirmed';
  if (await isWithAPerson(deps.store, payment, order)) return 'left_to_a_person';
  await deps.producer.add({
    name: 'apply-payment',
    lane: 'bulk',
    id: toCountedJobId(toApplyPaymentJobId(payment), 'heal', deps.run),
    data: {
      requestId: randomUUID(),
      callbackKey: toPaymentCallbackKey(payment),
      notificationId: billNotificationId,
      eventType: 'TRANSACTION.SUCCESS',
      receivedAt: deps.clock.now().toISOString(),
      payment,
    },
  });
  return 'healing';
}

/** The payment, if WeChat Pay says that there is one. A part of a combined order is asked about by the whole. */
async function query(
  client: PaymentClient,
  { outTradeNo, subMchId }: BillEntry,
  order: Order | undefined,
): Promise<PaymentSucceeded | undefined> {
  const whole = order?.combineOutTradeNo;
  try {
    const found =
      whole === undefined
        ? await client.queryByOutTradeNo(outTradeNo, { subMchId: order?.subMchId ?? subMchId })
        : (await client.queryCombined(whole)).get(outTradeNo);
    return found?.state === 'paid' ? found.payment : undefined;
  } catch (error) {
    if (['ORDER_NOT_FOUND', 'WECHAT_REFUSED'].includes(toAppError(error).code)) return undefined;
    throw error;
  }
}

/** What was compared and refused before, and would be refused again, or waits for whoever should know its order. */
async function isWithAPerson(
  { deadLetters }: Pick<Store, 'deadLetters'>,
  payment: PaymentSucceeded,
  order: Order | undefined,
): Promise<boolean> {
  if (order !== undefined && !order.appliedEvents.includes(toPaymentCallbackKey(payment))) return false;
  const letter = await deadLetters.find(jobCatalogue['apply-payment'].queue, toApplyPaymentJobId(payment));
  if (letter === undefined || letter.state === 'resolved') return false;
  return order !== undefined || unknownOrder.has(letter.errorCode);
}

const unknownOrder = new Set(['ORDER_UNKNOWN', 'ORDER_REFUND_SEEN', 'ORDER_NOT_YET_KNOWN']);

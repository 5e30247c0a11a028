import { randomUUID } from 'node:crypto';
import {
  billNotificationId,
  isCheckOrder,
  isWantedEvent,
  type JobData,
  jobCatalogue,
  type Merchant,
  type RefundEvent,
  refundStatuses,
  refundTypes,
  toApplyRefundJobId,
  toCallbackJobId,
  toCountedJobId,
  toRefundCallbackKey,
  toRefundContent,
} from '@huidiao/contracts';
import { toAppError } from '@huidiao/errors';
import type { Order, Store } from '@huidiao/store';
import type { PayClient, QueriedRefund } from '@huidiao/wechat';
import { askWechatPay } from './ask-wechat-pay.ts';
import type { BillEntry } from './bill-entry.ts';
import type { HealDeps, HealOutcome } from './heal-payment.ts';

/** What is asked about one refund. */
export type RefundClient = Pick<PayClient, 'queryRefund'>;

/**
 * Sends a refund that only the bill tells of the way of its callback, once a query says what became of it; the shop hears of it
 * as it would have. One that WeChat Pay has not finished yet is looked at again with the next check.
 * @throws AppError WECHAT_*, QUEUE_*, STORE_UNAVAILABLE; what `keep` throws
 */
export async function healRefund(
  deps: HealDeps,
  { merchant, client }: { readonly merchant: Merchant; readonly client: RefundClient },
  entry: BillEntry,
  order: Order | undefined,
): Promise<HealOutcome> {
  const queried = await askWechatPay(deps, merchant, () => query(client, entry, order));
  if (queried === undefined || !isSame(queried, entry)) return 'not_confirmed';
  if (queried.status === 'PROCESSING') return 'healing';
  const refund = toEvent(merchant.mchId, entry, queried, refundTypes[queried.status]);
  if (await isWithAPerson(deps.store, refund)) return 'left_to_a_person';
  const told = {
    requestId: randomUUID(),
    callbackKey: toRefundCallbackKey(refund),
    notificationId: billNotificationId,
    eventType: `REFUND.${refundStatuses[refund.type]}`,
    receivedAt: deps.clock.now().toISOString(),
  };
  await forward(deps, merchant, refund, told);
  await deps.producer.add({
    name: 'apply-refund',
    lane: 'bulk',
    id: toCountedJobId(toApplyRefundJobId(refund), 'heal', deps.run),
    data: { ...told, refund },
  });
  return 'healing';
}

async function query(
  client: RefundClient,
  { outRefundNo = '', subMchId }: BillEntry,
  order: Order | undefined,
): Promise<QueriedRefund | undefined> {
  try {
    return await client.queryRefund(outRefundNo, { subMchId: order?.subMchId ?? subMchId });
  } catch (error) {
    if (['WECHAT_NOT_FOUND', 'WECHAT_REFUSED'].includes(toAppError(error).code)) return undefined;
    throw error;
  }
}

function isSame(queried: QueriedRefund, entry: BillEntry): boolean {
  const { refundId, transactionId, outTradeNo } = queried;
  const isOfOrder = transactionId === entry.transactionId && outTradeNo === entry.outTradeNo;
  return isOfOrder && refundId === entry.refundId;
}

function toEvent(
  mchId: string,
  { subMchId }: BillEntry,
  { outTradeNo, transactionId, outRefundNo, refundId, refundFen, totalFen, successTime }: QueriedRefund,
  type: RefundEvent['type'],
): RefundEvent {
  return {
    type,
    mchId,
    ...(subMchId !== undefined && { subMchId }),
    outTradeNo,
    transactionId,
    outRefundNo,
    refundId,
    refundFen,
    totalFen,
    ...(successTime !== undefined && { successTime }),
    proof: 'signature',
  };
}

/** What was compared and refused before, and would be refused again. */
async function isWithAPerson({ deadLetters }: Pick<Store, 'deadLetters'>, refund: RefundEvent) {
  const letter = await deadLetters.find(jobCatalogue['apply-refund'].queue, toApplyRefundJobId(refund));
  return letter !== undefined && letter.state !== 'resolved' && refused.has(letter.errorCode);
}

const refused = new Set(['REFUND_DIFFERS', 'REFUND_ORDER_UNKNOWN', 'ORDER_NOT_YET_KNOWN']);

type Told = Pick<
  JobData<'forward-event'>,
  'requestId' | 'callbackKey' | 'notificationId' | 'eventType' | 'receivedAt'
>;

/** Under the key of its callback: should that come after all, the shop sees that it knows it. */
async function forward(deps: HealDeps, { mchId, shop }: Merchant, refund: RefundEvent, told: Told) {
  const { type } = refund;
  if (shop === undefined || !isWantedEvent(shop.events, type) || isCheckOrder(refund.outTradeNo)) return;
  const content = JSON.stringify(toRefundContent(refund));
  await deps.producer.add({
    name: 'forward-event',
    id: toCallbackJobId('forward-event', told.callbackKey),
    lane: 'bulk',
    data: { ...told, receiver: { mchId }, type, content },
  });
}

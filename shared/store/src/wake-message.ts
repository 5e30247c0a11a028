import { defaultLane, type JobData, type Lane, toEffectJobId, toReportJobId } from '@huidiao/contracts';
import { type Message, type MessageFacts, toUndeliverable } from './message.ts';
import type { MessageStore } from './message-store.ts';
import type { OrderStore } from './order-store.ts';

/** The job that sends a message now, or tells the shop that it reached nobody; adding it is only a hint. */
export type MessageJob = {
  [N in 'send-subscribe-message' | 'send-message' | 'report-message']: {
    readonly name: N;
    readonly id: string;
    readonly data: JobData<N>;
    readonly lane: Lane;
  };
}['send-subscribe-message' | 'send-message' | 'report-message'];

export interface WokenMessage {
  readonly isWoken: boolean;
  /** Absent where somebody else has it in hand. */
  readonly job?: MessageJob;
}

/**
 * Ends the waiting of a message for its user's consent. What waits for it is moved before the mark goes, or with it: a
 * process that dies in between leaves a message whose job the reconciler adds.
 *
 * @param why.facts what makes it worth another try where no consent is counted
 * @throws AppError ORDER_CHANGED_MEANWHILE, STORE_UNAVAILABLE
 */
export async function wakeMessage(
  stores: { readonly orders: Pick<OrderStore, 'renewEffect'>; readonly messages: Pick<MessageStore, 'wake'> },
  message: Message,
  why: { readonly now: Date; readonly facts?: MessageFacts },
): Promise<WokenMessage> {
  const { key, rounds, outTradeNo } = message;
  if (outTradeNo !== undefined) return await wakeOfOrder(stores, { ...message, outTradeNo }, why);
  const isWoken = await stores.messages.wake(key, rounds, { dueAt: why.now, facts: why.facts });
  return isWoken ? { isWoken, job: toMessageJob({ ...message, rounds: rounds + 1 }) } : { isWoken };
}

async function wakeOfOrder(
  { orders, messages }: Parameters<typeof wakeMessage>[0],
  { key, rounds, mchId, outTradeNo }: Message & { outTradeNo: string },
  { now, facts }: { readonly now: Date; readonly facts?: MessageFacts },
): Promise<WokenMessage> {
  const renewed = { id: key, dueAt: now, round: rounds + 1 };
  const effect = await orders.renewEffect({ mchId, outTradeNo }, renewed);
  if (!(await messages.wake(key, rounds, { facts }))) return { isWoken: false };
  if (effect === undefined) return { isWoken: true };
  const { requestId, lane = defaultLane } = effect;
  const data = { mchId, outTradeNo, effectId: key, requestId };
  return {
    isWoken: true,
    job: { name: 'send-subscribe-message', id: toEffectJobId(effect), data, lane },
  };
}

/**
 * The job of a message that no order asked for, in the round that its row is in. One that has ended and whose fallback is
 * still to be opened is sent once more: sending opens it.
 */
export function toMessageJob(message: Message): MessageJob {
  const { key, rounds, state, fallback, mchId, requestId = '', lane = defaultLane } = message;
  const data = { mchId, messageKey: key, requestId };
  const opensFallback = fallback !== undefined && (state === 'expired' || state === 'refused');
  if (toUndeliverable(message) !== undefined && !opensFallback) {
    const id = toEffectJobId({ id: toReportJobId(key), round: rounds });
    return { name: 'report-message', id, data, lane };
  }
  return { name: 'send-message', id: toEffectJobId({ id: key, round: rounds }), data, lane };
}

import { isReplay, type JobData } from '@huidiao/contracts';
import type { JobAttempt } from '@huidiao/queue';
import type { ConsentState, Message, MessageFacts, Recipient, Store } from '@huidiao/store';

/** WeChat's 43101: the user did not agree to this message, or what they agreed to is used up. */
const notSubscribed = 'MESSAGE_NOT_SUBSCRIBED';

/**
 * Whether WeChat need not be asked: the user said no, or WeChat refused this very message before and nobody has
 * agreed since.
 */
export function mustWait({ state }: ConsentState, { facts }: Pick<Message, 'facts'>): boolean {
  return state === 'blocked' || (state === 'unknown' && facts.errorCode === notSubscribed);
}

/** A message that begins to wait. */
export interface WaitingMessage {
  readonly job: JobData<'send-subscribe-message'>;
  readonly attempt: Pick<JobAttempt, 'jobId' | 'lane'>;
  readonly recipient: Recipient;
  /** Why, for the row; by default that the user did not agree. */
  readonly facts?: MessageFacts;
  /** Of the sending that WeChat refused. */
  readonly sendingId?: string;
}

/**
 * Lets a message wait for its user's consent, at no cost in Redis: its row says so, and its effect stays in the order,
 * due at its latest useful time. Whoever stores a consent wakes it sooner.
 *
 * The consent may come at this very moment. The row is marked first and the consents are read then, as whoever stores
 * a consent looks for marks after that: one of the two sees the other.
 *
 * @returns `consented` when it need not wait; `overtaken` when another attempt has gone on with it
 * @throws AppError STORE_UNAVAILABLE
 */
export async function waitForConsent(
  { orders, messages, consents }: Pick<Store, 'orders' | 'messages' | 'consents'>,
  waiting: WaitingMessage,
): Promise<'waiting' | 'consented' | 'overtaken'> {
  const { job, attempt, recipient, facts = { errorCode: notSubscribed }, sendingId } = waiting;
  const { effectId: id, mchId, outTradeNo, requestId } = job;
  const row = await messages.wait(id, facts, sendingId);
  if (row === undefined) return 'overtaken';
  if ((await consents.state(recipient)).state === 'granted') return 'consented';
  const renewed = { id, dueAt: row.usefulUntil, round: row.rounds };
  const rest = { job: 'send-subscribe-message', requestId, lane: attempt.lane } as const;
  await orders.renewEffect({ mchId, outTradeNo }, renewed, isReplay(attempt.jobId) ? rest : undefined);
  return 'waiting';
}

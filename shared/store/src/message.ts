import type { Lane, MessageChannel } from '@huidiao/contracts';
import type { Fact } from './order.ts';

/**
 * | state | means | may become |
 * |---|---|---|
 * | queued | not sent yet; with `waitingSince` it waits for the user's consent | sending, expired, cancelled |
 * | sending | stored before the call to WeChat: it may have been sent | sent, refused, unknown, queued, delivered |
 * | unknown | nobody saw the answer; never sent again | sent, refused, delivered |
 * | sent | WeChat took it | delivered, refused |
 * | delivered, refused, expired, cancelled | final | |
 *
 * `sending → queued` only where it is certain that WeChat did not send: it answered so, or was never called.
 * `unknown → sent | refused` when the answer turns up after all. What WeChat reports later (subscribe_msg_sent_event,
 * TEMPLATESENDJOBFINISH) makes of any that was or may have been sent `delivered` or `refused`.
 */
export type MessageState =
  | 'queued'
  | 'sending'
  | 'sent'
  | 'delivered'
  | 'refused'
  | 'unknown'
  | 'expired'
  | 'cancelled';
export type SettledState = Exclude<MessageState, 'queued' | 'sending'>;

/** Those of which whoever asked for the message has to hear: it reached nobody, or nobody knows. */
const undeliverableStates = ['refused', 'expired', 'unknown'] as const satisfies readonly SettledState[];
export type UndeliverableState = (typeof undeliverableStates)[number];

/** Pure. */
export function isUndeliverable(state: MessageState): state is UndeliverableState {
  return undeliverableStates.some((each) => each === state);
}

/**
 * How a message reached nobody, as whoever asked for it hears; `undefined` where it did, or may still. One whose job is a
 * dead letter stays queued for its replay, and is told as refused. Pure.
 */
export function toUndeliverable({
  state,
  givenUpAt,
}: Pick<Message, 'state' | 'givenUpAt'>): UndeliverableState | undefined {
  if (isUndeliverable(state)) return state;
  return state === 'queued' && givenUpAt !== undefined ? 'refused' : undefined;
}

export interface NewMessage {
  /** Names the message for ever: order, template and event; or see RequestedMessage. */
  key: string;
  mchId: string;
  appId: string;
  openId: string;
  templateId: string;
  /** Absent: no order asked for it. */
  outTradeNo?: string;
  /** Absent: subscribe. */
  channel?: MessageChannel;
  /** The latest time at which sending it is of use. */
  usefulUntil: Date;
}

/**
 * A message that somebody asked for by merchant-api. No order waits for it: its row is what counts, and `dueAt` is
 * there for as long as a job has to be.
 */
export interface RequestedMessage extends Omit<NewMessage, 'outTradeNo' | 'channel'> {
  channel: MessageChannel;
  messageId: string;
  idempotencyKey: string;
  /** Tells a repeated request from one with other content under the same key. */
  contentHash: string;
  /** What it says, sealed under the app's secret: it may name people. Goes when the message has ended. */
  sealed: string;
  /** Not before. */
  sendAt: Date;
  requestId: string;
  /** Of its jobs; it is written down so that a job's id is never in two. */
  lane: Lane;
  /** Told in its place where it certainly reaches nobody: it expired, or WeChat refused it. */
  fallback?: Omit<RequestedMessage, 'fallback' | 'sendAt' | 'lane' | 'requestId'>;
}

type Requested = Partial<Omit<RequestedMessage, keyof NewMessage>>;

export interface Message extends Omit<NewMessage, 'openId'>, Requested {
  /** Absent: the person is forgotten. */
  openId?: string;
  state: MessageState;
  /** How often sending it was begun. */
  attempts: number;
  /** Since when it waits for a consent that nobody has given yet. */
  waitingSince?: Date;
  /** How often it began to wait or was woken: the round of its effect (Effect.round), or of its own job. */
  rounds: number;
  /**
   * Of one that was asked for: from then on a reconciler may add its job, by which it is sent, or once it has ended the
   * shop hears that it reached nobody. Absent: nothing is left to do.
   */
  dueAt?: Date;
  /** When sending it was last begun. */
  sendingAt?: Date;
  /** Of whoever last began to send it. */
  sendingId?: string;
  /** Of a queued one: since when its job is a dead letter, so that only a person sends it. */
  givenUpAt?: Date;
  settledAt?: Date;
  /** messageId of the one that took its place. */
  fallbackId?: string;
  /** Of the last settlement, such as msgId or errorCode. */
  facts: Readonly<Record<string, Fact>>;
  createdAt: Date;
  updatedAt: Date;
}

export type MessageFacts = Readonly<Record<string, Fact | undefined>>;

/** Who gets messages of one kind: consents are given per template. */
export interface Recipient {
  readonly appId: string;
  readonly openId: string;
  readonly templateId: string;
}

/** What WeChat reports of a message that it took. */
export interface MessageReport extends Omit<Recipient, 'templateId'> {
  /** A service account's report names none. */
  readonly templateId?: string;
  /** Names the report where it has no msgId. */
  readonly reportId: string;
  readonly state: 'delivered' | 'refused';
  readonly facts: MessageFacts;
}

import type { Fact } from './order.ts';

/**
 * | state | means | may become |
 * |---|---|---|
 * | queued | not sent yet; with `waitingSince` it waits for the user's consent | sending, expired |
 * | sending | stored before the call to WeChat: it may have been sent | sent, refused, unknown, queued, delivered |
 * | unknown | nobody saw the answer; never sent again, for WeChat knows no idempotency key | sent, refused, delivered |
 * | sent | WeChat took it | delivered, refused |
 * | delivered, refused, expired | final | |
 *
 * `sending → queued` only where it is certain that WeChat did not send: it answered so, or was never called.
 * `unknown → sent | refused` when the answer turns up after all. What WeChat reports later (subscribe_msg_sent_event)
 * makes of any that was or may have been sent `delivered` or `refused`.
 */
export type MessageState = 'queued' | 'sending' | 'sent' | 'delivered' | 'refused' | 'unknown' | 'expired';
export type SettledState = Exclude<MessageState, 'queued' | 'sending'>;

export interface NewMessage {
  /** Names the message for ever: order, template and event. */
  key: string;
  mchId: string;
  appId: string;
  openId: string;
  templateId: string;
  outTradeNo: string;
  /** The latest time at which sending it is of use. */
  usefulUntil: Date;
}

export interface Message extends Omit<NewMessage, 'openId'> {
  /** Absent: the person is forgotten. */
  openId?: string;
  state: MessageState;
  /** How often sending it was begun. */
  attempts: number;
  /** Since when it waits for a consent that nobody has given yet. */
  waitingSince?: Date;
  /** How often it began to wait or was woken: the round of its effect (Effect.round). */
  rounds: number;
  /** When sending it was last begun. */
  sendingAt?: Date;
  /** Of whoever last began to send it. */
  sendingId?: string;
  settledAt?: Date;
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
export interface MessageReport extends Recipient {
  /** Names the report where it has no msgId. */
  readonly reportId: string;
  readonly state: 'delivered' | 'refused';
  readonly facts: MessageFacts;
}

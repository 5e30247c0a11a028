import { pushBounded } from '../bounded-map.ts';
import type { Receipt, WireMessage } from './post-message.ts';

/** API v3 and v2 of WeChat Pay, and the message push (消息推送) of mini-programs. */
export type Channel = 'pay-v3' | 'pay-v2' | 'push';

/** What WeChat makes of an answer. */
export interface Judgement {
  /** It ends the re-sends. */
  readonly isAccepted: boolean;
  /** Why it is not accepted; empty where it is. */
  readonly problem: string;
  /** What the answer says beyond an acknowledgement, opened where it was encrypted. */
  readonly reply?: Readonly<Record<string, unknown>> | undefined;
}

/** One sending, ready to go: an address, a message, and what its answer has to be. */
export interface ComposedAttempt {
  readonly url: string;
  readonly message: WireMessage;
  /** The key that signed, where there is one. */
  readonly serial: string;
  judge(answer: Extract<Receipt, { outcome: 'answered' }>): Judgement;
}

/** Something that a receiver is to be told. */
export interface Announcement {
  /** 通知ID where there is one: the same for every attempt. */
  readonly id: string;
  readonly channel: Channel;
  readonly url: string;
  /** WeChat's name for it: event_type, Event, MsgType, or what v2 has no name for. */
  readonly eventType: string;
  readonly mchId: string | undefined;
  readonly appId: string | undefined;
  /** What it is about, for finding it in the ledger. */
  readonly outTradeNo?: string | undefined;
  /** What elapses between attempts that are not accepted; empty: it is sent once. */
  readonly resendIntervalsMs: readonly number[];
  /** How long the receiver may take where that is less than the simulator's limit. */
  readonly answerLimitMs?: number | undefined;
  /** Composes one attempt: the same content, and everything else new. Only API v3 has probes. */
  compose(kind: Attempt['kind']): ComposedAttempt;
}

/** How this one notification travels, beyond the faults that hold for all. */
export interface Deliveries {
  /** So many at once on every attempt, each signed anew. Default 1. */
  readonly copies?: number | undefined;
  /** Puts off the first attempt. Simulated time. */
  readonly delayMs?: number | undefined;
  /** So many attempts get lost on the way at first. */
  readonly drop?: number | undefined;
  /** A signature probe goes before the first attempt. */
  readonly probe?: boolean | undefined;
}

/** One sending, as the ledger shows it. */
export interface Attempt {
  /** Counts from 1; asked-for re-sends beyond the schedule count on. */
  readonly number: number;
  /** Simulated time at which it was due, ISO 8601. */
  readonly dueAt: string;
  /** Wall time at which it was sent, ISO 8601. */
  readonly sentAt: string;
  readonly kind: 'genuine' | 'probe';
  readonly serial: string;
  /** `dropped` was never sent. */
  readonly outcome: Receipt['outcome'] | 'dropped';
  readonly status: number | undefined;
  /** The beginning of the receiver's answer, or why there is none. */
  readonly answer: string;
  /** Why WeChat did not accept the answer; empty where it did, or where none came. */
  readonly problem: string;
  readonly durationMs: number;
}

/** A notification with everything that became of it. */
export interface Notification extends Announcement {
  readonly attempts: Attempt[];
  state: 'waiting' | 'acknowledged' | 'given_up';
  /** Simulated time of the next attempt, ISO 8601. */
  nextDueAt: string | undefined;
  /** What the accepted answer said beyond an acknowledgement. */
  reply: Judgement['reply'];
}

/** What one sending came to. */
export interface Sending {
  readonly number: number;
  readonly dueMs: number;
  readonly kind: Attempt['kind'];
  readonly serial: string;
  /** Undefined: it was dropped on the way. */
  readonly receipt: Receipt | undefined;
  readonly judgement: Judgement | undefined;
}

const rememberedAttempts = 100;
/** The ledger holds thousands of notifications, so it keeps only the beginning of an answer. */
const shownAnswerLength = 500;

/** Writes down one sending. */
export function recordAttempt(notification: Notification, sending: Sending): void {
  const { number, dueMs, kind, serial, receipt, judgement } = sending;
  const answer =
    receipt === undefined ? '' : receipt.outcome === 'answered' ? receipt.answer : receipt.problem;
  const attempt: Attempt = {
    number,
    dueAt: new Date(dueMs).toISOString(),
    sentAt: new Date().toISOString(),
    kind,
    serial,
    outcome: receipt?.outcome ?? 'dropped',
    status: receipt?.outcome === 'answered' ? receipt.status : undefined,
    answer: answer.slice(0, shownAnswerLength),
    problem: judgement?.problem ?? '',
    durationMs: receipt?.durationMs ?? 0,
  };
  pushBounded(notification.attempts, attempt, rememberedAttempts);
}

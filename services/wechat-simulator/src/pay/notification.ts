import { pushBounded } from '../bounded-map.ts';
import type { JsonValue } from '../write-json.ts';
import type { Receipt } from './post-notification.ts';

/** Something that a merchant is to be told. */
export interface Announcement {
  readonly mchId: string;
  readonly url: string;
  readonly eventType: string;
  readonly originalType: string;
  readonly summary: string;
  readonly resource: { readonly [key: string]: JsonValue | undefined };
  /** What it is about, for finding it in the ledger. */
  readonly outTradeNo?: string | undefined;
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
  readonly durationMs: number;
}

/** A notification with everything that became of it. */
export interface Notification extends Announcement {
  /** 通知ID, the same for every attempt. */
  readonly id: string;
  readonly createTime: string;
  readonly attempts: Attempt[];
  state: 'waiting' | 'acknowledged' | 'given_up';
  /** Simulated time of the next attempt, ISO 8601. */
  nextDueAt: string | undefined;
}

const rememberedAttempts = 100;

/** Writes down one sending; without a receipt it was dropped on the way. */
export function recordAttempt(
  notification: Notification,
  sent: {
    number: number;
    dueMs: number;
    kind: Attempt['kind'];
    serial: string;
    receipt: Receipt | undefined;
  },
): void {
  const { number, dueMs, kind, serial, receipt } = sent;
  const attempt: Attempt = {
    number,
    dueAt: new Date(dueMs).toISOString(),
    sentAt: new Date().toISOString(),
    kind,
    serial,
    outcome: receipt?.outcome ?? 'dropped',
    status: receipt?.outcome === 'answered' ? receipt.status : undefined,
    answer: receipt === undefined ? '' : receipt.outcome === 'answered' ? receipt.answer : receipt.problem,
    durationMs: receipt?.durationMs ?? 0,
  };
  pushBounded(notification.attempts, attempt, rememberedAttempts);
}

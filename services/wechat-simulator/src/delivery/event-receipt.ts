import type { SentOnce } from './delivery.ts';
import type { Judgement } from './notification.ts';
import type { WireMessage } from './post-message.ts';

/** What came of one attempt of an event. */
export interface EventReceipt {
  /** Of the notification in the ledger. */
  readonly id: string;
  readonly eventType: string;
  /** The whole address, with the query of a push. */
  readonly url: string;
  readonly sent: WireMessage;
  readonly outcome: 'answered' | 'timeout' | 'failed';
  /** Undefined where no answer came. */
  readonly status: number | undefined;
  /** The answer's body; where none came, why. */
  readonly answer: string;
  readonly contentType: string;
  readonly durationMs: number;
  /** WeChat takes the answer for an acknowledgement. */
  readonly isAccepted: boolean;
  /** Why it does not; empty where it does. */
  readonly problem: string;
  /** What the answer says beyond an acknowledgement, opened where it was encrypted. */
  readonly reply: Judgement['reply'];
}

/**
 * One sending as the control API tells of it. Without an answer `answer` says what went wrong, and contentType is ''.
 */
export function toEventReceipt({ notification, sent, receipt, judgement }: SentOnce): EventReceipt {
  const isAnswered = receipt.outcome === 'answered';
  return {
    id: notification.id,
    eventType: notification.eventType,
    url: sent.url,
    sent: sent.message,
    outcome: receipt.outcome,
    status: isAnswered ? receipt.status : undefined,
    answer: isAnswered ? receipt.answer : receipt.problem,
    contentType: isAnswered ? receipt.contentType : '',
    durationMs: receipt.durationMs,
    isAccepted: judgement?.isAccepted ?? false,
    problem: isAnswered ? (judgement?.problem ?? '') : receipt.problem,
    reply: judgement?.reply,
  };
}

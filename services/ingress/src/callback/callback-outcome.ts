import type { AppError } from '@huidiao/errors';
import type { BodyOutcome } from '../body/read-body.ts';
import type { DurabilityOutcome } from '../durable/durable-stores.ts';

/** What became of one callback, whatever its kind. */
export type CallbackOutcome =
  /** Durable in one of the two stores, or safely in neither within the deadline. */
  | DurabilityOutcome
  /** Refuse it, and let the answer say nothing. */
  | { readonly kind: 'not-authentic'; readonly reason: string }
  /** Authentic, but our key does not open it: our configuration is wrong. */
  | { readonly kind: 'not-openable'; readonly reason: string }
  /** Durable, but the answer that WeChat asks for could not be found in time. */
  | { readonly kind: 'unanswered'; readonly error: AppError }
  | { readonly kind: 'failed'; readonly error: AppError }
  | Exclude<BodyOutcome, { kind: 'read' }>;

/** Probes and forgeries are everyday traffic and wake nobody; these are ours to mend. */
export function isAlarming(outcome: CallbackOutcome): boolean {
  switch (outcome.kind) {
    case 'not-openable':
    case 'not-durable':
    case 'unanswered':
    case 'failed':
    case 'consumed':
    case 'over-budget':
      return true;
    case 'durable':
    case 'not-authentic':
    case 'too-large':
    case 'late':
    case 'aborted':
      return false;
    default:
      return outcome satisfies never;
  }
}

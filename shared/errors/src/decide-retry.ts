import type { AppError } from './app-error.ts';

/** How often and for how long a job is tried; part of its entry in the job catalogue. */
export interface RetryPolicy {
  /** Attempts that may fail before the job becomes a dead letter. */
  readonly attempts: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** Counted from the first attempt; after it the job becomes a dead letter whatever the attempts say. */
  readonly giveUpAfterMs: number;
}

export interface FailedAttempt {
  readonly error: AppError;
  /** Attempts that count and have failed, this one included; starts at 1. */
  readonly attempt: number;
  /** Times that the job was put off without using an attempt. */
  readonly postponements: number;
  readonly firstAttemptAt: Date;
}

export type RetryDecision =
  /** Counts as an attempt. */
  | { readonly action: 'retry'; readonly delayMs: number }
  /** Uses up no attempt. */
  | { readonly action: 'postpone'; readonly delayMs: number }
  | { readonly action: 'dead-letter' };

/**
 * What becomes of a failed attempt. Pure: randomness and time come in.
 *
 * | error kind | within giveUpAfterMs | attempts left | decision    | delay |
 * |---         |---                   |---            |---          |---    |
 * | permanent  | –                    | –             | dead letter | – |
 * | throttled  | yes                  | –             | postpone    | full jitter over the postponements, at most a minute |
 * | transient  | yes                  | yes           | retry       | full jitter over the attempts |
 * | otherwise  |                      |               | dead letter | – |
 *
 * Full jitter (uniform between 0 and the capped exponential) is the one that AWS measured as causing the
 * least work under contention: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.
 * A `retryAfterMs` from the remote is the floor of the delay, with up to a tenth more so that workers spread.
 */
export function decideRetry(
  failed: FailedAttempt,
  policy: RetryPolicy,
  now: Date,
  random: () => number,
): RetryDecision {
  const { error } = failed;
  const elapsedMs = now.getTime() - failed.firstAttemptAt.getTime();
  if (error.kind === 'permanent' || elapsedMs >= policy.giveUpAfterMs) return { action: 'dead-letter' };

  if (error.kind === 'throttled') {
    const capMs = Math.min(policy.maxDelayMs, longestPostponementMs);
    return { action: 'postpone', delayMs: delayMs(error, failed.postponements + 1, capMs, policy, random) };
  }
  if (failed.attempt >= policy.attempts) return { action: 'dead-letter' };
  return { action: 'retry', delayMs: delayMs(error, failed.attempt, policy.maxDelayMs, policy, random) };
}

/** Below this a worker would spin on a job whose jitter came out near zero, or whose remote says Retry-After: 0. */
const leastDelayMs = 200;

/** An outage ends at some moment, and jobs that it held up should not go on waiting long after it. */
const longestPostponementMs = 60_000;

function delayMs(
  error: AppError,
  times: number,
  capMs: number,
  policy: RetryPolicy,
  random: () => number,
): number {
  if (error.retryAfterMs !== undefined) {
    const askedMs = Math.min(error.retryAfterMs, policy.giveUpAfterMs) * (1 + random() / 10);
    return Math.max(leastDelayMs, Math.round(askedMs));
  }
  const ceilingMs = Math.min(capMs, policy.baseDelayMs * 2 ** Math.min(times - 1, 30));
  return Math.max(leastDelayMs, Math.round(random() * ceilingMs));
}

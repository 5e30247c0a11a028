import { type Clock, type JobName, jobCatalogue, type QueueName } from '@huidiao/contracts';
import type { RetryPolicy } from '@huidiao/errors';
import { type JobEnvelope, parseJobEnvelope } from './job-envelope.ts';
import type { OpenJob } from './open-queue.ts';

/** What is known of an attempt before its handler runs. */
export interface JobRun {
  readonly jobId: string;
  /** Undefined when something else than our producer wrote the job. */
  readonly envelope: JobEnvelope | undefined;
  /** The catalogue's entry; undefined when this queue has no job of the name. */
  readonly entry: (typeof jobCatalogue)[JobName] | undefined;
  readonly policy: RetryPolicy;
  /** Attempts that count, this one included; starts at 1. */
  readonly attempt: number;
  readonly postponements: number;
  readonly firstAttemptAt: Date;
  /** See JobAttempt. */
  readonly failing: { readonly code: string; readonly since: Date } | undefined;
  /** Earlier starts that never came to an end, and this one. */
  readonly unendedStarts: number;
}

/** For jobs that have no entry: they are dead at first sight, and only storing that may have to be tried again. */
const policyOfUnknown: RetryPolicy = {
  attempts: 1,
  baseDelayMs: 1_000,
  maxDelayMs: 60_000,
  giveUpAfterMs: 24 * 60 * 60 * 1_000,
};

/** Reads an attempt from a job that BullMQ has just made active. */
export function toJobRun(job: OpenJob, queue: QueueName, clock: Clock): JobRun {
  const envelope = parseJobEnvelope(job.data);
  const entry = toEntry(job.name, queue);
  const postponements = envelope?.meta?.postponements ?? 0;
  const failing = envelope?.meta?.failing;
  return {
    jobId: job.id ?? '',
    envelope,
    entry,
    policy: entry?.retry ?? policyOfUnknown,
    attempt: job.attemptsMade + 1,
    postponements,
    firstAttemptAt: envelope?.meta ? new Date(envelope.meta.firstAttemptAt) : clock.now(),
    failing: failing && { code: failing.code, since: new Date(failing.since) },
    // BullMQ counts a start for every postponement too, which makes its own maxStartedAttempts useless here.
    unendedStarts: job.attemptsStarted - job.attemptsMade - postponements,
  };
}

function toEntry(name: string, queue: QueueName): JobRun['entry'] {
  const entry = Object.hasOwn(jobCatalogue, name) ? jobCatalogue[name as JobName] : undefined;
  return entry?.queue === queue ? entry : undefined;
}

/** What the log line says about whom a job is for. */
export function toSubject(envelope: JobEnvelope | undefined): { requestId?: string; outTradeNo?: string } {
  const payload = toRecord(envelope?.payload);
  const { requestId } = payload;
  const outTradeNo = payload.outTradeNo ?? toRecord(payload.payment).outTradeNo;
  return {
    ...(typeof requestId === 'string' ? { requestId } : {}),
    ...(typeof outTradeNo === 'string' ? { outTradeNo } : {}),
  };
}

function toRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

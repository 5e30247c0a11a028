import type { CheckedJob } from './new-job.ts';

/** The most that one batch holds; bytes of jobs as they are written. */
export interface BatchLimits {
  readonly maxJobs: number;
  readonly maxBytes: number;
}

/**
 * Large enough to share the cost of a round trip and of one fsync, small enough that Redis, which runs one command
 * at a time, is never held up for long by one pipeline.
 */
export const batchLimits: BatchLimits = { maxJobs: 128, maxBytes: 256 * 1024 };

/**
 * Cuts jobs into batches of one lane of one queue each, within the limits and in their order. A job beyond the
 * byte limit travels alone.
 */
export function toBatches<J extends Pick<CheckedJob, 'queue' | 'lane' | 'bytes'>>(
  jobs: readonly J[],
  limits: BatchLimits = batchLimits,
): J[][] {
  const batches: J[][] = [];
  const open = new Map<string, { jobs: J[]; bytes: number }>();
  for (const job of jobs) {
    const key = `${job.queue} ${job.lane}`;
    const current = open.get(key);
    if (current && current.jobs.length < limits.maxJobs && current.bytes + job.bytes <= limits.maxBytes) {
      current.jobs.push(job);
      current.bytes += job.bytes;
      continue;
    }
    const batch = { jobs: [job], bytes: job.bytes };
    open.set(key, batch);
    batches.push(batch.jobs);
  }
  return batches;
}

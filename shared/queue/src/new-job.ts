import {
  defaultLane,
  type JobData,
  type JobName,
  jobCatalogue,
  type Lane,
  lanes,
  largestJobBytes,
  type QueueName,
} from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';

/** 31 days. BullMQ keeps due time times 4096 in a double, which a delay of years would overflow. */
const largestDelayMs = 31 * 24 * 60 * 60 * 1_000;

/** A job to be added. */
export interface NewJob<N extends JobName = JobName> {
  readonly name: N;
  /** Stable over re-sends: an id that still exists in Redis makes the add a no-op. No colon, not digits only. */
  readonly id: string;
  readonly data: JobData<N>;
  /** Milliseconds until the first attempt, at most 31 days; default none. */
  readonly delayMs?: number;
  /** Default live. An id is one job in each lane: the other lane neither sees nor swallows it. */
  readonly lane?: Lane;
}

/** A job that passed every check that can be made without Redis, and may join a batch. */
export interface CheckedJob {
  readonly queue: QueueName;
  readonly lane: Lane;
  readonly name: JobName;
  readonly id: string;
  readonly payload: unknown;
  readonly delayMs: number;
  /** Bytes of the payload as JSON. */
  readonly bytes: number;
}

/**
 * Checks one job alone, before it can spoil a batch: its name, id, delay, data and size.
 * Throws `JOB_INVALID`, naming the fields but never their values.
 */
export function checkNewJob(job: NewJob): CheckedJob {
  const entry = Object.hasOwn(jobCatalogue, job.name) ? jobCatalogue[job.name] : undefined;
  if (entry === undefined) throw invalid(job, 'the catalogue has no job of this name');
  if (!isLegalId(job.id)) throw invalid(job, 'the id is empty, too long, digits only, or holds a colon');
  const { delayMs = 0, lane = defaultLane } = job;
  if (!lanes.includes(lane)) throw invalid(job, `no lane is called that; there are ${lanes.join(' and ')}`);
  if (!Number.isSafeInteger(delayMs) || delayMs < 0 || delayMs > largestDelayMs) {
    throw invalid(job, `delayMs is not a whole number from 0 to ${largestDelayMs}`);
  }

  const parsed = entry.schema.safeParse(job.data);
  if (!parsed.success) throw invalid(job, describeIssues(parsed.error.issues));
  const bytes = jsonBytes(job, parsed.data);
  if (bytes > largestJobBytes) throw invalid(job, `${bytes} bytes, more than ${largestJobBytes}`);
  return { queue: entry.queue, lane, name: job.name, id: job.id, payload: parsed.data, delayMs, bytes };
}

/** What a schema refused, as "path: message; …", without values. */
export function describeIssues(
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): string {
  const described = issues.slice(0, 10).map(({ path, message }) => `${path.join('.') || 'data'}: ${message}`);
  return described.join('; ');
}

/**
 * BullMQ refuses a colon, for it separates the parts of its keys, and ids that read as an integer, for it counts
 * its own. https://docs.bullmq.io/guide/jobs/job-ids
 */
function isLegalId(id: unknown): id is string {
  return (
    typeof id === 'string' && id.length > 0 && id.length <= 300 && !id.includes(':') && !/^-?\d+$/.test(id)
  );
}

/** JSON.stringify throws on a BigInt and on a circle, and gives undefined for undefined. */
function jsonBytes(job: NewJob, data: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(data));
  } catch (error) {
    throw invalid(job, 'the data cannot be written as JSON', error);
  }
}

function invalid(job: NewJob, problem: string, cause?: unknown): AppError {
  return new AppError('JOB_INVALID', {
    message: `job ${String(job.name)} is not valid: ${problem}`,
    details: { job: String(job.name), jobId: String(job.id), problem },
    cause,
  });
}

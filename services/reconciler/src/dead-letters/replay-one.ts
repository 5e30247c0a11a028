import { toCountedJobId } from '@huidiao/contracts';
import { AppError, toAppError } from '@huidiao/errors';
import { type Producer, type QueueReader, type RepeatedJob, toRepeatedJob } from '@huidiao/queue';
import type { DeadLetterStore, StoredDeadLetter } from '@huidiao/store';
import type { ChosenDeadLetter } from './select-dead-letters.ts';

export interface ReplayOneDeps {
  readonly deadLetters: Pick<DeadLetterStore, 'findById' | 'takeForReplay' | 'reopen'>;
  readonly producer: Pick<Producer, 'add'>;
  readonly reader: Pick<QueueReader, 'find'>;
  /** Who replays, for the history. */
  readonly by: string;
}

/** A dead letter whose job was added again. */
export interface Replayed {
  readonly id: string;
  /** How often it had died before. */
  readonly times: number;
}

export type ReplayOutcome =
  | ({ readonly outcome: 'replayed' } & Replayed)
  /** Nothing was to be done. */
  | { readonly outcome: 'skipped'; readonly why: string }
  /** It cannot be replayed, and stays as it is. */
  | { readonly outcome: 'refused'; readonly why: string };

/** Replays by others, at the same time or without an end, that are looked for in Redis. */
const lookedFor = 5;

/**
 * Replays one dead letter, unless a replay of it is under way already.
 *
 * The row is taken first and the job added then, so that the job of a replay always has its number to itself. A
 * process that dies in between leaves a row `replayed` without a job; the next replay adds that very job.
 *
 * @throws AppError STORE_UNAVAILABLE, QUEUE_UNAVAILABLE, QUEUE_NOT_DURABLE; the row is open again when its job was
 * not added, unless the store is away too.
 */
export async function replayOne(deps: ReplayOneDeps, chosen: ChosenDeadLetter): Promise<ReplayOutcome> {
  const row = await deps.deadLetters.findById(chosen.id);
  if (row === undefined) return { outcome: 'refused', why: 'it is not there any more' };
  if (row.state === 'resolved') return { outcome: 'skipped', why: 'it is resolved already' };
  if (row.state === 'discarded') return { outcome: 'refused', why: 'it was discarded' };
  if (row.errorCode !== chosen.errorCode) {
    const why = `it died again meanwhile, of ${row.errorCode}; look at it before replaying it`;
    return { outcome: 'refused', why };
  }
  const repeated = toFittingJob(row);
  if (repeated instanceof AppError) return { outcome: 'refused', why: `JOB_INVALID: ${repeated.message}` };
  if (await isUnderWay(deps.reader, row, repeated)) {
    return { outcome: 'skipped', why: 'a replay of it is under way, or has just ended' };
  }
  return row.state === 'open' ? takeAndAdd(deps, row) : addTaken(deps, row);
}

/** Of two that replay at the same time, the one that comes first by the store's count adds the job. */
async function takeAndAdd(deps: ReplayOneDeps, row: StoredDeadLetter): Promise<ReplayOutcome> {
  const taken = await deps.deadLetters.takeForReplay(row.id, { by: deps.by });
  if (taken === undefined) return { outcome: 'skipped', why: 'it was settled just now' };
  if (taken.replays !== row.replays + 1) {
    return { outcome: 'skipped', why: 'somebody else replayed it just now' };
  }
  return addTaken(deps, taken);
}

async function addTaken(
  { deadLetters, producer }: ReplayOneDeps,
  row: StoredDeadLetter,
): Promise<ReplayOutcome> {
  try {
    await producer.add(toRepeatedJob(row, row.replays).job);
  } catch (error) {
    await deadLetters
      .reopen(row.id)
      .catch((cause: unknown) => Promise.reject(notReopened(row, error, cause)));
    throw error;
  }
  return { outcome: 'replayed', id: row.id, times: row.times };
}

function toFittingJob(row: StoredDeadLetter): RepeatedJob | AppError {
  try {
    return toRepeatedJob(row, row.replays + 1);
  } catch (error) {
    const failure = toAppError(error);
    if (failure.code === 'JOB_INVALID') return failure;
    throw failure;
  }
}

/**
 * Whether Redis has the job of an earlier replay: it waits, runs or ended well minutes ago. One that dies is removed.
 * Of several that replayed at the same moment only one added its job, and it need not be the last by number.
 */
async function isUnderWay(
  reader: Pick<QueueReader, 'find'>,
  { jobId, replays }: StoredDeadLetter,
  { queue }: RepeatedJob,
): Promise<boolean> {
  for (let count = replays; count > Math.max(0, replays - lookedFor); count -= 1) {
    const found = reader.find(queue, toCountedJobId(jobId, 'replay', count), 'bulk');
    if ((await found.catch(toUnavailable)) !== undefined) return true;
  }
  return false;
}

function toUnavailable(cause: unknown): never {
  const message = 'Redis could not be asked whether a replay is under way';
  throw new AppError('QUEUE_UNAVAILABLE', { message, cause });
}

function notReopened(row: StoredDeadLetter, error: unknown, cause: unknown): AppError {
  const { code, message } = toAppError(error);
  const state = 'it is still marked as replayed, and a second replay of it will add its job';
  return new AppError(code, {
    message: `${message}; and ${row.id} could not be opened again: ${state}`,
    cause,
  });
}

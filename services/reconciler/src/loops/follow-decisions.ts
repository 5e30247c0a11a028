import type { Clock } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { addRepeatedJob, type Producer } from '@huidiao/queue';
import type { Logger } from '@huidiao/runtime';
import { followDecision, type Store, type StoredDeadLetter } from '@huidiao/store';
import { inParallel } from './in-parallel.ts';

export interface FollowDecisionsDeps {
  readonly store: Pick<Store, 'deadLetters' | 'orders'>;
  readonly producer: Pick<Producer, 'add' | 'isReady'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What was decided is left to whoever claimed it for this long. */
  readonly leaseMs: number;
  readonly limit: number;
}

/** Each takes a few writes one after another. */
const mostAtOnce = 16;

/**
 * One round: does what people decided about cases where that has no outcome although its time has come. Whoever decided
 * may have died before it was done, or Redis lost its job. What is in Redis still is left as it is, for the job has the
 * same id. Nothing is claimed while Redis is away, as with effects; a second replica claims other decisions.
 *
 * @returns how many were done.
 * @throws AppError STORE_UNAVAILABLE, QUEUE_UNAVAILABLE, or what kept all of them from being done.
 */
export async function followDecisions(deps: FollowDecisionsDeps): Promise<number> {
  const { store, producer, clock, leaseMs, limit } = deps;
  if (!producer.isReady()) throw new AppError('QUEUE_UNAVAILABLE');
  const due = await store.deadLetters.claimDecided({ now: clock.now(), leaseMs, limit });
  const results = await inParallel(due, mostAtOnce, (letter) => follow(deps, letter));
  const failed = results.find((result) => result.status === 'rejected');
  const done = results.filter((result) => result.status === 'fulfilled').length;
  if (done === 0 && failed !== undefined) throw failed.reason;
  return done;
}

async function follow(deps: FollowDecisionsDeps, letter: StoredDeadLetter): Promise<void> {
  const { store, producer, clock, logger } = deps;
  const { deadLetters, orders } = store;
  const repeat = (dead: StoredDeadLetter, count: number) => addRepeatedJob(producer, dead, count);
  const requestId = toRequestId(letter);
  const followed = await followDecision(
    { deadLetters, orders, producer, clock, logger, repeat },
    letter,
    requestId,
  );
  const { jobId: caseId, mchId, outTradeNo, errorCode } = letter;
  const event = followed === 'followed' ? 'case.followed' : 'case.reopened';
  const level = followed === 'followed' ? 'info' : 'warn';
  const decision = letter.history.at(-1)?.decision;
  const fields = { event, caseId, mchId, outTradeNo, errorCode, decision, outcome: followed, requestId };
  logger[level](fields, event);
}

/** That of the callback, or of what else asked for the job: the request that decided is over. */
function toRequestId({ id, payload }: StoredDeadLetter): string {
  const isNamed = typeof payload === 'object' && payload !== null && 'requestId' in payload;
  return isNamed ? String(payload.requestId) : id;
}

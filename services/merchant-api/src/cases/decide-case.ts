import type { CaseDecision, DecideCaseRequest } from '@huidiao/contracts';
import { toAppError } from '@huidiao/errors';
import { addRepeatedJob, type Producer } from '@huidiao/queue';
import {
  type FollowDecisionDeps,
  type FollowedDecision,
  followDecision,
  type Store,
  type StoredDeadLetter,
} from '@huidiao/store';
import { findCase } from './found-case.ts';
import { mayDecide } from './may-decide.ts';

export interface DecideCaseDeps extends Omit<FollowDecisionDeps, 'repeat' | 'producer'> {
  readonly deadLetters: FollowDecisionDeps['deadLetters'] & Pick<Store['deadLetters'], 'find' | 'decide'>;
  readonly producer: Pick<Producer, 'add'>;
}

export type DecideOutcome =
  | { readonly kind: 'decided' }
  | { readonly kind: 'not-found' }
  /** Somebody else decided otherwise, or it is settled. */
  | { readonly kind: 'decided-otherwise' }
  | { readonly kind: 'not-possible' }
  /** The payment was given back meanwhile. */
  | { readonly kind: 'nothing-to-refund' };

/** A decision, whose it is, and the request that brought it. */
export interface WantedDecision extends DecideCaseRequest {
  readonly mchId: string;
  readonly caseId: string;
  readonly requestId: string;
}

/**
 * Decides a case. The decision is one guarded update of the dead letter, so of any number of people one is heard; what
 * it asks for is done after that, by a reconciler where this process does not live to do it or Redis is away, and again
 * by whoever repeats the same decision while its outcome is not recorded.
 *
 * @throws AppError STORE_UNAVAILABLE, ORDER_CHANGED_MEANWHILE (the decision stands)
 */
export async function decideCase(deps: DecideCaseDeps, wanted: WantedDecision): Promise<DecideOutcome> {
  const read = await findCase(deps, wanted.mchId, wanted.caseId);
  if (read === undefined) return { kind: 'not-found' };
  const { found, order } = read;
  if (found.letter.state !== 'open') return repeat(deps, wanted, found.letter);
  if (!mayDecide(found, order).includes(wanted.decision)) return { kind: 'not-possible' };
  const { decision: kind, decided_by: by, note } = wanted;
  const letter = await deps.deadLetters.decide(
    found.letter.id,
    { kind, by, note },
    { times: found.letter.times, to: stateAfter[kind] },
  );
  if (letter !== undefined) return follow(deps, wanted, letter);
  const now = await findCase(deps, wanted.mchId, wanted.caseId);
  return now === undefined ? { kind: 'not-found' } : repeat(deps, wanted, now.found.letter);
}

const stateAfter = {
  deliver: 'replayed',
  retry: 'replayed',
  refund: 'replayed',
  hold: 'open',
  discard: 'discarded',
} as const satisfies Record<CaseDecision, string>;

/** The same decision again: what it asks for may not have been done yet. */
async function repeat(
  deps: DecideCaseDeps,
  wanted: WantedDecision,
  letter: StoredDeadLetter,
): Promise<DecideOutcome> {
  if (letter.decision?.kind !== wanted.decision) return { kind: 'decided-otherwise' };
  const isOver = letter.state !== 'replayed' && letter.dueAt === undefined;
  return isOver ? { kind: 'decided' } : follow(deps, wanted, letter);
}

async function follow(
  deps: DecideCaseDeps,
  { requestId }: WantedDecision,
  letter: StoredDeadLetter,
): Promise<DecideOutcome> {
  const { producer, logger } = deps;
  const repeatJob: FollowDecisionDeps['repeat'] = (dead, count) => addRepeatedJob(producer, dead, count);
  try {
    return outcomes[await followDecision({ ...deps, repeat: repeatJob }, letter, requestId)];
  } catch (thrown) {
    const error = toAppError(thrown);
    if (!error.code.startsWith('QUEUE_')) throw error;
    logger.debug({ err: error, requestId, caseId: letter.jobId }, 'decision left to the reconciler');
    return { kind: 'decided' };
  }
}

const outcomes = {
  followed: { kind: 'decided' },
  nothing_to_refund: { kind: 'nothing-to-refund' },
  not_repeatable: { kind: 'not-possible' },
} as const satisfies Record<FollowedDecision, DecideOutcome>;

import { type CaseDecision, type DecideCaseRequest, jobCatalogue } from '@huidiao/contracts';
import { toRepeatedJob } from '@huidiao/queue';
import type { Order, Store, StoredDeadLetter } from '@huidiao/store';
import { type FoundCase, findCase } from './found-case.ts';
import { mayDecide } from './may-decide.ts';
import { type RefundCaseDeps, refundCase } from './refund-case.ts';

export interface DecideCaseDeps extends RefundCaseDeps {
  readonly deadLetters: RefundCaseDeps['deadLetters'] & Pick<Store['deadLetters'], 'find' | 'decide'>;
  readonly orders: RefundCaseDeps['orders'] & Pick<Store['orders'], 'noteEvent'>;
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
 * it asks for is done after that, and again by whoever repeats the same decision while its outcome is not recorded.
 *
 * @throws AppError QUEUE_UNAVAILABLE, QUEUE_NOT_DURABLE (the case is open again), STORE_UNAVAILABLE
 */
export async function decideCase(deps: DecideCaseDeps, wanted: WantedDecision): Promise<DecideOutcome> {
  const read = await findCase(deps, wanted.mchId, wanted.caseId);
  if (read === undefined) return { kind: 'not-found' };
  const { found, order } = read;
  if (found.letter.state !== 'open') return repeat(deps, wanted, found, order);
  if (!mayDecide(found, order).includes(wanted.decision)) return { kind: 'not-possible' };
  const { decision: kind, decided_by: by, note } = wanted;
  const letter = await deps.deadLetters.decide(
    found.letter.id,
    { kind, by, note },
    { times: found.letter.times, to: stateAfter[kind] },
  );
  if (letter === undefined) {
    const now = await findCase(deps, wanted.mchId, wanted.caseId);
    return now === undefined ? { kind: 'not-found' } : repeat(deps, wanted, now.found, now.order);
  }
  if (order !== undefined) await tellTimeLine(deps, wanted, letter);
  return follow(deps, wanted, { ...found, letter }, order);
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
  found: FoundCase,
  order: Order | undefined,
): Promise<DecideOutcome> {
  const { state, decision } = found.letter;
  if (decision?.kind !== wanted.decision) return { kind: 'decided-otherwise' };
  return state === 'replayed' ? follow(deps, wanted, found, order) : { kind: 'decided' };
}

async function follow(
  deps: DecideCaseDeps,
  wanted: WantedDecision,
  found: FoundCase,
  order: Order | undefined,
): Promise<DecideOutcome> {
  switch (wanted.decision) {
    case 'deliver':
    case 'retry':
      await addJob(deps, found);
      return { kind: 'decided' };
    case 'refund':
      return toRefunded(await refundCase(deps, wanted.requestId, found, order));
    case 'hold':
    case 'discard':
      return { kind: 'decided' };
    default:
      return wanted.decision satisfies never;
  }
}

/** Once per decision, for each has its number; the store dates it. */
async function tellTimeLine(
  deps: DecideCaseDeps,
  wanted: WantedDecision,
  letter: StoredDeadLetter,
): Promise<void> {
  const { mchId, outTradeNo = '', errorCode, id, history } = letter;
  const { decision, decided_by: by, note } = wanted;
  const event = { event: 'case.decided', code: errorCode, decision, by, note };
  await deps.orders.noteEvent(
    mchId ?? '',
    outTradeNo,
    `decided_${id}_${letter.times}_${history.length}`,
    event,
  );
}

/** The job that died again, with the decision in it: only the refusal that the person saw is overruled. */
async function addJob(
  { deadLetters, producer }: DecideCaseDeps,
  { letter, payment }: FoundCase,
): Promise<void> {
  const { errorCode, decision, replays } = letter;
  const payload = jobCatalogue['apply-payment'].schema.safeParse(letter.payload).data;
  const isOverruled = payment !== undefined && payload !== undefined && decision?.kind === 'deliver';
  const repeated = isOverruled
    ? { ...letter, payload: { ...payload, decision: { code: errorCode, by: decision.by } } }
    : letter;
  try {
    await producer.add(toRepeatedJob(repeated, replays).job);
  } catch (error) {
    // Should the store be away too, the same decision can be repeated, and adds this very job.
    await deadLetters.reopen(letter.id).catch(() => undefined);
    throw error;
  }
}

function toRefunded(isRequested: boolean): DecideOutcome {
  return { kind: isRequested ? 'decided' : 'nothing-to-refund' };
}

import { type CaseDecision, type JobData, jobCatalogue } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { toDeadJobFacts } from './dead-job-facts.ts';
import type { DeadLetterAction, DeadLetterStore, StoredDeadLetter } from './dead-letter.ts';
import { keepCase } from './keep-case.ts';
import { findRequest } from './move-refund.ts';
import type { OrderStore } from './order-store.ts';
import { type RefundDecidedDeps, refundDecided } from './refund-decided.ts';

export interface FollowDecisionDeps extends RefundDecidedDeps {
  readonly deadLetters: RefundDecidedDeps['deadLetters'] &
    Pick<DeadLetterStore, 'reopen' | 'endDecision' | 'find' | 'store'>;
  readonly orders: RefundDecidedDeps['orders'] & Pick<OrderStore, 'noteEvent' | 'moveRefund'>;
  /** Adds the job of a replay: shared/queue's addRepeatedJob. @throws AppError JOB_INVALID, QUEUE_UNAVAILABLE, QUEUE_NOT_DURABLE */
  readonly repeat: (letter: StoredDeadLetter, count: number) => Promise<void>;
}

export type FollowedDecision =
  /** What was asked for is on its way, or done. */
  | 'followed'
  /** The payment was given back meanwhile: open again. */
  | 'nothing_to_refund'
  /** No queue takes its job any more: open again. */
  | 'not_repeatable';

/**
 * Does what a person decided about a dead letter, and tells the time line of its order. All of it may be done again, by
 * whoever decided and by any number of reconcilers: the job has the number of its replay, the refund that of its
 * payment, and the entry that of its decision.
 *
 * | decision | what is done | when that is over |
 * |---|---|---|
 * | deliver, retry | the job is added again, with the decision in it | the job has a result |
 * | refund | what is left of that very payment is asked for | it is asked for |
 * | discard | a refund that waits for money is given up: another one may take its place, and where nothing is delivered for the payment that is a case again | at once |
 * | hold | nothing | at once |
 *
 * @param requestId of the request in whose course it is done
 * @throws AppError QUEUE_UNAVAILABLE, QUEUE_NOT_DURABLE, ORDER_CHANGED_MEANWHILE, STORE_UNAVAILABLE
 */
export async function followDecision(
  deps: FollowDecisionDeps,
  letter: StoredDeadLetter,
  requestId: string,
): Promise<FollowedDecision> {
  const decided = toDecided(letter);
  await tellTimeLine(deps, letter, decided);
  const decision = decided.decision as CaseDecision;
  switch (decision) {
    case 'deliver':
    case 'retry':
      return await repeatJob(deps, letter, decided);
    case 'refund':
      return (await refundDecided(deps, letter, requestId)) ? 'followed' : await reopened(deps, letter);
    case 'discard':
      await giveUpRefund(deps, letter, requestId);
      await deps.deadLetters.endDecision(letter);
      return 'followed';
    case 'hold':
      await deps.deadLetters.endDecision(letter);
      return 'followed';
    default:
      return decision satisfies never;
  }
}

/** The latest of what people did, for nothing is done after a decision that leaves it to be followed. */
function toDecided({ id, history }: StoredDeadLetter): DeadLetterAction {
  const latest = history.at(-1);
  if (latest?.action === 'decided') return latest;
  throw new AppError('INTERNAL_ERROR', { message: `nobody has decided ${id}`, details: { id } });
}

/** Once per decision, for each has its number; the store dates it. */
async function tellTimeLine(
  { orders }: FollowDecisionDeps,
  { id, mchId, outTradeNo, errorCode: code, times, history }: StoredDeadLetter,
  { decision, by, reason: note }: DeadLetterAction,
): Promise<void> {
  if (mchId === undefined || outTradeNo === undefined) return;
  const entry = { event: 'case.decided', code, decision, by, note };
  await orders.noteEvent(mchId, outTradeNo, `decided_${id}_${times}_${history.length}`, entry);
}

/** The job that died, with the decision in it: only the refusal that the person saw is overruled. */
async function repeatJob(
  { deadLetters, repeat }: FollowDecisionDeps,
  letter: StoredDeadLetter,
  decided: DeadLetterAction,
): Promise<FollowedDecision> {
  const isOverruled = decided.decision === 'deliver';
  try {
    await repeat(isOverruled ? toOverruled(letter, decided) : letter, letter.replays);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'JOB_INVALID') throw error;
    await deadLetters.reopen(letter.id);
    return 'not_repeatable';
  }
  return 'followed';
}

function toOverruled(letter: StoredDeadLetter, { by = '' }: DeadLetterAction): StoredDeadLetter {
  const job = jobCatalogue['apply-payment'].schema.safeParse(letter.payload);
  if (!job.success) return letter;
  const payload: JobData<'apply-payment'> = { ...job.data, decision: { code: letter.errorCode, by } };
  return { ...letter, payload };
}

async function reopened({ deadLetters }: FollowDecisionDeps, { id }: StoredDeadLetter) {
  await deadLetters.reopen(id);
  return 'nothing_to_refund' as const;
}

/** WeChat Pay never accepted it, as a query said; its money was kept for it all the same. */
async function giveUpRefund(
  { orders, deadLetters, clock }: FollowDecisionDeps,
  letter: StoredDeadLetter,
  requestId: string,
): Promise<void> {
  const { refundRequest } = toDeadJobFacts(letter);
  if (refundRequest === undefined) return;
  const { outRefundNo, refundFen } = refundRequest;
  const errorCode = String(letter.details.remoteCode ?? letter.errorCode);
  await orders.moveRefund(refundRequest, {
    from: ['insufficient_funds'],
    to: 'refused',
    errorCode,
    effect: 'settled',
    event: { event: 'refund.given_up', outRefundNo, refundFen, errorCode },
  });
  const order = await orders.find(refundRequest.mchId, refundRequest.outTradeNo);
  const request = order && findRequest(order, outRefundNo);
  if (order === undefined || request?.state !== 'refused') return;
  const { transactionId } = request;
  await keepCase({ store: { deadLetters }, clock }, order, { transactionId, outRefundNo, requestId });
}

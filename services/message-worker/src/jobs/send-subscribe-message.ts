import type { JobData, MerchantDirectory } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { JobAttempt, JobOutcome } from '@huidiao/queue';
import type { Counter } from '@huidiao/runtime';
import type { Store } from '@huidiao/store';
import { createOrderAsker } from '../message/order-asker.ts';
import { type Ending, type SendOnceDeps, sendOnce } from '../message/send-once.ts';
import { toLogged } from '../message/to-facts.ts';

export interface SendMessageDeps extends SendOnceDeps {
  readonly store: Pick<Store, 'orders' | 'messages' | 'consents'>;
  readonly directory: MerchantDirectory;
  /** Counts messages that ended, by outcome. */
  readonly outcomes: Counter;
}

/**
 * Tells a buyer what happened to their order, at most once: see sendOnce.
 *
 * @throws AppError ORDER_NOT_FOUND, MESSAGE_TEMPLATE_UNKNOWN, and what sendOnce throws.
 */
export function createSendSubscribeMessage(deps: SendMessageDeps) {
  return async (job: JobData<'send-subscribe-message'>, attempt: JobAttempt): Promise<JobOutcome> => {
    const { mchId, outTradeNo } = job;
    const order = await deps.store.orders.find(mchId, outTradeNo);
    if (order === undefined) throw new AppError('ORDER_NOT_FOUND', { details: { mchId, outTradeNo } });
    const asker = createOrderAsker(deps, { order, job, attempt });
    const ending = await sendOnce(deps, asker, attempt.attempt);
    return { ...toOutcome(deps, ending), outTradeNo };
  };
}

/** What the attempt's log line says; a message that ended is counted. */
export function toOutcome(
  { outcomes }: Pick<SendMessageDeps, 'outcomes'>,
  ending: Ending | undefined,
): JobOutcome {
  if (ending === undefined) return { outcome: 'already_settled' };
  const { state: outcome, facts } = ending;
  if (outcome !== 'waiting') outcomes.inc({ outcome });
  return { ...toLogged(facts), outcome };
}

import { defaultLane, type EffectJobName, type JobData, type Lane, toEffectJobId } from '@huidiao/contracts';
import type { Logger } from '@huidiao/runtime';
import type { Effect, Order } from './order.ts';

/** The job that carries an effect out, in the round that the effect is in. */
export interface EffectJob {
  readonly name: EffectJobName;
  readonly id: string;
  readonly data: JobData<EffectJobName>;
  readonly lane: Lane;
}

/**
 * Adds the jobs of effects that a transition has just written into the order, so that they start at once.
 * Only a hint: the effects stay in the order until their results are recorded, and the reconciler adds what is
 * due under the same id, in the same lane: an id is never in two. So a failure here, or a process killed before it, loses nothing.
 *
 * @param producer shared/queue's
 */
export async function addEffectJobs(
  producer: { add(job: EffectJob): Promise<void> },
  order: Pick<Order, 'mchId' | 'outTradeNo'>,
  effects: readonly Effect[],
  logger: Logger,
): Promise<void> {
  await Promise.all(
    effects.map(async (effect) => {
      const job = toEffectJob(order, effect);
      try {
        await producer.add(job);
      } catch (error) {
        const { requestId } = effect;
        logger.debug({ err: error, requestId, jobId: job.id }, 'effect left to the reconciler');
      }
    }),
  );
}

/** Pure. */
export function toEffectJob(
  { mchId, outTradeNo }: Pick<Order, 'mchId' | 'outTradeNo'>,
  effect: Effect,
): EffectJob {
  const { id: effectId, job: name, requestId, lane = defaultLane } = effect;
  return { name, id: toEffectJobId(effect), data: { mchId, outTradeNo, effectId, requestId }, lane };
}
